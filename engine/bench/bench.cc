// Builds and searches the same vectors with this engine and with others, one thread each, in rounds that alternate
// between them (the speed of one binary varies from run to run; only neighbours in time compare), and prints medians.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "data.h"
#include "report.h"

namespace bench {
namespace {

constexpr const char* kHelp =
    "bench [options]\n"
    "  --data NAME     sift (default), words, words-cosine, clustered:ROWSxDIM; may be given several times\n"
    "  --m M           links a node (default 16)\n"
    "  --efc EF        ef_construction (default 200)\n"
    "  --builds N      rounds of building (default 3)\n"
    "  --rounds N      rounds of searching (default 7)\n"
    "  --only SYSTEM   pomai or hnswlib\n"
    "  --clock CLOCK   wall (default), or cpu: processor time, on a machine with other work\n"
    "  --json FILE     also writes the figures as a JSON array\n";

struct Options {
  std::vector<std::string> data;
  Params params;
  uint32_t builds = 3;
  uint32_t rounds = 7;
  std::string only;
  std::string json;
  bool cpu_clock = false;
};

struct Contender {
  const char* name;
  std::unique_ptr<System> (*build)(const Data&, const Params&);
};

constexpr Contender kContenders[] = {{"pomai", BuildPomai}, {"hnswlib", BuildHnswlib}};
constexpr uint32_t kEfs[] = {10, 14, 20, 28, 40, 56, 64, 80, 112, 160, 224, 320, 448, 640};
// A curve ends with the first ef that reaches this.
constexpr double kEnoughRecall = 0.9965;

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Seconds since some fixed point.
double Now(bool cpu_clock) {
  if (cpu_clock) {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <typename Body>
double Seconds(const Options& options, Body body) {
  const double begin = Now(options.cpu_clock);
  body();
  return Now(options.cpu_clock) - begin;
}

std::vector<Measured> Measure(const Data& data, const Options& options) {
  struct Entry {
    Measured measured;
    std::unique_ptr<System> system;
    std::vector<double> builds;
    std::vector<std::vector<double>> speeds;
    std::unique_ptr<System> (*build)(const Data&, const Params&) = nullptr;
  };
  std::vector<Entry> entries;
  for (const Contender& contender : kContenders) {
    if (options.only.empty() || options.only == contender.name) {
      entries.emplace_back();
      entries.back().measured.system = contender.name;
      entries.back().build = contender.build;
    }
  }
  for (uint32_t round = 0; round < options.builds; ++round) {
    for (Entry& entry : entries) {
      entry.system.reset();
      entry.builds.push_back(Seconds(options, [&] { entry.system = entry.build(data, options.params); }));
    }
  }
  std::vector<uint32_t> found(data.query_count() * data.k);
  for (Entry& entry : entries) {
    entry.measured.build_seconds = Median(entry.builds);
    for (const uint32_t ef : kEfs) {
      entry.system->Search(data, ef, found);  // warms up, too
      entry.measured.curve.push_back({ef, Recall(data, found), 0});
      if (entry.measured.curve.back().recall >= kEnoughRecall) {
        break;
      }
    }
    entry.speeds.resize(entry.measured.curve.size());
  }
  for (uint32_t round = 0; round < options.rounds; ++round) {
    for (size_t p = 0; p < std::size(kEfs); ++p) {
      for (Entry& entry : entries) {
        if (p < entry.speeds.size()) {
          const double seconds = Seconds(options, [&] { entry.system->Search(data, kEfs[p], found); });
          entry.speeds[p].push_back(static_cast<double>(data.query_count()) / seconds);
        }
      }
    }
  }
  std::vector<Measured> measured;
  for (Entry& entry : entries) {
    for (size_t p = 0; p < entry.speeds.size(); ++p) {
      entry.measured.curve[p].queries_per_second = Median(entry.speeds[p]);
    }
    measured.push_back(std::move(entry.measured));
  }
  return measured;
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || i + 1 == argc) {
      throw std::runtime_error(kHelp);
    }
    const std::string value = argv[++i];
    const auto number = [&] { return static_cast<uint32_t>(std::stoul(value)); };
    if (name == "--data") {
      options.data.push_back(value);
    } else if (name == "--m") {
      options.params.m = number();
    } else if (name == "--efc") {
      options.params.ef_construction = number();
    } else if (name == "--builds") {
      options.builds = std::max(1U, number());
    } else if (name == "--rounds") {
      options.rounds = std::max(1U, number());
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--clock") {
      options.cpu_clock = value == "cpu";
    } else if (name == "--json") {
      options.json = value;
    } else {
      throw std::runtime_error("Cannot understand '" + name + "'\n" + kHelp);
    }
  }
  if (options.data.empty()) {
    options.data = {"sift"};
  }
  return options;
}

void Run(const Options& options) {
  std::string json;
  for (const std::string& name : options.data) {
    const Data data = ByName(name);
    const std::vector<Measured> measured = Measure(data, options);
    PrintTable(data, options.params, measured);
    json += (json.empty() ? "[" : ",\n ") + Json(data, options.params, measured);
  }
  if (!options.json.empty()) {
    std::ofstream(options.json) << json << "]\n";
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    bench::Run(bench::Parse(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
