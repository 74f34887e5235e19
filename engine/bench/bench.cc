// Builds and searches the same vectors with this engine and with others, one thread each, in rounds that alternate
// between them (the speed of one binary varies from run to run; only neighbours in time compare), and prints medians.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <span>
#include <stdexcept>

#include "data.h"
#include "footprint.h"
#include "report.h"
#include "temporary.h"

namespace bench {
namespace {

constexpr const char* kHelp =
    "bench [options]\n"
    "  --data NAME     sift (default), words, words-cosine, clustered:ROWSxDIM; may be given several times\n"
    "  --m M           links a node (default 16)\n"
    "  --efc EF        ef_construction (default 200)\n"
    "  --builds N      rounds of building (default 3)\n"
    "  --rounds N      rounds of searching (default 7)\n"
    "  --only SYSTEM   pomai, hnswlib or faiss; may be given several times\n"
    "  --threads N     threads that build and search (default 1); hnswlib always has one. With more than one, also "
    "how\n"
    "                  much faster they are than one, beside as many processes, which share nothing\n"
    "  --lists         inverted files instead of graphs: pomai and faiss\n"
    "  --keep FOLDER   keeps the indexes of the other systems there, and does not build those again that are there\n"
    "  --footprint     also measures files and memory, each index in a process of its own\n"
    "  --clock CLOCK   wall (default), or cpu: processor time, on a machine with other work\n"
    "  --json FILE     also writes the figures as a JSON array\n";

struct Options {
  std::vector<std::string> data;
  Params params;
  uint32_t builds = 3;
  uint32_t rounds = 7;
  std::vector<std::string> only;
  std::string json;
  bool cpu_clock = false;
  bool footprint = false;
  std::string measure;  // the system whose index at `path` this process is to measure
  std::string path;
  std::string keep;
};

struct Contender {
  const char* name;
  std::unique_ptr<System> (*build)(const Data&, const Params&);
  OpenSystem open;  // null where the system is not opened from disk
};

constexpr Contender kGraphs[] = {
    {"pomai", BuildPomai, OpenPomai},
    {"hnswlib", BuildHnswlib, OpenHnswlib},
#ifdef BENCH_FAISS
    {"faiss", BuildFaissHnsw, nullptr},
#endif
};
constexpr Contender kLists[] = {
    {"pomai", BuildPomai, nullptr},
#ifdef BENCH_FAISS
    {"faiss", BuildFaissIvf, nullptr},
#endif
};
constexpr uint32_t kEfs[] = {10, 14, 20, 28, 40, 56, 64, 80, 112, 160, 224, 320, 448, 640};
constexpr uint32_t kProbes[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

std::span<const Contender> Contenders(const Params& params) {
  return params.lists ? std::span<const Contender>(kLists) : std::span<const Contender>(kGraphs);
}
std::span<const uint32_t> Widths(const Params& params) {
  return params.lists ? std::span<const uint32_t>(kProbes) : std::span<const uint32_t>(kEfs);
}
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

// Builds an index and says how long that took, or takes both from the folder where they are kept.
double Build(const Options& options, const std::string& name, const Contender& contender, const Data& data,
             std::unique_ptr<System>& system) {
  const std::string path = options.keep + "/" + name + "-" + contender.name + "-" + std::to_string(options.params.m) +
                           "-" + std::to_string(options.params.ef_construction);
  const bool keep = !options.keep.empty() && contender.open == OpenHnswlib;
  double seconds = 0;
  if (keep && std::ifstream(path + ".seconds") >> seconds) {
    system = contender.open(path, data, options.params);
    return seconds;
  }
  seconds = Seconds(options, [&] { system = contender.build(data, options.params); });
  if (keep && system->Save(path)) {
    std::ofstream(path + ".seconds") << seconds;
  }
  return seconds;
}

// Each index in a process of its own: what the builds left in this one's heap would hide what a search takes.
void MeasureFootprints(const Options& options, const std::string& name, const Contender& contender, System& system,
                       Measured& measured) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/index";
  if (contender.open != nullptr && system.Save(path)) {
    measured.footprint = Decode(RunSelf("--data " + name + " --m " + std::to_string(options.params.m) + " --measure " +
                                        contender.name + " --path '" + path + "'"));
  }
}

std::vector<Measured> Compare(const std::string& name, const Data& data, const Options& options) {
  struct Entry {
    Measured measured;
    std::unique_ptr<System> system;
    std::vector<double> builds;
    std::vector<std::vector<double>> speeds;
    const Contender* contender = nullptr;
  };
  const std::span<const uint32_t> widths = Widths(options.params);
  std::vector<Entry> entries;
  for (const Contender& contender : Contenders(options.params)) {
    if (options.only.empty() || std::count(options.only.begin(), options.only.end(), contender.name) != 0) {
      entries.emplace_back();
      entries.back().measured.system = contender.name;
      entries.back().contender = &contender;
    }
  }
  for (uint32_t round = 0; round < options.builds; ++round) {
    for (Entry& entry : entries) {
      entry.system.reset();
      entry.builds.push_back(Build(options, name, *entry.contender, data, entry.system));
    }
  }
  std::vector<uint32_t> found(data.query_count() * data.k);
  for (Entry& entry : entries) {
    entry.measured.build_seconds = Median(entry.builds);
    for (const uint32_t ef : widths) {
      entry.system->Search(data, ef, found);  // warms up, too
      entry.measured.curve.push_back({ef, Recall(data, found), 0});
      if (entry.measured.curve.back().recall >= kEnoughRecall) {
        break;
      }
    }
    entry.speeds.resize(entry.measured.curve.size());
  }
  for (uint32_t round = 0; round < options.rounds; ++round) {
    for (size_t p = 0; p < widths.size(); ++p) {
      for (Entry& entry : entries) {
        if (p < entry.speeds.size()) {
          const double seconds = Seconds(options, [&] { entry.system->Search(data, widths[p], found); });
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
    if (options.params.threads > 1 && entry.measured.system == "pomai") {
      entry.measured.scaling = MeasureScaling(data, options.params, *entry.system, options.builds, options.rounds);
    }
    if (options.footprint) {
      MeasureFootprints(options, name, *entry.contender, *entry.system, entry.measured);
      entry.system.reset();
    }
    measured.push_back(std::move(entry.measured));
  }
  return measured;
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--lists" || name == "--footprint") {
      (name == "--lists" ? options.params.lists : options.footprint) = true;
      continue;
    }
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
      options.only.push_back(value);
    } else if (name == "--threads") {
      options.params.threads = std::max(1U, number());
    } else if (name == "--measure") {
      options.measure = value;
    } else if (name == "--keep") {
      options.keep = value;
    } else if (name == "--path") {
      options.path = value;
    } else if (name == "--clock") {
      options.cpu_clock = value == "cpu";
    } else if (name == "--json") {
      options.json = value;
    } else {
      throw std::runtime_error("Cannot understand '" + name + "'\n" + kHelp);
    }
  }
  if (options.cpu_clock && options.params.threads > 1) {
    throw std::runtime_error("Cannot measure threads by processor time (--clock wall, or --threads 1)");
  }
  if (options.data.empty()) {
    options.data = {"sift"};
  }
  return options;
}

void Run(const Options& options) {
  if (!options.measure.empty()) {
    const Data data = ByName(options.data.front(), false);
    for (const Contender& contender : Contenders(options.params)) {
      if (options.measure == contender.name) {
        std::printf("%s", Encode(Measure(contender.open, options.path, data, options.params)).c_str());
      }
    }
    return;
  }
  std::string json;
  for (const std::string& name : options.data) {
    const Data data = ByName(name, true);
    const std::vector<Measured> measured = Compare(name, data, options);
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
