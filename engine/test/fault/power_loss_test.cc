// Power that fails at any instant: whatever part of the unsynced writes, names and cuts has reached the disk, the
// database opens, with exactly a frozen state, and every acknowledged freeze (with fsync "always": write) in it.
#include <sys/stat.h>

#include <ctime>
#include <random>

#include "../files.h"
#include "crash_steps.h"
#include "fault.h"
#include "journal.h"

namespace {

using crash::Expectation;
using crash::MakeStep;
using crash::Step;
using fault::Journal;
using fixture::Database;
using fixture::Outcome;
using fixture::Rows;
using fixture::TemporaryDirectory;

constexpr uint64_t kSteps = 24;
constexpr Journal::Survivors kSurvivors[] = {Journal::Survivors::kNone, Journal::Survivors::kAll,
                                             Journal::Survivors::kRandom, Journal::Survivors::kRandom,
                                             Journal::Survivors::kRandom};

void Empty(const std::string& path) {
  fixture::RemoveTree(path);
  CHECK_EQ(0, ::mkdir(path.c_str(), 0777));
}

// A database that is written under the eyes of a journal.
class Recording {
 public:
  Recording(std::string directory, uint32_t fsync_policy, std::mt19937_64& random)
      : path_(directory + "/db"),
        copy_(directory + "/copy"),
        fsync_policy_(fsync_policy),
        random_(random),
        seed_(random()),
        journal_(path_) {
    Empty(path_);
  }

  // Opens the database, does the next steps and closes it; `plan` says what fails meanwhile.
  void Write(uint64_t steps, fault::Plan plan = {}) {
    plan.root = path_;
    plan.skip_syncs = true;
    fault::Observe(&journal_);
    fault::Arm(plan);
    Do(steps);
    fault::Disarm();
    fault::Observe(nullptr);
  }

  // The process died before call `instant`, the machine goes on.
  void Kill(size_t instant) {
    while (!marks_.empty() && marks_.back().begin >= instant) {
      marks_.pop_back();
    }
    if (!marks_.empty() && marks_.back().end > instant) {
      marks_.back().done = false;
    }
    Empty(path_);
    journal_.Materialise(instant, Journal::Survivors::kAll, random_, path_);
    journal_.Cut(instant);
  }

  // The machine died there.
  void CheckAt(size_t instant, Journal::Survivors survivors) {
    Expectation expected(fsync_policy_ == POMAI_FSYNC_ALWAYS);
    for (const auto& mark : marks_) {
      if (mark.begin < instant || mark.end <= instant) {
        if (mark.opened) {
          expected.Reopened(mark.rows);
        } else if (mark.done && mark.end <= instant) {
          expected.Done(MakeStep(seed_, mark.number));
        } else {
          expected.NotDone(MakeStep(seed_, mark.number));
        }
      }
    }
    Empty(copy_);
    journal_.Materialise(instant, survivors, random_, copy_);
    try {
      expected.Check(copy_, true);
      if (random_() % 8 == 0) {
        GoOn(expected.rows());
      }
    } catch (const std::exception& failure) {
      throw check::Failure("power fails before call " + std::to_string(instant) + " of " +
                           std::to_string(journal_.size()) + ", survivors " +
                           std::to_string(static_cast<int>(survivors)) + ", fsync " + std::to_string(fsync_policy_) +
                           ": " + failure.what());
    }
  }

  [[nodiscard]] size_t size() const { return journal_.size(); }

 private:
  // A step or an opening, and the calls it made.
  struct Mark {
    size_t begin;
    size_t end;
    bool opened;
    bool done;
    uint64_t number;
    Rows rows;  // found at the opening
  };

  void Do(uint64_t steps) {
    std::unique_ptr<Database> database;
    size_t begin = journal_.size();
    Rows rows;
    if (!Database::TryOpen(path_, crash::WriterOptions(fsync_policy_), database).ok() ||
        !database->TryScan(nullptr, nullptr, rows).ok()) {
      return;
    }
    marks_.push_back({begin, journal_.size(), true, true, 0, rows});
    for (uint64_t last = number_ + steps; number_ < last;) {
      const Step step = MakeStep(seed_, ++number_);
      begin = journal_.size();
      const Outcome outcome = step.On(*database);
      CHECK(outcome.ok() || outcome.code == POMAI_STATUS_IO_ERROR);
      marks_.push_back({begin, journal_.size(), false, outcome.ok(), number_, {}});
      if (outcome.Says("open the database again")) {
        return;
      }
    }
  }

  // What was found after the failure is a database like any other.
  void GoOn(Rows rows) const {
    const auto options = crash::WriterOptions(fsync_policy_);
    {
      const auto database = Database::Open(copy_, options);
      CHECK_OK(database->Put(5, {5, 5, 5, 5}));
      CHECK_OK(database->Freeze());
      CHECK_OK(database->Delete(5));
      CHECK_OK(database->Freeze());
    }
    rows.erase(5);
    CHECK(Database::Open(copy_, options)->Scan() == rows);
  }

  const std::string path_;
  const std::string copy_;
  const uint32_t fsync_policy_;
  std::mt19937_64& random_;
  const uint64_t seed_;
  uint64_t number_ = 0;
  Journal journal_;
  std::vector<Mark> marks_;
};

std::mt19937_64 Random() {
  const char* given = std::getenv("POMAI_TEST_SEED");
  const auto seed =
      given != nullptr ? std::strtoul(given, nullptr, 10) : static_cast<unsigned long>(std::time(nullptr));
  std::printf("POMAI_TEST_SEED=%lu\n", seed);
  return std::mt19937_64(seed);
}

constexpr uint32_t kPolicies[] = {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS};

TEST(power_fails_before_each_call) {
  auto random = Random();
  for (const uint32_t fsync_policy : kPolicies) {
    const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
    Recording recording(directory.path(), fsync_policy, random);
    recording.Write(kSteps);
    for (size_t instant = 0; instant <= recording.size(); ++instant) {
      for (const auto survivors : kSurvivors) {
        recording.CheckAt(instant, survivors);
      }
    }
  }
}

TEST(power_fails_after_the_process_died_and_another_went_on) {
  auto random = Random();
  for (const uint32_t fsync_policy : kPolicies) {
    for (int round = 0; round < 12; ++round) {
      const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
      Recording recording(directory.path(), fsync_policy, random);
      recording.Write(kSteps);
      const size_t killed = random() % recording.size();
      recording.Kill(killed);
      recording.Write(kSteps / 4);
      for (size_t instant = killed; instant <= recording.size(); ++instant) {
        for (const auto survivors : kSurvivors) {
          recording.CheckAt(instant, survivors);
        }
      }
    }
  }
}

TEST(power_fails_after_a_call_has_failed) {
  auto random = Random();
  for (const uint32_t fsync_policy : kPolicies) {
    for (int round = 0; round < 40; ++round) {
      const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
      Recording recording(directory.path(), fsync_policy, random);
      fault::Plan plan;
      plan.seed = random();
      if (round % 2 == 0) {
        plan.fail_after = static_cast<long>(random() % 120);
      } else {
        plan.per_million = 30000;
      }
      recording.Write(kSteps, plan);
      for (int sample = 0; sample < 25; ++sample) {
        recording.CheckAt(random() % (recording.size() + 1), kSurvivors[random() % std::size(kSurvivors)]);
      }
    }
  }
}

}  // namespace
