// The exact scan: the whole index of a small segment, and what the other indexes fall back to when they found fewer
// rows than there are.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "index/index.h"

namespace pomai::index {

// Whether bit `row` is set; an empty bitmap hides nothing, a short one nothing beyond its end.
inline bool IsHidden(std::span<const uint64_t> hidden, uint32_t row) {
  const size_t word = row / 64U;
  return word < hidden.size() && ((hidden[word] >> (row % 64U)) & 1U) != 0;
}

// Calls body(row) for the rows in [begin, end) that are not hidden, ascending. Word by word: where nearly all is
// hidden, looking at each bit would cost more than the rows that are not.
template <typename Body>
void ForEachLiveRow(std::span<const uint64_t> hidden, uint32_t begin, uint32_t end, const Body& body) {
  uint32_t row = begin;
  while (row < end && row / 64 < hidden.size()) {
    const auto last = static_cast<uint32_t>(std::min<uint64_t>(end, (uint64_t{row} / 64 + 1) * 64));
    uint64_t live = ~hidden[row / 64] >> (row % 64);
    live &= last - row == 64 ? ~uint64_t{0} : (uint64_t{1} << (last - row)) - 1;
    for (; live != 0; live &= live - 1) {
      body(row + static_cast<uint32_t>(std::countr_zero(live)));
    }
    row = last;
  }
  for (; row < end; ++row) {
    body(row);
  }
}

// The rows in [0, rows) that are not hidden.
uint32_t LiveRows(std::span<const uint64_t> hidden, uint32_t rows);

// A score that compares: where the terms of a dot product overflow both ways their sum is NaN, which comes last.
inline float Ordered(float score) { return score == score ? score : -std::numeric_limits<float>::infinity(); }

// The best k hits seen so far: higher scores first, equal scores by lower row. No score may be NaN.
class TopHits {
 public:
  // Starts over, to collect into `hits`, whose capacity is reused.
  TopHits(uint32_t k, std::vector<Hit>& hits) : k_(k), hits_(hits) { hits_.clear(); }

  // False where a hit of this score cannot enter, whatever its row.
  [[nodiscard]] bool Admits(float score) const {
    return hits_.size() < k_ || (k_ != 0 && score >= hits_.front().score);
  }
  // The score below which none enters.
  [[nodiscard]] float Least() const {
    return hits_.size() < k_ ? -std::numeric_limits<float>::infinity() : hits_.front().score;
  }
  void Add(Hit hit);
  // Leaves the hits best first.
  void Finish();

 private:
  uint32_t k_;
  std::vector<Hit>& hits_;  // a heap, the worst hit first, until Finish
};

// Scores rows [begin, end) that are not hidden.
void ScanRows(const Matrix& rows, Metric metric, const float* query, uint32_t begin, uint32_t end,
              std::span<const uint64_t> hidden, TopHits& top, SearchCounters& counters);

// Fills hits[i] with the best k rows for queries[i], as a scan for it alone does. Each row is read from memory once for
// all queries.
void ScanMany(const Matrix& rows, Metric metric, std::span<const float* const> queries, const SearchParams& params,
              std::span<std::vector<Hit>> hits, SearchCounters& counters);

std::unique_ptr<Index> OpenFlat(Metric metric, const Matrix& rows);

}  // namespace pomai::index
