// The exact scan against sorting all scores, at random sizes.
#include <cmath>

#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

TEST(ExactAtRandomSizesMetricsAndHiddenRows) {
  constexpr uint32_t kSeed = 20261122;
  std::mt19937 random(kSeed);
  for (uint32_t round = 0; round < 150; ++round) {
    const auto rows = static_cast<uint32_t>(1 + random() % 300);
    const auto dim = static_cast<uint32_t>(1 + random() % 70);
    const Metric metric = random() % 2 == 0 ? Metric::kL2 : Metric::kInnerProduct;
    const auto k = static_cast<uint32_t>(random() % (rows + 10));
    // Few distinct values, so that scores tie.
    Vectors base{.dim = dim, .values = std::vector<float>(size_t{rows} * dim)};
    std::generate(base.values.begin(), base.values.end(), [&] { return static_cast<float>(random() % 3); });
    std::vector<uint64_t> hidden;
    if (random() % 2 == 0) {
      hidden.resize((rows + 63) / 64);
      std::generate(hidden.begin(), hidden.end(), [&] { return (uint64_t{random()} << 32U) | random(); });
    }
    Indexed flat(base, {.kind = Kind::kFlat, .metric = metric, .m = 0, .ef_construction = 0, .threads = 1});
    const float* query = base.row(static_cast<uint32_t>(random() % rows));

    std::vector<index::Hit> expected;
    for (uint32_t i = 0; i < rows; ++i) {
      if (hidden.empty() || ((hidden[i / 64] >> (i % 64)) & 1U) == 0) {
        expected.push_back({i, Score(metric, query, base.row(i), dim)});
      }
    }
    std::sort(expected.begin(), expected.end(), [](const index::Hit& a, const index::Hit& b) {
      return a.score != b.score ? a.score > b.score : a.row < b.row;
    });
    expected.resize(std::min<size_t>(expected.size(), k));

    const auto hits = flat.Search(query, k, 0, hidden);
    CHECK_EQ(expected.size(), hits.size());
    for (size_t i = 0; i < hits.size(); ++i) {
      CHECK_EQ(expected[i].row, hits[i].row);
      CHECK_EQ(expected[i].score, hits[i].score);
      CHECK(!std::signbit(hits[i].score) || hits[i].score != 0);
    }
  }
}

TEST(ManyQueriesFindWhatEachFindsAlone) {
  // More rows than one block of the scan, and the last block not full.
  const Vectors base = RandomVectors(1'001, 37, 3);
  const Vectors queries = RandomVectors(33, 37, 4);
  std::vector<uint64_t> hidden((1'001 + 63) / 64, 0x00FF00FF00000000ULL);
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    for (const std::span<const uint64_t> bits : {std::span<const uint64_t>(), std::span<const uint64_t>(hidden)}) {
      Indexed flat(base, {.kind = Kind::kFlat, .metric = metric, .m = 0, .ef_construction = 0, .threads = 1});
      const auto together = flat.SearchMany(queries, {.k = 12, .ef = 0, .hidden = bits});
      const auto counted = flat.counters;
      for (uint32_t q = 0; q < queries.rows(); ++q) {
        const auto alone = flat.Search(queries.row(q), 12, 0, bits);
        CHECK_EQ(alone.size(), together[q].size());
        for (size_t i = 0; i < alone.size(); ++i) {
          CHECK_EQ(alone[i].row, together[q][i].row);
          CHECK_EQ(alone[i].score, together[q][i].score);
        }
      }
      CHECK_EQ(2 * counted.distances, flat.counters.distances);
    }
  }
}

TEST(AnUnknownKindIsCorruption) {
  const Vectors base = RandomVectors(3, 2, 1);
  const Sections none({});
  auto opened = index::Open(static_cast<Kind>(9), Metric::kL2, base.matrix(), none);
  CHECK(!opened.ok());
  CHECK(opened.status().code() == pomai::Code::kCorruption);
}

}  // namespace
