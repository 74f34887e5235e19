#include "index/block.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace pomai::index {
namespace {

// Keys are let grow to this many times k before they are cut back to it.
constexpr size_t kSlack = 3;
constexpr uint32_t kSign = 1U << 31U;
// So many keys are sorted by where they stand in their range.
constexpr size_t kSpread = 256;

// Ordered as the distances are.
uint64_t Unsigned(int32_t distance) { return static_cast<uint32_t>(distance) ^ kSign; }

// The lowest and the highest of values. (Not minmax_element: compilers make vectors of this.)
std::pair<int32_t, int32_t> RangeOf(const int32_t* values, size_t count) {
  int32_t lowest = INT32_MAX;
  int32_t highest = INT32_MIN;
  for (size_t i = 0; i < count; ++i) {
    lowest = std::min(lowest, values[i]);
    highest = std::max(highest, values[i]);
  }
  return {lowest, highest};
}

// What is there already is kept; nothing is cleared that will be written to.
template <typename T>
void MakeRoom(std::vector<T>& values, size_t size) {
  if (values.size() < size + kernel::kSelectSlack) {
    values.resize(std::max(values.size() * 2, size + kernel::kSelectSlack));
  }
}

}  // namespace

// The tile kernel multiplies signed rows a = x - 128 by unsigned columns y = b + 128, and ab = ay - 128 times the sum
// of a. With L2, |a - b|^2 = |a|^2 + |b|^2 - 2ab; with inner product -2ab alone is wanted. All of it fits 32 bits
// because long codes use half of the range (codes.cc).
void BlockColumns::Assign(const Space& space, std::span<const uint32_t> nodes) {
  constexpr size_t kGroup = kernel::kTileGroup;
  size_ = nodes.size();
  width_ = (nodes.size() + kGroup - 1) / kGroup * kGroup;
  rows_.clear();
  if (!space.codes) {
    rows_.reserve(nodes.size());
    for (const uint32_t node : nodes) {
      rows_.push_back(space.at(node));
    }
    return;
  }
  packed_.resize(width_ * space.length);
  terms_.resize(width_);
  for (size_t first = 0; first < nodes.size(); first += kGroup) {
    const uint8_t* codes[kGroup];
    for (size_t j = 0; j < kGroup; ++j) {
      // Columns beyond the last are never asked for.
      codes[j] = reinterpret_cast<const uint8_t*>(space.at(nodes[std::min(first + j, nodes.size() - 1)]));
    }
    kernel::Active().pack_group(codes, space.length, packed_.data() + first * space.length, terms_.data() + first);
  }
  if (space.metric != Metric::kL2) {
    std::fill(terms_.begin(), terms_.end(), 0);
  }
}

void BlockRows::Assign(std::span<const uint32_t> nodes) {
  nodes_.assign(nodes.begin(), nodes.end());
  if (!space_.codes) {
    return;
  }
  const size_t length = space_.length;
  signed_.resize(nodes.size() * length);
  terms_.resize(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto* code = reinterpret_cast<const uint8_t*>(space_.at(nodes[i]));
    int8_t* row = signed_.data() + i * length;
    int32_t squares = 0;  // a code is short enough for 32 bits; what is made of both sums below is not
    int32_t sum = 0;
    for (size_t d = 0; d < length; ++d) {
      row[d] = static_cast<int8_t>(code[d] - 128);
      squares += row[d] * row[d];
      sum += row[d];
    }
    terms_[i] = static_cast<int32_t>((space_.metric == Metric::kL2 ? squares : 0) + 256 * int64_t{sum});
  }
}

void BlockRows::Distances(const BlockColumns& columns) {
  width_ = columns.width();
  MakeRoom(distances_, nodes_.size() * width_);
  if (space_.codes) {
    MeasureCodes(columns, signed_.data(), terms_.data(), nodes_.size());
    return;
  }
  for (size_t i = 0; i < nodes_.size(); ++i) {
    MeasureRow(columns, nodes_[i], distances_.data() + i * width_);
  }
}

void BlockRows::Distances(const BlockColumns& columns, std::span<const uint32_t> places) {
  width_ = columns.width();
  MakeRoom(distances_, places.size() * width_);
  if (!space_.codes) {
    for (size_t i = 0; i < places.size(); ++i) {
      MeasureRow(columns, nodes_[places[i]], distances_.data() + i * width_);
    }
    return;
  }
  const size_t length = space_.length;
  MakeRoom(some_signed_, places.size() * length);
  MakeRoom(some_terms_, places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    std::memcpy(some_signed_.data() + i * length, signed_.data() + places[i] * length, length);
    some_terms_[i] = terms_[places[i]];
  }
  MeasureCodes(columns, some_signed_.data(), some_terms_.data(), places.size());
}

void BlockRows::Collect(const BlockColumns& columns, uint32_t first, kernel::Near* near) const {
  kernel::Active().near_tile({signed_.data(), space_.length, terms_.data(), nodes_.size()},
                             {columns.packed_.data(), columns.terms_.data(), columns.width() / kernel::kTileGroup},
                             space_.length, first, near);
}

