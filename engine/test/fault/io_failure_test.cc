// Every system call on files fails in turn, once or from then on: each failure is a status, changes nothing, and leaves
// a handle that works or says that it does not. Interrupted calls and short writes are no failures.
#include <sys/stat.h>

#include <random>

#include "../files.h"
#include "crash_steps.h"
#include "fault.h"
#include "pomai/pomai_x.h"

namespace {

using crash::Expectation;
using crash::MakeStep;
using crash::Step;
using fixture::Database;
using fixture::Outcome;
using fixture::Rows;
using fixture::TemporaryDirectory;

constexpr uint64_t kSeed = 5;
constexpr uint64_t kSteps = 20;
constexpr uint32_t kPolicies[] = {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS};

Outcome Do(Database& database, const Step& step) {
  switch (step.kind) {
    case Step::Kind::kPut:
      return database.PutAll(step.rows);
    case Step::Kind::kDelete:
      return database.Delete(step.id);
    case Step::Kind::kFreeze:
      break;
  }
  return database.Freeze();
}

void CheckFailure(const Outcome& outcome, int error, const std::string& path) {
  const bool memory = error == ENOMEM && !outcome.Says("an earlier write to it failed");
  CHECK_EQ(static_cast<int>(memory ? POMAI_STATUS_RESOURCE_EXHAUSTED : POMAI_STATUS_IO_ERROR), outcome.code);
  CHECK(outcome.Says(path));
}

// A database's life, of which one call fails or all from one on; false where none did, there being fewer calls.
bool Live(const std::string& path, uint32_t fsync_policy, const fault::Plan& plan) {
  const auto options = crash::WriterOptions(fsync_policy);
  Expectation expected(fsync_policy == POMAI_FSYNC_ALWAYS);
  std::unique_ptr<Database> database;
  fault::Arm(plan);
  Outcome outcome = Database::TryOpen(path, options, database);
  if (!outcome.ok()) {
    CheckFailure(outcome, plan.error, path);
    fault::Disarm();
    CHECK_OK(Database::TryOpen(path, options, database));
  }
  bool over = false;
  for (uint64_t number = 1; number <= kSteps && !over; ++number) {
    const Step step = MakeStep(kSeed, number);
    outcome = Do(*database, step);
    if (outcome.ok()) {
      expected.Done(step);
    } else {
      CheckFailure(outcome, plan.error, path);
      expected.NotDone(step);
      over = outcome.Says("open the database again");
      Rows rows;
      const Outcome scan = database->TryScan(nullptr, nullptr, rows);
      CHECK(scan.ok() ? rows == expected.rows() : !plan.only_one);
    }
  }
  const bool failed = fault::Failures() != 0;
  fault::Disarm();
  CHECK(database->Scan() == expected.rows());
  // Where the disk works again, so does the handle, unless it said that it will not; the log's part of that ends with a
  // freeze.
  for (const Step& step : {MakeStep(kSeed, 1), Step{Step::Kind::kFreeze, {}, 0}, MakeStep(kSeed, 1)}) {
    outcome = Do(*database, step);
    if (outcome.ok()) {
      expected.Done(step);
    } else {
      CHECK(outcome.Says("open the database again"));
      expected.NotDone(step);
    }
  }
  fault::Plan no_syncs;
  no_syncs.root = path;
  no_syncs.skip_syncs = true;
  fault::Arm(no_syncs);
  database.reset();
  expected.Check(path, true);
  database = Database::Open(path, options);
  CHECK_OK(database->Delete(UINT64_MAX));
  CHECK_OK(Do(*database, MakeStep(kSeed, 2)));
  CHECK_OK(database->Freeze());
  fault::Disarm();
  return failed;
}

void FailEachInTurn(int error, bool only_one) {
  for (const uint32_t fsync_policy : kPolicies) {
    for (long call = 0;; ++call) {
      const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
      fault::Plan plan;
      plan.root = directory / "db";
      plan.skip_syncs = true;
      plan.fail_after = call;
      plan.only_one = only_one;
      plan.error = error;
      try {
        if (!Live(plan.root, fsync_policy, plan)) {
          CHECK(call > 20);
          break;
        }
      } catch (const std::exception& failure) {
        throw check::Failure("call " + std::to_string(call) + ", fsync " + std::to_string(fsync_policy) + ": " +
                             failure.what());
      }
    }
  }
}

TEST(each_call_fails_once) { FailEachInTurn(EIO, true); }

TEST(each_call_fails_for_want_of_memory) { FailEachInTurn(ENOMEM, true); }

TEST(all_calls_fail_from_each_on) { FailEachInTurn(ENOSPC, false); }

class SyncCounter final : public fault::Observer {
 public:
  void OnOpen(int, const std::string&, int) override {}
  void OnWrite(int, uint64_t, std::span<const std::byte>) override {}
  void OnTruncate(int, uint64_t) override {}
  void OnSync(int) override { ++syncs_; }
  void OnRename(const std::string&, const std::string&) override {}
  void OnRemove(const std::string&) override {}

