// One handle, many threads: reads beside writes and freezes.
#include <algorithm>
#include <atomic>
#include <thread>

#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Rows;
using fixture::TemporaryDirectory;
using fixture::Vector;

TEST(readers_see_whole_states_while_a_writer_goes_on) {
  constexpr uint64_t kRounds = 40;
  constexpr uint64_t kRows = 50;
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(2));
  std::atomic<bool> done{false};
  std::atomic<int> failures{0};

  const auto guarded = [&](const auto& body) {
    try {
      while (!done) {
        body();
      }
    } catch (const std::exception& failure) {
      std::printf("%s\n", failure.what());
      ++failures;
    }
  };
  std::thread searcher([&] {
    size_t last = 0;
    guarded([&] {
      // Every freeze adds kRows rows; the one that every freeze replaces counts them.
      const auto hits = database->Search({0, 0}, 100000);
      CHECK(hits.empty() || hits.size() % kRows == 1);
      CHECK(hits.size() >= last);
      last = hits.size();
    });
  });
  std::thread reader([&] {
    float last = 0;
    guarded([&] {
      Vector vector;
      if (database->Get(0, vector).ok()) {
        CHECK(vector[0] >= last);
        last = vector[0];
        CHECK(database->Exists(0));
      }
    });
  });
  std::thread scanner([&] {
    guarded([&] {
      const Rows rows = database->Scan();
      const auto counter = rows.find(0);
      const auto round = counter == rows.end() ? 0 : static_cast<uint64_t>(counter->second[0]);
      CHECK_EQ(round * kRows, rows.size() - (round == 0 ? 0 : 1));
    });
  });
  for (uint64_t round = 1; round <= kRounds; ++round) {
    Rows rows;
    rows[0] = {static_cast<float>(round), 0};
    for (uint64_t i = 1; i <= kRows; ++i) {
      rows[round * 1000 + kRows - i] = {1, static_cast<float>(i)};
    }
    CHECK_OK(database->PutAll(rows));
    CHECK_OK(database->Freeze());
  }
  done = true;
  searcher.join();
  reader.join();
  scanner.join();
  CHECK_EQ(0, failures.load());
  CHECK_EQ(kRounds * kRows + 1, database->Search({0, 0}, 100000).size());
}

TEST(eight_threads_search_while_rows_come_go_and_are_frozen) {
  constexpr uint64_t kRounds = 12;
  constexpr uint64_t kRows = 60;
  const TemporaryDirectory directory;
  for (const uint8_t kind : {POMAI_INDEX_HNSW, POMAI_INDEX_IVF}) {
    auto options = Options(2);
    options.index_type = kind;
    options.adaptive_threshold = kRows / 2;
    options.hnsw_m = 8;
    options.search_threads = 2;
    const auto database = Database::Open(directory / std::to_string(kind), options);
    std::atomic<bool> done{false};
    std::atomic<int> failures{0};
    std::vector<std::thread> searchers;
    for (uint32_t searcher = 0; searcher < 8; ++searcher) {
      searchers.emplace_back([&, searcher] {
        try {
          while (!done) {
            // Round r puts rows at (r, i) and deletes those of round r - 2, both seen at its freeze: every hit of one
            // search is of the same two rounds.
            std::vector<std::vector<fixture::Hit>> hits;
            CHECK_OK(database->SearchBatch(std::vector<Vector>(3, {0, static_cast<float>(searcher)}), 2 * kRows, hits));
            for (const auto& list : hits) {
              uint64_t newest = 0;
              for (const auto& hit : list) {
                newest = std::max(newest, hit.id / 1000);
              }
              for (const auto& hit : list) {
                CHECK(hit.id / 1000 + 1 >= newest);
              }
            }
          }
        } catch (const std::exception& failure) {
          std::printf("%s\n", failure.what());
          ++failures;
        }
      });
    }
    for (uint64_t round = 1; round <= kRounds; ++round) {
      Rows rows;
      for (uint64_t i = 0; i < kRows; ++i) {
        rows[round * 1000 + i] = {static_cast<float>(round), static_cast<float>(i)};
      }
      CHECK_OK(database->PutAll(rows));
      for (uint64_t i = 0; round > 2 && i < kRows; ++i) {
        CHECK_OK(database->Delete((round - 2) * 1000 + i));
      }
      CHECK_OK(database->Freeze());
    }
    done = true;
    for (auto& searcher : searchers) {
      searcher.join();
    }
    CHECK_EQ(0, failures.load());
    CHECK_EQ(2 * kRows, database->Scan().size());
  }
}

TEST(writers_take_turns) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  std::atomic<int> failures{0};
  std::vector<std::thread> writers;
  for (uint64_t writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (uint64_t i = 0; i < 200; ++i) {
        failures += database->Put(writer * 1000 + i, {static_cast<float>(i)}).ok() ? 0 : 1;
        if (i % 50 == 0) {
          failures += database->Freeze().ok() ? 0 : 1;
        }
      }
    });
  }
  for (auto& writer : writers) {
    writer.join();
  }
  CHECK_EQ(0, failures.load());
  CHECK_EQ(800U, database->Scan().size());
}

}  // namespace
