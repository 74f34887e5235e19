#include "core/id_cursor.h"

#include <algorithm>

namespace pomai::core {

// Doubles its step until it is past the id, then halves the range: near ids are a few steps away, and a far one costs
// no more than twice a binary search.
std::optional<uint32_t> IdCursor::Find(uint64_t id) {
  const size_t rows = segment_.rows();
  size_t low = id <= last_ ? 0 : next_;  // all before it are below the id
  last_ = id;
  size_t high = low;
  for (size_t step = 1; high < rows && IdAt(high) < id; step *= 2) {
    low = high + 1;
    high = std::min(rows, high + step);
  }
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (IdAt(middle) < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const bool found = low < rows && IdAt(low) == id;
  next_ = low + (found ? 1 : 0);
  return found ? std::optional(segment_.RowAt(low)) : std::nullopt;
}

}  // namespace pomai::core