  [[nodiscard]] int syncs() const { return syncs_; }

 private:
  int syncs_ = 0;
};

int SyncsOfALife(const std::string& path, bool unsynced) {
  SyncCounter counter;
  Expectation expected(false);
  fault::Plan plan;
  plan.root = path;
  plan.skip_syncs = true;
  CHECK_EQ(0, ::mkdir(path.c_str(), 0777));
  fault::Observe(&counter);
  fault::Arm(plan);
  {
    auto database = Database::Open(path, crash::WriterOptions(POMAI_FSYNC_NEVER));
    if (unsynced) {
      CHECK_OK(fixture::Take(pomai_x_leave_unsynced(database->handle())));
    }
    for (uint64_t number = 1; number <= kSteps; ++number) {
      const Step step = MakeStep(kSeed, number);
      CHECK_OK(Do(*database, step));
      expected.Done(step);
    }
  }
  fault::Disarm();
  fault::Observe(nullptr);
  expected.Check(path, true);
  return counter.syncs();
}

TEST(a_handle_left_unsynced_forces_nothing_to_the_disk) {
  const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
  CHECK(SyncsOfALife(directory / "synced", false) > 4);
  CHECK_EQ(0, SyncsOfALife(directory / "unsynced", true));
}

TEST(a_handle_that_promises_durable_puts_cannot_be_left_unsynced) {
  const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
  const auto database = Database::Open(directory / "db", crash::WriterOptions(POMAI_FSYNC_ALWAYS));
  const Outcome outcome = fixture::Take(pomai_x_leave_unsynced(database->handle()));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT), outcome.code);
  CHECK(outcome.Says("fsync always"));
}

TEST(interrupted_calls_and_short_writes_are_no_failures) {
  for (const uint32_t fsync_policy : kPolicies) {
    const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
    for (const bool stutter : {false, true}) {
      fault::Plan plan;
      plan.root = directory / (stutter ? "stutter" : "plain");
      plan.skip_syncs = true;
      plan.stutter = stutter;
      fault::Arm(plan);
      {
        const auto database = Database::Open(plan.root, crash::WriterOptions(fsync_policy));
        for (uint64_t number = 1; number <= kSteps; ++number) {
          CHECK_OK(Do(*database, MakeStep(kSeed, number)));
        }
      }
      CHECK_EQ(stutter, fault::Failures() > 100);
      fault::Disarm();
    }
    for (const auto& name : fixture::FilesIn(directory / "plain")) {
      CHECK(fixture::ReadWhole(directory / "plain/" + name) == fixture::ReadWhole(directory / "stutter/" + name));
    }
    CHECK_EQ(fixture::FilesIn(directory / "plain").size(), fixture::FilesIn(directory / "stutter").size());
  }
}

TEST(a_disk_that_is_full_at_any_byte) {
  for (const uint32_t fsync_policy : kPolicies) {
    for (long room = 0; room < 60000; room += 1 + room / 8) {
      const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
      fault::Plan plan;
      plan.root = directory / "db";
      plan.skip_syncs = true;
      plan.room = room;
      plan.only_one = false;
      plan.error = ENOSPC;
      static_cast<void>(Live(plan.root, fsync_policy, plan));
    }
  }
}

}  // namespace
