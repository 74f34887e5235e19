#include "index/block.h"

#include <algorithm>

namespace pomai::index {
namespace {

// Keys are let grow to this many times k before they are cut back to it.
constexpr size_t kSlack = 3;
constexpr uint32_t kSign = 1U << 31U;

}  // namespace

// The tile kernel multiplies signed rows a = x - 128 by unsigned columns y = b + 128, and ab = ay - 128 times the sum
// of a. With L2, |a - b|^2 = |a|^2 + |b|^2 - 2ab; with inner product -2ab alone is wanted. All of it fits 32 bits
// because long codes use half of the range (codes.cc).
BlockColumns::BlockColumns(const Space& space, std::span<const uint32_t> nodes)
    : size_(nodes.size()), width_((nodes.size() + kernel::kTileGroup - 1) / kernel::kTileGroup * kernel::kTileGroup) {
  if (!space.codes) {
    rows_.reserve(nodes.size());
    for (const uint32_t node : nodes) {
      rows_.push_back(space.at(node));
    }
    return;
  }
  const size_t length = space.length;
  packed_.assign(width_ * length, 0);
  terms_.assign(width_, 0);
  for (size_t j = 0; j < nodes.size(); ++j) {
    const auto* code = reinterpret_cast<const uint8_t*>(space.at(nodes[j]));
    uint8_t* column =
        packed_.data() + j / kernel::kTileGroup * kernel::kTileGroup * length + j % kernel::kTileGroup * 4;
    int32_t squares = 0;
    for (size_t d = 0; d < length; d += 4) {
      std::copy_n(code + d, 4, column + d * kernel::kTileGroup);
      for (size_t i = d; i < d + 4; ++i) {
        squares += (code[i] - 128) * (code[i] - 128);
      }
    }
    terms_[j] = space.metric == Metric::kL2 ? squares : 0;
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
    int64_t squares = 0;
    int64_t sum = 0;
    for (size_t d = 0; d < length; ++d) {
      row[d] = static_cast<int8_t>(code[d] - 128);
      squares += row[d] * row[d];
      sum += row[d];
    }
    terms_[i] = static_cast<int32_t>((space_.metric == Metric::kL2 ? squares : 0) + 256 * sum);
  }
}

void BlockRows::Distances(const BlockColumns& columns) {
  width_ = columns.width();
  distances_.resize(nodes_.size() * width_);
  if (space_.codes) {
    kernel::Active().code_tile({signed_.data(), space_.length, terms_.data(), nodes_.size()},
                               {columns.packed_.data(), columns.terms_.data(), width_ / kernel::kTileGroup},
                               space_.length, distances_.data(), width_);
    return;
  }
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const void* row = space_.at(nodes_[i]);
    int32_t* out = distances_.data() + i * width_;
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
}

void NearestKeys::Offer(const int32_t* values, const uint32_t* nodes, size_t count) {
  found_.resize(std::max(found_.size(), count));
  const size_t found = kernel::Active().select_below(values, count, limit_, found_.data());
  const size_t before = nodes_.size();
  distances_.resize(before + found);
  nodes_.resize(before + found);
  for (size_t i = 0; i < found; ++i) {
    distances_[before + i] = values[found_[i]];
    nodes_[before + i] = nodes[found_[i]];
  }
  if (nodes_.size() >= kSlack * k_) {
    Shrink();
  }
}

// Halves the range of distances until a few more than k lie below its middle: counting is many times faster than
// partitioning. Among equal distances at the limit all are kept, for Finish to choose by node.
void NearestKeys::Shrink() {
  const size_t enough = k_ + k_ / 8;
  if (nodes_.size() <= enough) {
    return;
  }
  int32_t lowest = distances_[0];
  int32_t highest = distances_[0];
  for (const int32_t distance : distances_) {
    lowest = std::min(lowest, distance);
    highest = std::max(highest, distance);
  }
  int64_t low = lowest;                                               // fewer than k are below it
  int64_t high = std::min<int64_t>(int64_t{highest} + 1, INT32_MAX);  // at least k are
  found_.resize(std::max(found_.size(), distances_.size()));
  size_t below = distances_.size();
  while (below > enough && high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    const size_t count = kernel::Active().select_below(distances_.data(), distances_.size(),
                                                       static_cast<int32_t>(middle), found_.data());
    if (count >= k_) {
      high = middle;
      below = count;
    } else {
      low = middle;
    }
  }
  limit_ = static_cast<int32_t>(high);
  below = kernel::Active().select_below(distances_.data(), distances_.size(), limit_, found_.data());
  for (size_t i = 0; i < below; ++i) {
    distances_[i] = distances_[found_[i]];
    nodes_[i] = nodes_[found_[i]];
  }
  distances_.resize(below);
  nodes_.resize(below);
}

void NearestKeys::Finish(const Space& space, std::vector<Neighbour>& neighbours) {
  Shrink();
  keys_.clear();
  for (size_t i = 0; i < nodes_.size(); ++i) {
    keys_.push_back(uint64_t{static_cast<uint32_t>(distances_[i]) ^ kSign} << 32U | nodes_[i]);
  }
  std::sort(keys_.begin(), keys_.end());
  keys_.resize(std::min(keys_.size(), k_));
  for (const uint64_t key : keys_) {
    const auto ordered = static_cast<int32_t>(static_cast<uint32_t>(key >> 32U) ^ kSign);
    neighbours.push_back({DistanceOf(space, ordered), static_cast<uint32_t>(key)});
  }
}

}  // namespace pomai::index
