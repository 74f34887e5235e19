// What survives: the write-ahead log, torn ends, what is missing. (fault/ has kills and power failures.)
#include <algorithm>

#include "files.h"
#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Rows;
using fixture::TemporaryDirectory;
using fixture::Vector;

pomai_options_t Durable(uint32_t dim) {
  auto options = Options(dim);
  options.fsync_policy = POMAI_FSYNC_ALWAYS;
  return options;
}

bool FileExists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

TEST(without_fsync_what_is_not_frozen_is_lost) {
  const TemporaryDirectory directory;
  {
    const auto database = Database::Open(directory / "db", Options(1));
    CHECK_OK(database->Put(1, {1}));
    CHECK_OK(database->Freeze());
    CHECK_OK(database->Put(2, {2}));
  }
  CHECK(Database::Open(directory / "db", Options(1))->Scan() == (Rows{{1, {1}}}));
}

TEST(with_fsync_every_write_is_there_after_reopening) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = Database::Open(path, Durable(2));
    CHECK_OK(database->PutAll({{1, {1, 1}}, {2, {2, 2}}}));
    CHECK_OK(database->Delete(1));
    CHECK_OK(database->Put(3, {3, 3}));
  }
  {
    // A reader sees the log too, and does not write.
    const auto reader = Database::Open(path, Options(2));
    const auto other = Database::Open(path, Options(2));
    CHECK(reader->Scan() == (Rows{{2, {2, 2}}, {3, {3, 3}}}));
    CHECK(other->Exists(3));
    CHECK(!other->Exists(1));
    CHECK(reader->Search({0, 0}, 5).empty());
  }
  {
    const auto database = Database::Open(path, Durable(2));
    CHECK_OK(database->Put(4, {4, 4}));
  }
  {
    const auto database = Database::Open(path, Durable(2));
    CHECK_EQ(3U, database->Scan().size());
    CHECK_OK(database->Freeze());
    CHECK(!FileExists(path + "/00000000000000000000.wal"));
    CHECK_OK(database->Put(5, {5, 5}));
    CHECK(FileExists(path + "/00000000000000000001.wal"));
  }
  const auto database = Database::Open(path, Durable(2));
  CHECK_EQ(4U, database->Scan().size());
  CHECK_EQ(3U, database->Search({0, 0}, 9).size());
}

TEST(a_log_whose_writes_cancel_out_ends_with_a_freeze) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = Database::Open(path, Durable(1));
    CHECK_OK(database->Put(1, {1}));
    CHECK_OK(database->Delete(1));
    CHECK_OK(database->Freeze());
    CHECK_OK(database->Put(2, {2}));
  }
  CHECK(Database::Open(path, Durable(1))->Scan() == (Rows{{2, {2}}}));
}

TEST(a_torn_end_of_the_log_is_dropped_and_written_over) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  const std::string log = path + "/00000000000000000000.wal";
  long whole = 0;
  {
    const auto database = Database::Open(path, Durable(1));
    CHECK_OK(database->Put(1, {1}));
    std::FILE* file = std::fopen(log.c_str(), "rb");
    std::fseek(file, 0, SEEK_END);
    whole = std::ftell(file);
    std::fclose(file);
    CHECK_OK(database->Put(2, {2}));
  }
  CHECK_EQ(0, ::truncate(log.c_str(), whole + 20));
  {
    const auto database = Database::Open(path, Durable(1));
    CHECK(database->Scan() == (Rows{{1, {1}}}));
    CHECK_OK(database->Put(3, {3}));
  }
  CHECK(Database::Open(path, Durable(1))->Scan() == (Rows{{1, {1}}, {3, {3}}}));
}

