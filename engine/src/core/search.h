// A batch of queries over the frozen state: every segment is searched for every query, hidden rows and those that the
// request's filter does not let through left out, and the best k of all segments are kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "core/id_filter.h"
#include "core/view.h"
#include "index/index.h"

namespace pomai::core {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// `milliseconds` from now; 0: none.
Deadline DeadlineIn(uint32_t milliseconds);
[[nodiscard]] inline bool HasPassed(const Deadline& deadline) {
  return deadline && std::chrono::steady_clock::now() >= *deadline;
}

struct SearchRequest {
  std::span<const float* const> queries;  // each as many finite floats as the database has dimensions
  uint32_t k = 0;
  uint32_t ef = 0;
  uint32_t threads = 1;
  Deadline deadline;
  IdFilter filter;
  bool exact = false;       // by scans, whatever the segments' indexes are
  bool exact_walk = false;  // graphs on float32 rows
};

// What a search did.
struct SearchCounters {
  uint64_t segments = 0;  // that had a row to return
  index::SearchCounters index;
};

// Where the hits go: query i has counts[i] of them, best first, from place i * k on.
struct HitTable {
  std::span<size_t> counts;
  std::span<uint64_t> ids;
  std::span<float> scores;
};

// kDeadlineExceeded, kCorruption; `hits` then holds nothing of use.
Status Search(const View& view, const SearchRequest& request, const HitTable& hits, SearchCounters& counters);

}  // namespace pomai::core
