// crash_writer <directory> <fsync policy> <seed> <first step>: writes and freezes without end, over the shared library
// as clients load it, and tells of each step on descriptor 3, until it is killed. Calls may fail (the fault layer sees
// to that) with IO_ERROR and must then have changed nothing; it ends itself where only a new opening helps.
#define CHECK_OWN_MAIN
#include <cstdio>
#include <cstdlib>

#include "crash_steps.h"
#include "fault.h"

namespace {

using crash::Event;
using crash::MakeStep;
using crash::Step;
using crash::What;
using fixture::Database;
using fixture::Outcome;
using fixture::Rows;

void Tell(uint64_t step, What what) {
  const Event event{step, what};
  if (::write(crash::kEvents, &event, sizeof event) != sizeof event) {
    std::exit(crash::kWrong);
  }
}

int Run(const std::string& path, uint32_t fsync_policy, uint64_t seed, uint64_t number) {
  const auto check = [](const Outcome& outcome) {
    if (!outcome.ok() && outcome.code != POMAI_STATUS_IO_ERROR) {
      throw check::Failure(std::to_string(outcome.code) + ": " + outcome.text);
    }
    return outcome.ok();
  };
  std::unique_ptr<Database> database;
  if (!check(Database::TryOpen(path, crash::WriterOptions(fsync_policy), database))) {
    return crash::kCannotOpen;
  }
  if (fault::Calls() == 0) {
    throw check::Failure("the fault layer does not see the database's calls");
  }
  Rows rows;
  if (!check(database->TryScan(nullptr, nullptr, rows))) {
    return crash::kCannotOpen;
  }
  while (true) {
    const Step step = MakeStep(seed, ++number);
    Tell(number, What::kBegun);
    const Outcome outcome = step.On(*database);
    const bool done = check(outcome);
    Tell(number, done ? What::kDone : What::kFailed);
    if (done) {
      step.ApplyTo(rows);
    } else if (outcome.Says("open the database again")) {
      return crash::kReopen;
    }
    if (number % 8 == 0) {
      Rows found;
      if (check(database->TryScan(nullptr, nullptr, found)) && found != rows) {
        throw check::Failure("step " + std::to_string(number) + ": the rows are not those of the steps done");
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) {
      throw check::Failure("usage: crash_writer <directory> <fsync policy> <seed> <first step>");
    }
    return Run(argv[1], static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)), std::strtoull(argv[3], nullptr, 10),
               std::strtoull(argv[4], nullptr, 10));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "crash_writer: %s\n", failure.what());
    return crash::kWrong;
  }
}
