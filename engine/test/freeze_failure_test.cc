// Freezes that fail at each step behind the writing of the segment: what they leave, and what comes after them.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "files.h"
#include "fixture.h"

#if defined(__linux__)

namespace {

// Syncs of directories that still succeed; below zero: all do.
std::atomic<int> allowed{-1};

}  // namespace

// Every sync of the engine comes through here, in this program only.
extern "C" int fsync(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode) && allowed.load() >= 0 && allowed.fetch_sub(1) == 0) {
    allowed = 0;
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace {

using fixture::Database;
using fixture::FilesIn;
using fixture::Options;
using fixture::Outcome;
using fixture::Rows;
using fixture::TemporaryDirectory;

constexpr int kIoError = POMAI_STATUS_IO_ERROR;

pomai_options_t With(uint32_t fsync_policy) {
  auto options = Options(2);
  options.fsync_policy = fsync_policy;
  return options;
}

size_t Segments(const std::string& path) {
  const auto names = FilesIn(path);
  return static_cast<size_t>(std::count_if(
      names.begin(), names.end(), [](const std::string& name) { return name.find(".seg") != std::string::npos; }));
}

TEST(a_manifest_that_cannot_be_written_leaves_no_segment) {
  for (const uint32_t fsync_policy : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
    const TemporaryDirectory directory;
    const std::string path = directory / "db";
    const Rows rows = {{1, {1, 1}}, {2, {2, 2}}};
    {
      const auto database = Database::Open(path, With(fsync_policy));
      CHECK_OK(database->Put(1, {1, 1}));
      const std::string obstacle = path + "/MANIFEST.tmp";
      CHECK_EQ(0, ::mkdir(obstacle.c_str(), 0777));
      for (int attempt = 0; attempt < 3; ++attempt) {
        const Outcome outcome = database->Freeze();
        CHECK_EQ(kIoError, outcome.code);
        CHECK(outcome.Says("MANIFEST.tmp"));
        CHECK_EQ(0U, Segments(path));
      }
      CHECK_OK(database->Put(2, {2, 2}));
      CHECK_EQ(0, ::rmdir(obstacle.c_str()));
      CHECK_OK(database->Freeze());
      CHECK_EQ(1U, Segments(path));
      CHECK_EQ(2U, database->Search({0, 0}, 9).size());
    }
    CHECK(Database::Open(path, With(fsync_policy))->Scan() == rows);
  }
}

TEST(a_segment_whose_directory_cannot_be_synced_is_removed) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  const auto database = Database::Open(path, With(POMAI_FSYNC_NEVER));
  CHECK_OK(database->Put(1, {1, 1}));
  allowed = 0;
  const Outcome outcome = database->Freeze();
  allowed = -1;
  CHECK_EQ(kIoError, outcome.code);
  CHECK_EQ(0U, Segments(path));
  CHECK_OK(database->Freeze());
  CHECK_EQ(1U, database->Search({0, 0}, 9).size());
}

TEST(a_manifest_that_is_replaced_but_not_synced_ends_the_writing) {
  for (const uint32_t fsync_policy : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
    const TemporaryDirectory directory;
    const std::string path = directory / "db";
    Rows acknowledged = {{1, {1, 1}}};
    {
      const auto database = Database::Open(path, With(fsync_policy));
      CHECK_OK(database->PutAll(acknowledged));
      allowed = 1;  // the segment's
      const Outcome outcome = database->Freeze();
      allowed = -1;
      CHECK_EQ(kIoError, outcome.code);
      CHECK(outcome.Says("open the database again"));
      for (const Outcome& refused : {database->Put(2, {2, 2}), database->Delete(1), database->Freeze()}) {
        CHECK_EQ(kIoError, refused.code);
        CHECK(refused.Says("Cannot write to " + path));
        CHECK(refused.Says("open the database again"));
      }
      CHECK(database->Scan() == acknowledged);
    }
    {
      const auto database = Database::Open(path, With(fsync_policy));
      CHECK(database->Scan() == acknowledged);
      CHECK_EQ(1U, database->Search({0, 0}, 9).size());
      acknowledged[3] = {3, 3};
      CHECK_OK(database->Put(3, {3, 3}));
      CHECK_OK(database->Freeze());
    }
    CHECK(Database::Open(path, With(fsync_policy))->Scan() == acknowledged);
    CHECK_EQ(2U, Segments(path));
  }
}

}  // namespace

#else

TEST(disks_that_fail) { SKIP("a sync is made to fail on Linux only"); }

#endif
