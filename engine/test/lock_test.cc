// Many readers or one writer: between handles of a process, and between processes.
#include <sys/stat.h>
#include <sys/wait.h>

#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Outcome;
using fixture::Rows;
using fixture::TemporaryDirectory;

constexpr int kIoError = POMAI_STATUS_IO_ERROR;

// Runs `body` in a process of its own and returns what it returns.
template <typename Body>
int InChild(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& failure) {
      std::printf("in child: %s\n", failure.what());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

TEST(readers_share_a_directory_and_a_writer_waits_for_none) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  auto first = Database::Open(path, Options(1));
  auto second = Database::Open(path, Options(1));
  Outcome outcome = first->Put(1, {1});
  CHECK_EQ(kIoError, outcome.code);
  CHECK(outcome.Says("another handle has it open"));
  CHECK(outcome.Says(path));
  CHECK_EQ(kIoError, first->Delete(1).code);
  CHECK(first->Scan().empty());
  second.reset();
  CHECK_OK(first->Put(1, {1}));

  outcome = Database::TryOpen(path, Options(1), second);
  CHECK_EQ(kIoError, outcome.code);
  CHECK(outcome.Says("another handle is writing to it"));
  CHECK(outcome.Says(path));
  CHECK_OK(first->Freeze());
  CHECK_EQ(kIoError, Database::TryOpen(path, Options(1), second).code);
  first.reset();
  second = Database::Open(path, Options(1));
  CHECK(second->Scan() == (Rows{{1, {1}}}));
}

TEST(a_handle_that_writes_nothing_stays_a_reader) {
  const TemporaryDirectory directory;
  const auto first = Database::Open(directory / "db", Options(1));
  CHECK_OK(first->Freeze());
  CHECK_OK(first->PutAll({}));
  const auto second = Database::Open(directory / "db", Options(1));
  CHECK_OK(second->Freeze());
}

TEST(the_lock_holds_between_processes) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  auto database = Database::Open(path, Options(1));
  CHECK_EQ(0, InChild([&] {
             const auto reader = Database::Open(path, Options(1));
             return reader->Put(1, {1}).code == kIoError ? 0 : 1;
           }));
  CHECK_OK(database->Put(1, {1}));
  CHECK_EQ(0, InChild([&] {
             std::unique_ptr<Database> reader;
             return Database::TryOpen(path, Options(1), reader).code == kIoError ? 0 : 1;
           }));
  database.reset();
  CHECK_EQ(0, InChild([&] { return Database::Open(path, Options(1))->Put(2, {2}).code; }));
  CHECK_OK(Database::Open(path, Options(1))->Put(3, {3}));
}

TEST(the_lock_of_a_killed_writer_is_gone) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  const int outcome = InChild([&] {
    const auto writer = Database::Open(path, Options(1));
    CHECK_OK(writer->Put(1, {1}));
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  CHECK_EQ(100, outcome);
  CHECK_OK(Database::Open(path, Options(1))->Put(2, {2}));
}

TEST(a_directory_without_write_permission_opens_for_reading) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = Database::Open(path, Options(1));
    CHECK_OK(database->Put(1, {1}));
    CHECK_OK(database->Freeze());
  }
  ::chmod(directory.path().c_str(), 0755);
  ::chmod((path + "/LOCK").c_str(), 0444);
  ::chmod(path.c_str(), 0555);
  const auto read = [&] {
    constexpr uid_t kNobody = 65534;  // the superuser may write anywhere
    CHECK(::geteuid() != 0 || ::setuid(kNobody) == 0);
    const auto database = Database::Open(path, Options(1));
    CHECK(database->Scan() == (Rows{{1, {1}}}));
    CHECK_EQ(1U, database->Search({1}, 1).size());
    const Outcome outcome = database->Put(2, {2});
    CHECK_EQ(kIoError, outcome.code);
    CHECK(outcome.Says("open for reading only"));
    return 0;
  };
  CHECK_EQ(0, InChild(read));
  ::chmod(path.c_str(), 0755);
  std::remove((path + "/LOCK").c_str());
  ::chmod(path.c_str(), 0555);
  CHECK_EQ(0, InChild(read));
  ::chmod(path.c_str(), 0755);
}

}  // namespace
