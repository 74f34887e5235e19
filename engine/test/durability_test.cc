// What survives: the write-ahead log, torn ends, kills at random instants.
#include <poll.h>
#include <sys/wait.h>

#include <csignal>
#include <ctime>
#include <random>

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

// Round r of the child: row 0 counts rounds, rows come and go, the larger ones are many enough for an index.
Rows StateAfter(uint64_t round) {
  Rows rows;
  if (round != 0) {
    rows[0] = {static_cast<float>(round), 0};
  }
  for (uint64_t r = round > 3 ? round - 3 : 1; r <= round; ++r) {
    for (uint64_t i = 1; i < 20; ++i) {
      rows[r * 100 + i] = {static_cast<float>(r), static_cast<float>(i)};
    }
  }
  return rows;
}

void WriteRounds(const std::string& path, int acknowledgements) {
  const auto database = Database::Open(path, Options(2));
  Vector counter;
  uint64_t round = database->Get(0, counter).ok() ? static_cast<uint64_t>(counter[0]) : 0;
  while (true) {
    ++round;
    Rows rows;
    rows[0] = {static_cast<float>(round), 0};
    for (uint64_t i = 1; i < 20; ++i) {
      rows[round * 100 + i] = {static_cast<float>(round), static_cast<float>(i)};
    }
    CHECK_OK(database->PutAll(rows));
    for (uint64_t i = 1; round > 4 && i < 20; ++i) {
      CHECK_OK(database->Delete((round - 4) * 100 + i));
    }
    CHECK_OK(database->Freeze());
    CHECK(::write(acknowledgements, &round, sizeof round) == sizeof round);
  }
}

TEST(a_kill_at_any_instant_leaves_the_last_frozen_state) {
  const char* given = std::getenv("POMAI_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                     : static_cast<unsigned>(std::time(nullptr));
  std::printf("POMAI_TEST_SEED=%u\n", seed);
  std::mt19937 random(seed);
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  uint64_t acknowledged = 0;
  for (int kill = 0; kill < 30; ++kill) {
    int pipes[2];
    CHECK_EQ(0, ::pipe(pipes));
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        WriteRounds(path, pipes[1]);
      } catch (const std::exception& failure) {
        std::printf("in child: %s\n", failure.what());
      }
      ::_exit(1);
    }
    ::close(pipes[1]);
    // Let it do some rounds, then strike at a random instant within the next few milliseconds.
    const auto rounds = random() % 4;
    uint64_t round = 0;
    for (size_t i = 0; i < rounds && ::read(pipes[0], &round, sizeof round) == sizeof round; ++i) {
      acknowledged = round;
    }
    pollfd nothing{-1, 0, 0};
    ::poll(&nothing, 1, static_cast<int>(random() % 8));
    for (auto spin = random() % 100000; spin > 0; --spin) {
      __asm__ volatile("");
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    while (::read(pipes[0], &round, sizeof round) == sizeof round) {
      acknowledged = round;
    }
    ::close(pipes[0]);

    const auto database = Database::Open(path, Options(2));
    const Rows rows = database->Scan();
    const uint64_t found = rows.empty() ? 0 : static_cast<uint64_t>(rows.at(0)[0]);
    CHECK(found == acknowledged || found == acknowledged + 1);
    CHECK(rows == StateAfter(found));
    CHECK_EQ(rows.size(), database->Search({0, 0}, 1000).size());
    acknowledged = found;
  }
}

}  // namespace