TEST(a_sector_that_never_reached_the_disk_ends_the_log) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = Database::Open(path, Durable(500));
    CHECK_OK(database->Put(1, Vector(500, 1.0F)));
    CHECK_OK(database->Put(2, Vector(500, 0.0F)));
  }
  // The machine went down while the second record was on its way: the file has its length, one sector is missing.
  std::FILE* file = std::fopen((path + "/00000000000000000000.wal").c_str(), "r+b");
  std::fseek(file, 6 * 512, SEEK_SET);
  const std::vector<char> zeros(512, 0);
  CHECK_EQ(zeros.size(), std::fwrite(zeros.data(), 1, zeros.size(), file));
  std::fclose(file);
  const auto rows = Database::Open(path, Durable(500))->Scan();
  CHECK_EQ(1U, rows.size());
  CHECK_EQ(1U, rows.begin()->first);
}

// The sector with the header of the last record may be the one that is missing; were a record to follow it, it would be
// one that was acknowledged.
TEST(a_log_whose_last_record_lost_its_first_sector_ends_before_it) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  const std::string log = path + "/00000000000000000000.wal";
  // The header and three records of 16 + 16 + 4 * 116 bytes: the first ends with a sector, the others are one each and
  // something of the next.
  const Rows first = {{1, Vector(116, 1.0F)}};
  {
    const auto database = Database::Open(path, Durable(116));
    CHECK_OK(database->PutAll(first));
    for (uint64_t id = 2; id <= 4; ++id) {
      CHECK_OK(database->Put(id, Vector(116, 1.0F)));
    }
  }
  const std::string whole = fixture::ReadWhole(log);
  CHECK_EQ(32U + 4 * 496, whole.size());
  const auto without_sector_at = [&](size_t at, size_t size) {
    std::string damaged = whole.substr(0, size);
    const size_t end = std::min((at / 512 + 1) * 512, damaged.size());
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(at), damaged.begin() + static_cast<std::ptrdiff_t>(end), 0);
    fixture::WriteWhole(log, damaged);
  };
  const size_t second = 32 + 496;
  without_sector_at(second, second + 496);
  CHECK(Database::Open(path, Durable(116))->Scan() == first);
  without_sector_at(second, whole.size());
  std::unique_ptr<Database> database;
  CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), Database::TryOpen(path, Durable(116), database).code);
  // Written over, it is as if it had never been.
  without_sector_at(second, second + 496);
  CHECK_OK(Database::Open(path, Durable(116))->Put(7, Vector(116, 7.0F)));
  CHECK_EQ(2U, Database::Open(path, Durable(116))->Scan().size());
}

TEST(files_that_came_after_a_manifest_that_is_gone_are_not_taken_for_rubbish) {
  for (const uint32_t fsync_policy : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
    const TemporaryDirectory directory;
    const std::string path = directory / "db";
    auto options = Options(1);
    options.fsync_policy = fsync_policy;
    {
      const auto database = Database::Open(path, options);
      CHECK_OK(database->Put(1, {1}));
      CHECK_OK(database->Freeze());
      CHECK_OK(database->Put(2, {2}));
      if (fsync_policy == POMAI_FSYNC_NEVER) {
        CHECK_OK(database->Freeze());
      }
    }
    CHECK_EQ(0, std::remove((path + "/MANIFEST").c_str()));
    const auto names = fixture::FilesIn(path);
    std::unique_ptr<Database> database;
    const auto outcome = Database::TryOpen(path, options, database);
    CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), outcome.code);
    CHECK(outcome.Says("MANIFEST"));
    CHECK(names == fixture::FilesIn(path));
  }
}

TEST(a_log_of_another_generation_is_corruption) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  std::string log;
  {
    const auto database = Database::Open(path, Durable(1));
    CHECK_OK(database->Put(1, {1}));
    log = fixture::ReadWhole(path + "/00000000000000000000.wal");
    CHECK_OK(database->Freeze());
  }
  fixture::WriteWhole(path + "/00000000000000000001.wal", log);
  std::unique_ptr<Database> database;
  const auto outcome = Database::TryOpen(path, Durable(1), database);
  CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), outcome.code);
  CHECK(outcome.Says("generation 0"));
}

}  // namespace
