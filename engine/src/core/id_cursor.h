// Looks many ids up in one segment. Ascending ids cost a step from one to the next rather than a search each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "segment/segment.h"

namespace pomai::core {

// For a segment whose CheckIds has succeeded.
class IdCursor {
 public:
  explicit IdCursor(const segment::Segment& segment) : segment_(segment) {}

  // The row of an id.
  std::optional<uint32_t> Find(uint64_t id);

 private:
  [[nodiscard]] uint64_t IdAt(size_t rank) const { return segment_.Id(segment_.RowAt(rank)); }

  const segment::Segment& segment_;
  size_t rank_ = 0;  // no id before it is above the last one looked up
  uint64_t last_ = 0;
};

}  // namespace pomai::core
