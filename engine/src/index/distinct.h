// The distinct rows of a matrix. Copies are one node of a graph: they would link to nothing but each other.
#pragma once

#include <cstdint>
#include <vector>

#include "index/index.h"

namespace pomai::index {

// Node i is input rows members[begins[i]] up to members[begins[i + 1]], all equal, in input order;
// nodes in order of their first row.
struct Distinct {
  std::vector<uint32_t> members;
  std::vector<uint32_t> begins;

  [[nodiscard]] uint32_t nodes() const { return static_cast<uint32_t>(begins.size() - 1); }
  [[nodiscard]] uint32_t first(uint32_t node) const { return members[begins[node]]; }
};

Distinct FindDistinct(const Matrix& rows, uint32_t threads);

}  // namespace pomai::index
