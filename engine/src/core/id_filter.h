// Which ids a search may return.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "segment/segment.h"

namespace pomai::core {

enum class IdMode : uint8_t { kAll = 0, kAllowed = 1, kDenied = 2 };

struct IdFilter {
  IdMode mode = IdMode::kAll;
  std::span<const uint64_t> ids;  // ascending
};

// The rows of a segment that a search under `filter` does not return, `hidden` ones included, as such a bitmap. Not for
// kAll, which hides no more than `hidden` does.
std::vector<uint64_t> HiddenUnder(const IdFilter& filter, const segment::Segment& segment,
                                  std::span<const uint64_t> hidden);

}  // namespace pomai::core
