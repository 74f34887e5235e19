#include "scaling.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>

#include "temporary.h"

namespace bench {
namespace {

constexpr uint32_t kEfs[] = {20, 64};
// A measurement repeats its search until it takes about so long, or starting it would show.
constexpr double kLeastSeconds = 0.2;

using Job = std::function<void()>;

double Seconds(const Job& job) {
  const auto begin = std::chrono::steady_clock::now();
  job();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// On a machine with other work only the least disturbed rounds tell what threads can do.
double Least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

// A process that does its job each time it is told to.
class Process {
 public:
  explicit Process(const Job& job) {
    int to_child[2];
    int to_parent[2];
    if (pipe(to_child) != 0 || pipe(to_parent) != 0) {
      throw std::runtime_error("Cannot make a pipe to measure processes");
    }
    id_ = fork();
    if (id_ < 0) {
      throw std::runtime_error("Cannot start a process to measure");
    }
    if (id_ == 0) {
      close(to_child[1]);
      close(to_parent[0]);
      _exit(Serve(job, to_child[0], to_parent[1]));
    }
    close(to_child[0]);
    close(to_parent[1]);
    orders_ = to_child[1];
    answers_ = to_parent[0];
  }
  ~Process() {
    // Told rather than left without a pipe: processes that were started later hold the other end, too.
    const char order = kEnd;
    if (write(orders_, &order, 1) == 1) {
      waitpid(id_, nullptr, 0);
    }
    close(orders_);
    close(answers_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Start() {
    const char order = kRun;
    Require(write(orders_, &order, 1) == 1);
  }
  void Await() {
    char answer = 0;
    Require(read(answers_, &answer, 1) == 1);
  }

 private:
  static constexpr char kRun = 'r';
  static constexpr char kEnd = 'e';

  static int Serve(const Job& job, int orders, int answers) {
    try {
      char byte = 0;
      while (read(orders, &byte, 1) == 1 && byte == kRun) {
        job();
        if (write(answers, &byte, 1) != 1) {
          return 1;
        }
      }
      return 0;
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s\n", failure.what());
      return 1;
    }
  }
  static void Require(bool works) {
    if (!works) {
      throw std::runtime_error("Cannot measure processes: one has ended");
    }
  }

  pid_t id_ = 0;
  int orders_ = -1;
  int answers_ = -1;
};

using Processes = std::vector<std::unique_ptr<Process>>;

void RunAll(const Processes& processes) {
  for (const auto& process : processes) {
    process->Start();
  }
  for (const auto& process : processes) {
    process->Await();
  }
}

// The times of one, of many threads and of all processes, measured in turns.
class Turns {
 public:
  void Measure(uint32_t rounds, const Job& one, const Job& many, const Processes& processes) {
    for (uint32_t round = 0; round < rounds; ++round) {
      one_.push_back(Seconds(one));
      many_.push_back(Seconds(many));
      processes_.push_back(Seconds([&] { RunAll(processes); }));
    }
  }
  // The processes together did `work_of_processes` times the work.
  [[nodiscard]] Scaling Report(const std::string& what, double work_of_processes) const {
    return {what, Least(one_) / Least(many_), work_of_processes * Least(one_) / Least(processes_)};
  }

 private:
  std::vector<double> one_;
  std::vector<double> many_;
  std::vector<double> processes_;
};

Scaling MeasureBuild(const Data& data, const Params& many, uint32_t rounds) {
  Params one = many;
  one.threads = 1;
  const Job build = [&] { BuildPomai(data, one); };
  Processes processes;
  for (uint32_t i = 0; i < many.threads; ++i) {
    processes.push_back(std::make_unique<Process>(build));
  }
  Turns turns;
  turns.Measure(
      rounds, build, [&] { BuildPomai(data, many); }, processes);
  return turns.Report("build", many.threads);
}

// The queries from `begin` to `end` of data that has no rows.
Data Part(const Data& data, size_t begin, size_t end) {
  Data part{.name = data.name, .metric = data.metric, .dim = data.dim, .base = {}, .queries = {}, .nearest = {}};
  part.queries.assign(data.queries.begin() + static_cast<std::ptrdiff_t>(begin * data.dim),
                      data.queries.begin() + static_cast<std::ptrdiff_t>(end * data.dim));
  return part;
}

Scaling MeasureSearch(const Data& data, const Params& many, const std::string& path, uint32_t ef, uint32_t rounds) {
  Params alone = many;
  alone.threads = 1;
  const auto search = [ef](System& system, const Data& queries, size_t times) {
    std::vector<uint32_t> found(queries.query_count() * queries.k);
    for (size_t i = 0; i < times; ++i) {
      system.Search(queries, ef, found);
    }
  };
  const Data all = Part(data, 0, data.query_count());
  const auto one = OpenPomai(path, all, alone);
  const auto together = OpenPomai(path, all, many);
  search(*one, all, 1);
  search(*together, all, 1);
  const double seconds = Seconds([&] { search(*one, all, 1); });
  const auto times = static_cast<size_t>(1 + kLeastSeconds / seconds);
  Processes processes;
  for (uint32_t i = 0; i < many.threads; ++i) {
    const Data part = Part(data, data.query_count() * i / many.threads, data.query_count() * (i + 1) / many.threads);
    processes.push_back(std::make_unique<Process>([&, part, system = std::shared_ptr<System>()]() mutable {
      if (!system) {
        system = OpenPomai(path, part, alone);
      }
      search(*system, part, times);
    }));
  }
  RunAll(processes);
  Turns turns;
  turns.Measure(
      rounds, [&] { search(*one, all, times); }, [&] { search(*together, all, times); }, processes);
  return turns.Report("search at ef " + std::to_string(ef), 1);
}

}  // namespace

std::vector<Scaling> MeasureScaling(const Data& data, const Params& params, System& system, uint32_t builds,
                                    uint32_t rounds) {
  std::signal(SIGPIPE, SIG_IGN);  // a process that has ended is noticed by what is read from it
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/index";
  std::vector<Scaling> scaling;
  if (!params.lists && system.Save(path)) {
    for (const uint32_t ef : kEfs) {
      scaling.push_back(MeasureSearch(data, params, path, ef, rounds));
    }
    scaling.push_back(MeasureBuild(data, params, builds));
  }
  return scaling;
}

}  // namespace bench
