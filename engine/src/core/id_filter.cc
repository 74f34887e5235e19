#include "core/id_filter.h"

#include "core/id_cursor.h"

namespace pomai::core {

std::vector<uint64_t> HiddenUnder(const IdFilter& filter, const segment::Segment& segment,
                                  std::span<const uint64_t> hidden) {
  const size_t words = (size_t{segment.rows()} + 63) / 64;
  const bool allowed = filter.mode == IdMode::kAllowed;
  std::vector<uint64_t> bits(words, allowed ? ~uint64_t{0} : 0);
  IdCursor cursor(segment);
  for (const uint64_t id : filter.ids) {
    if (const auto row = cursor.Find(id)) {
      const uint64_t bit = uint64_t{1} << (*row % 64);
      if (allowed) {
        bits[*row / 64] &= ~bit;
      } else {
        bits[*row / 64] |= bit;
      }
    }
  }
  for (size_t word = 0; word < hidden.size(); ++word) {
    bits[word] |= hidden[word];
  }
  return bits;
}

}  // namespace pomai::core
