// The exact scan: the whole index of a small segment, and what the other indexes fall back to when they found fewer
// rows than there are.
#pragma once

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

std::unique_ptr<Index> OpenFlat(Metric metric, const Matrix& rows);

}  // namespace pomai::index
