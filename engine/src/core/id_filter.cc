#include "core/id_filter.h"

#include <algorithm>
#include <utility>

#include "core/id_cursor.h"

namespace pomai::core {
namespace {

// From one id for as many rows on, every row is looked up among the ids and not every id among the rows.
constexpr size_t kRowsPerId = 16;

// Ids that lie close together, one bit for each number between the first and the last.
class IdBits {
 public:
  explicit IdBits(std::span<const uint64_t> ids)
      : first_(ids.front()), width_(ids.back() - first_), words_(width_ / 64 + 1) {
    // A word is written once: adding each bit to what was just written would wait for it.
    uint64_t place = 0;
    uint64_t word = 0;
    for (const uint64_t id : ids) {
      const uint64_t bit = id - first_;
      if (bit / 64 != place) {
        words_[std::exchange(place, bit / 64)] = std::exchange(word, 0);
      }
      word |= uint64_t{1} << (bit % 64);
    }
    words_[place] = word;
  }

  [[nodiscard]] bool Has(uint64_t id) const {
    const uint64_t place = id - first_;  // beyond the width where the id is below the first
    return place <= width_ && ((words_[place / 64] >> (place % 64)) & 1U) != 0;
  }

 private:
  uint64_t first_;
  uint64_t width_;
  std::vector<uint64_t> words_;
};

// Whether IdBits takes no more memory than the segment's ids do, and is worth filling.
bool AreDense(std::span<const uint64_t> ids, size_t rows) {
  return ids.size() >= rows / kRowsPerId + 1 && (ids.back() - ids.front()) / 64 < rows;
}

// The rows of the ids, as bits.
std::vector<uint64_t> RowsOf(std::span<const uint64_t> ids, const segment::Segment& segment) {
  std::vector<uint64_t> bits((size_t{segment.rows()} + 63) / 64);
  if (AreDense(ids, segment.rows())) {
    const IdBits among(ids);
    for (size_t place = 0; place < bits.size(); ++place) {
      const auto first = static_cast<uint32_t>(64 * place);
      const uint32_t count = std::min(64U, segment.rows() - first);
      uint64_t word = 0;
      for (uint32_t i = 0; i < count; ++i) {
        word |= uint64_t{among.Has(segment.Id(first + i))} << i;
      }
      bits[place] = word;
    }
    return bits;
  }
  IdCursor cursor(segment);
  for (const uint64_t id : ids) {
    if (const auto row = cursor.Find(id)) {
      bits[*row / 64] |= uint64_t{1} << (*row % 64);
    }
  }
  return bits;
}

}  // namespace

std::vector<uint64_t> HiddenUnder(const IdFilter& filter, const segment::Segment& segment,
                                  std::span<const uint64_t> hidden) {
  std::vector<uint64_t> bits = RowsOf(filter.ids, segment);
  if (filter.mode == IdMode::kAllowed) {
    for (uint64_t& word : bits) {
      word = ~word;
    }
  }
  for (size_t word = 0; word < hidden.size(); ++word) {
    bits[word] |= hidden[word];
  }
  return bits;
}

}  // namespace pomai::core