void BlockRows::MeasureCodes(const BlockColumns& columns, const int8_t* codes, const int32_t* terms, size_t count) {
  kernel::Active().code_tile({codes, space_.length, terms, count},
                             {columns.packed_.data(), columns.terms_.data(), width_ / kernel::kTileGroup},
                             space_.length, distances_.data(), width_);
}

void BlockRows::MeasureRow(const BlockColumns& columns, uint32_t node, int32_t* out) const {
  const void* row = space_.at(node);
  for (size_t j = 0; j < columns.size_; j += 4) {
    const void* four[4];
    for (size_t c = 0; c < 4; ++c) {
      four[c] = columns.rows_[std::min(j + c, columns.size_ - 1)];
    }
    float distances[4];
    space_.quad(row, four, space_.length, distances);
    for (size_t c = 0; c < 4; ++c) {
      out[j + c] = OrderedBits(distances[c]);
    }
  }
}

kernel::Near NearestKeys::Begin(size_t count) {
  const size_t most = std::max(size_, kSlack * k_) + count;  // that there will be the next times, too
  MakeRoom(distances_, most);
  MakeRoom(nodes_, most);
  return {limit_, size_, distances_.data(), nodes_.data()};
}

void NearestKeys::End(const kernel::Near& near) {
  size_ = near.count;
  if (size_ >= kSlack * k_) {
    Shrink();
  }
}

void NearestKeys::Offer(const int32_t* values, uint32_t first, size_t count) {
  kernel::Near near = Begin(count);
  near.count += kernel::Active().select_below(values, count, near.limit, first, near.distances + near.count,
                                              near.numbers + near.count);
  End(near);
}

// Halves the range of distances until a few more than k lie below its middle: counting is many times faster than
// partitioning. Among equal distances at the limit all are kept, for Finish to choose by node.
void NearestKeys::Shrink() {
  const size_t enough = k_ + k_ / 8;
  if (size_ <= enough) {
    return;
  }
  const auto [lowest, highest] = RangeOf(distances_.data(), size_);
  int64_t low = lowest;                                               // fewer than k are below it
  int64_t high = std::min<int64_t>(int64_t{highest} + 1, INT32_MAX);  // at least k are
  size_t below = size_;
  while (below > enough && high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    const size_t count = kernel::Active().count_below(distances_.data(), size_, static_cast<int32_t>(middle));
    if (count >= k_) {
      high = middle;
      below = count;
    } else {
      low = middle;
    }
  }
  limit_ = static_cast<int32_t>(high);
  MakeRoom(room_->distances, size_);
  MakeRoom(room_->places, size_);
  size_ =
      kernel::Active().select_below(distances_.data(), size_, limit_, 0, room_->distances.data(), room_->places.data());
  for (size_t i = 0; i < size_; ++i) {
    distances_[i] = room_->distances[i];
    nodes_[i] = nodes_[room_->places[i]];
  }
}

void NearestKeys::Finish(const Space& space, std::vector<Neighbour>& neighbours) {
  Shrink();
  MakeKeys();
  const size_t count = std::min(size_, k_);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t key = room_->keys[i];
    const auto ordered = static_cast<int32_t>(static_cast<uint32_t>(key >> 32U) ^ kSign);
    neighbours.push_back({DistanceOf(space, ordered), static_cast<uint32_t>(key)});
  }
}

// Leaves the room's keys sorted, by distance and then by node. The few that there mostly are go where they would stand
// if distances were evenly spread, and from there a step or two.
void NearestKeys::MakeKeys() {
  std::vector<uint64_t>& unsorted = room_->unsorted;
  std::vector<uint64_t>& keys = room_->keys;
  unsorted.clear();
  for (size_t i = 0; i < size_; ++i) {
    unsorted.push_back(Unsigned(distances_[i]) << 32U | nodes_[i]);
  }
  if (size_ < 2 || size_ > kSpread) {
    keys.swap(unsorted);
    std::sort(keys.begin(), keys.end());
    return;
  }
  const auto [lowest, highest] = RangeOf(distances_.data(), size_);
  const uint64_t low = Unsigned(lowest);
  const uint64_t scale = (uint64_t{kSpread} << 32U) / (Unsigned(highest) - low + 1);
  const auto part = [&](uint64_t key) { return ((key >> 32U) - low) * scale >> 32U; };
  uint32_t ends[kSpread + 1] = {};
  for (const uint64_t key : unsorted) {
    ++ends[part(key) + 1];
  }
  std::partial_sum(ends, ends + kSpread + 1, ends);
  keys.resize(size_);
  for (const uint64_t key : unsorted) {
    keys[ends[part(key)]++] = key;
  }
  for (size_t i = 1; i < size_; ++i) {
    const uint64_t key = keys[i];
    size_t place = i;
    for (; place > 0 && keys[place - 1] > key; --place) {
      keys[place] = keys[place - 1];
    }
    keys[place] = key;
  }
}

}  // namespace pomai::index
