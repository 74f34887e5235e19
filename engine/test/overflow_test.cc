// Components so large that their products, squares and differences overflow: every index answers, in one order, and
// what is no number comes last.
#include <array>
#include <cmath>
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

// Rows come first whose inner product with the query is inf - inf, whatever the order of the sum.
TEST(WhatIsNoNumberComesLast) {
  Vectors rows = RandomVectors(kRows, kDim, kSeed);
  for (uint32_t i = 0; i < kRows / 2; ++i) {
    for (uint32_t d = 0; d < kDim; ++d) {
      rows.values[size_t{i} * kDim + d] = (d % 2 == 0 ? 1e38F : -1e38F) * (1.0F + static_cast<float>(i) * 1e-4F);
    }
  }
  const std::vector<float> query(kDim, 1e3F);
  for (const Kind kind : {Kind::kFlat, Kind::kGraph, Kind::kIvf}) {
    Indexed indexed(rows, {.kind = kind, .metric = Metric::kInnerProduct, .m = 16, .ef_construction = 100});
    // As many as there are: no index leaves any out, so the order is all that can be wrong.
    const auto all = indexed.Search(query.data(), kRows, kRows);
    CHECK_EQ(size_t{kRows}, all.size());
    CheckOrdered(all);
    for (size_t i = 0; i < all.size(); ++i) {
      CHECK_EQ(i < kRows / 2, all[i].row >= kRows / 2);
      CHECK_EQ(i < kRows / 2, std::isfinite(all[i].score));
    }
    CheckOrdered(indexed.Search(query.data(), 10, 64));
  }
}

}  // namespace
