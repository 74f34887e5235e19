// Components so large that their products, squares and differences overflow: every index answers, in one order, and
// ranks a row by its true score where that is a float, before all finite scores or behind them where it is not.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

constexpr uint32_t kDim = 16;
constexpr uint32_t kRows = 1600;
constexpr uint32_t kSeed = 20261123;

struct Case {
  const char* name;
  Vectors rows;
};

// `huge` of every `of` rows have components of +-`size`.
Vectors WithHuge(uint32_t huge, uint32_t of, float size) {
  Vectors rows = RandomVectors(kRows, kDim, kSeed);
  std::mt19937 random(kSeed + 1);
  for (uint32_t i = 0; i < kRows; ++i) {
    for (uint32_t d = 0; d < kDim && i % of < huge; ++d) {
      rows.values[size_t{i} * kDim + d] = random() % 2 == 0 ? size : -size;
    }
  }
  return rows;
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  cases.push_back({"all overflow", WithHuge(1, 1, 3e38F)});
  cases.push_back({"all overflow when squared", WithHuge(1, 1, 1e38F)});
  cases.push_back({"one row in ten overflows", WithHuge(1, 10, 1e38F)});
  cases.push_back({"nine rows in ten overflow", WithHuge(9, 10, 3e38F)});
  cases.push_back({"distances near the largest float", WithHuge(1, 1, 2e18F)});
  return cases;
}

void CheckOrdered(const std::vector<index::Hit>& hits) {
  std::vector<bool> seen(kRows, false);
  for (size_t i = 0; i < hits.size(); ++i) {
    CHECK(!std::isnan(hits[i].score));
    CHECK(i == 0 || hits[i - 1].score >= hits[i].score);
    CHECK(!seen[hits[i].row]);
    seen[hits[i].row] = true;
  }
}

// The share of the finite hits of an exact scan that the index finds, or others of the same score.
double FiniteRecall(Indexed& indexed, Indexed& exact, const Vectors& queries, uint32_t k) {
  size_t wanted = 0;
  size_t right = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    const auto hits = indexed.Search(queries.row(q), k, 300);
    const auto expected = exact.Search(queries.row(q), k, 300);
    CHECK_EQ(size_t{k}, hits.size());
    CHECK_EQ(size_t{k}, expected.size());
    CheckOrdered(hits);
    CheckOrdered(expected);
    for (size_t i = 0; i < k && std::isfinite(expected[i].score); ++i) {
      ++wanted;
      right += hits[i].score >= expected[i].score ? 1 : 0;
    }
  }
  return wanted == 0 ? 1.0 : static_cast<double>(right) / static_cast<double>(wanted);
}

void RunAll(Metric metric) {
  for (const Case& data : Cases()) {
    Indexed exact(data.rows, {.kind = Kind::kFlat, .metric = metric});
    for (const Kind kind : {Kind::kFlat, Kind::kGraph, Kind::kIvf}) {
      Indexed indexed(data.rows, {.kind = kind, .metric = metric, .m = 12, .ef_construction = 60, .threads = 2});
      Vectors small = RandomVectors(20, kDim, kSeed + 2);
      Vectors huge = WithHuge(1, 1, 3e38F);
      huge.Truncate(20);
      for (const Vectors& queries : {small, huge}) {
        const double recall = FiniteRecall(indexed, exact, queries, 10);
        if (recall < 0.9) {
          throw check::Failure(std::string(data.name) + ", kind " + std::to_string(static_cast<int>(kind)) + ": " +
                               std::to_string(recall) + " of the finite hits");
        }
        CheckOrdered(indexed.Search(queries.row(0), kRows - 1, 64));
      }
    }
  }
}

TEST(DistancesThatOverflow) { RunAll(Metric::kL2); }

TEST(InnerProductsThatOverflow) { RunAll(Metric::kInnerProduct); }

// The products of the first half of the rows with the query overflow both ways and cancel to the last bit; of its last
// eight, four are truly beyond all floats and four below.
TEST(WhatOverflowsOnTheWayHasItsTrueRank) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr uint32_t kHalf = kRows / 2;
  Vectors rows = RandomVectors(kRows, kDim, kSeed);
  std::vector<float> query(kDim, 1.0F);
  query[0] = query[kDim - 1] = 1e3F;
  std::vector<index::Hit> expected;
  for (uint32_t i = 0; i < kRows; ++i) {
    float* row = rows.values.data() + size_t{i} * kDim;
    const float size = i < kHalf ? 1e38F * (1.0F + static_cast<float>(i) * 1e-4F) : row[0];
    row[0] = size;
    row[kDim - 1] = -size;
    double score = 0;
    for (uint32_t d = 1; d < kDim - 1; ++d) {
      score += static_cast<double>(row[d]);
    }
    expected.push_back({i, static_cast<float>(score)});
    if (i >= kHalf - 8 && i < kHalf) {
      row[0] = row[kDim - 1] = i % 2 == 0 ? size : -size;
      expected.back().score = i % 2 == 0 ? kInfinity : -kInfinity;
    }
  }
  std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  for (const Kind kind : {Kind::kFlat, Kind::kGraph, Kind::kIvf}) {
    Indexed indexed(rows, {.kind = kind, .metric = Metric::kInnerProduct, .m = 16, .ef_construction = 100});
    // As many as there are: no index leaves any out, so the order is all that can be wrong.
    const auto all = indexed.Search(query.data(), kRows, kRows);
    CHECK_EQ(size_t{kRows}, all.size());
    CheckOrdered(all);
    for (uint32_t i = 0; i < kRows; ++i) {
      const bool finite = std::isfinite(expected[i].score);
      CHECK_EQ(i < 4 || i >= kRows - 4, !finite);
      CHECK(finite ? std::abs(all[i].score - expected[i].score) < 0.01F : all[i].score == expected[i].score);
    }
    CheckOrdered(indexed.Search(query.data(), 10, 64));
  }
}

}  // namespace
