// Batches against small graphs, which are compared with all nodes at once: they find what a scan of the rows finds, as
// far as codes can tell.
#include "index/batch_scan.h"

#include <algorithm>
#include <set>

#include "kernel/kernel.h"
#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

constexpr uint32_t kRows = kSanitized ? 1500 : 4000;
constexpr uint32_t kQueries = 150;
constexpr uint32_t kDim = 24;

index::BuildParams Graph(Metric metric) {
  return {.kind = Kind::kGraph, .metric = metric, .m = 8, .ef_construction = 60, .threads = 2};
}

// Whole numbers, which codes hold exactly, each row twice.
Vectors Pairs(uint32_t rows, uint32_t seed) {
  Vectors vectors{.dim = kDim, .values = {}};
  std::mt19937 random(seed);
  std::vector<float> row(kDim);
  for (uint32_t i = 0; i < rows; ++i) {
    if (i % 2 == 0) {
      std::generate(row.begin(), row.end(), [&] { return static_cast<float>(random() % 200U); });
    }
    vectors.values.insert(vectors.values.end(), row.begin(), row.end());
  }
  return vectors;
}

std::vector<uint64_t> HideEvery(uint32_t rows, uint32_t step, bool others) {
  std::vector<uint64_t> hidden((rows + 63) / 64);
  for (uint32_t i = 0; i < rows; ++i) {
    if ((i % step == 0) != others) {
      hidden[i / 64] |= uint64_t{1} << (i % 64);
    }
  }
  return hidden;
}

bool Tiles() { return pomai::kernel::Active().tile_cost.node != 0; }

// The share of an exact search's hits that a batch finds; equal hits have equal scores.
double Recall(Indexed& graph, const Vectors& queries, uint32_t k, const std::vector<uint64_t>& hidden, bool same) {
  const auto together = graph.SearchManyOf(queries, k, 64, hidden);
  size_t right = 0;
  size_t all = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    const auto exact = graph.Search(queries.row(q), k, 64, hidden, true);
    CHECK_EQ(exact.size(), together[q].size());
    std::set<std::pair<uint32_t, float>> expected;
    for (size_t i = 0; i < exact.size(); ++i) {
      expected.insert({exact[i].row, exact[i].score});
      if (same) {
        CHECK_EQ(exact[i].row, together[q][i].row);
        CHECK_EQ(exact[i].score, together[q][i].score);
      }
    }
    for (const index::Hit& hit : together[q]) {
      right += expected.count({hit.row, hit.score});
    }
    all += exact.size();
  }
  return all == 0 ? 1.0 : static_cast<double>(right) / static_cast<double>(all);
}

TEST(ABatchFindsWhatAScanFinds) {
  const Vectors base = RandomVectors(kRows, kDim, 31);
  const Vectors queries = RandomVectors(kQueries, kDim, 32);
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    Indexed graph(base, Graph(metric));
    const auto before = graph.counters.rows_scanned;
    graph.SearchManyOf(queries, 10, 64, {});
    CHECK_EQ(Tiles() ? uint64_t{kRows} * kQueries : 0, graph.counters.rows_scanned - before);
    if (Tiles()) {
      CHECK(Recall(graph, queries, 10, {}, false) >= 0.998);
      CHECK(Recall(graph, queries, 40, HideEvery(kRows, 2, false), false) >= 0.998);
    }
  }
}

TEST(CodesThatLoseNothingFindThatExactly) {
  const Vectors base = Pairs(kRows, 33);
  const Vectors queries = Pairs(kQueries, 34);
  Indexed graph(base, Graph(Metric::kL2));
  if (Tiles()) {
    CHECK_EQ(1.0, Recall(graph, queries, 7, {}, true));
    CHECK_EQ(1.0, Recall(graph, queries, 10, HideEvery(kRows, 3, false), true));
    CHECK_EQ(1.0, Recall(graph, queries, 10, HideEvery(kRows, 2, false), true));  // one of each pair
  }
}

TEST(FewLiveRowsAreAllFound) {
  const Vectors base = RandomVectors(kRows, kDim, 35);
  const Vectors queries = RandomVectors(40, kDim, 36);
  Indexed graph(base, Graph(Metric::kL2));
  for (const uint32_t step : {5U, kRows / 8, kRows}) {
    CHECK_EQ(1.0, Recall(graph, queries, kRows / step + 5, HideEvery(kRows, step, true), false));
  }
}

TEST(AQueryThatCodesCannotHoldIsFoundAmongOthers) {
  const Vectors base = RandomVectors(kRows, kDim, 37);
  Vectors queries = RandomVectors(40, kDim, 38);
  for (const uint32_t odd : {0U, 17U, 39U}) {
    std::fill_n(queries.values.begin() + std::ptrdiff_t{odd} * kDim, kDim, 1e5F);
  }
  for (const auto& hidden : {std::vector<uint64_t>(), HideEvery(kRows, 2, false)}) {
    Indexed graph(base, Graph(Metric::kL2));
    const auto together = graph.SearchManyOf(queries, 5, 64, hidden);
    for (const uint32_t odd : {0U, 17U, 39U}) {
      const auto alone = graph.Search(queries.row(odd), 5, 64, hidden);
      CHECK_EQ(alone.size(), together[odd].size());
      for (size_t i = 0; i < alone.size(); ++i) {
        CHECK_EQ(alone[i].row, together[odd][i].row);
      }
    }
  }
}

TEST(AScanPaysForManyQueriesOfSmallGraphs) {
  index::GraphView graph;
  const auto pays = [&](uint32_t nodes, size_t length, size_t queries, uint64_t ef) {
    graph.nodes = nodes;
    graph.space.length = length;
    return index::BatchScan::Pays(graph, queries, ef);
  };
  CHECK(!pays(5000, 128, 1, 64));
  CHECK(!pays(100000000, 128, 256, 64));
  CHECK(!pays(1000, 65536, 256, 64));
  CHECK_EQ(Tiles(), pays(1000, 128, 256, 64));
  if (Tiles()) {
    // What pays for a narrow walk pays for a wider one, and for more queries.
    for (uint32_t nodes = 1000; nodes < 200000; nodes += 1000) {
      CHECK(!pays(nodes, 128, 64, 64) || pays(nodes, 128, 64, 128));
      CHECK(!pays(nodes, 128, 64, 64) || pays(nodes, 128, 256, 64));
    }
  }
}

}  // namespace
