// How a database was asked to be opened.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "index/index.h"

namespace pomai::core {

inline constexpr uint32_t kMaxDim = 65536;
inline constexpr uint32_t kMaxM = 512;

struct Options {
  std::string path;
  uint32_t dim = 0;
  index::Metric metric = index::Metric::kL2;
  index::Kind index_kind = index::Kind::kIvf;  // of segments with at least adaptive_threshold rows
  uint32_t m = 32;
  uint32_t ef_construction = 200;
  uint32_t ef_search = 64;
  uint32_t adaptive_threshold = 5000;
  uint32_t search_threads = 0;
  bool fsync = false;
  uint64_t memory_budget_bytes = 0;
  uint32_t deadline_ms = 0;
};

// kInvalidArgument naming the first option that is out of range.
Status Validate(const Options& options);

}  // namespace pomai::core
