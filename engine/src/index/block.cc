#include "index/block.h"

#include <algorithm>

namespace pomai::index {
namespace {

// A distance that no select takes and that cannot overflow when terms are added.
constexpr int32_t kPaddingTerm = 1 << 30;
constexpr uint32_t kSign = 1U << 31U;

}  // namespace

// The tile kernel multiplies signed rows a - 128 by unsigned columns b. With L2, |a - b|^2 = |a|^2 + |b|^2 - 2ab, where
// what the kernel takes away from ab, 128 times the sum of b, goes into b's term. With inner product it is
// -2 (a - 128)(b - 128) that is wanted, and 128 times the sum of a - 128 goes into a's term.
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
  terms_.assign(width_, kPaddingTerm);
  for (size_t j = 0; j < nodes.size(); ++j) {
    const auto* code = reinterpret_cast<const uint8_t*>(space.at(nodes[j]));
    uint8_t* column =
        packed_.data() + j / kernel::kTileGroup * kernel::kTileGroup * length + j % kernel::kTileGroup * 4;
    int32_t squares = 0;
    int32_t sum = 0;
    for (size_t d = 0; d < length; d += 4) {
      std::copy_n(code + d, 4, column + d * kernel::kTileGroup);
      for (size_t i = d; i < d + 4; ++i) {
        squares += code[i] * code[i];
        sum += code[i];
      }
    }
    terms_[j] = space.metric == Metric::kL2 ? squares - 256 * sum : 0;
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
    int32_t squares = 0;
    int32_t sum = 0;
    for (size_t d = 0; d < length; ++d) {
      row[d] = static_cast<int8_t>(code[d] - 128);
      squares += code[d] * code[d];
      sum += row[d];
    }
    terms_[i] = space_.metric == Metric::kL2 ? squares : 256 * sum;
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
  if (found_.size() < count) {
    found_.resize(count);
  }
  const size_t found = kernel::Active().select_below(values, count, limit_, found_.data());
  for (size_t i = 0; i < found; ++i) {
    const uint32_t j = found_[i];
    keys_.push_back(static_cast<uint64_t>(static_cast<uint32_t>(values[j]) ^ kSign) << 32U | nodes[j]);
  }
  if (keys_.size() >= 2 * k_) {
    Shrink();
  }
}

void NearestKeys::Shrink() {
  if (keys_.size() > k_ && k_ != 0) {
    std::nth_element(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(k_ - 1), keys_.end());
    keys_.resize(k_);
    // Ties at the limit go to the lower node, so they must still be offered.
    const auto worst = static_cast<int32_t>(static_cast<uint32_t>(keys_.back() >> 32U) ^ kSign);
    limit_ = worst == INT32_MAX ? worst : worst + 1;
  }
}

void NearestKeys::Finish(const Space& space, std::vector<Neighbour>& neighbours) {
  Shrink();
  std::sort(keys_.begin(), keys_.end());
  for (const uint64_t key : keys_) {
    const auto ordered = static_cast<int32_t>(static_cast<uint32_t>(key >> 32U) ^ kSign);
    neighbours.push_back({DistanceOf(space, ordered), static_cast<uint32_t>(key)});
  }
}

}  // namespace pomai::index
