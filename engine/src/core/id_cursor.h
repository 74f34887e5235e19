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
  size_t next_ = 0;    // all ids before it are at most last_
  uint64_t last_ = 0;  // the id looked up before
};

}  // namespace pomai::core
