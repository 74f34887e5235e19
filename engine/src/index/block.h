// Distances of many nodes to many nodes, block by block: what a build spends its time on. Codes go through the packed
// tile kernel, float32 rows four at a time. Distances come as 32-bit integers that order as the distances do: twice the
// distance of codes with inner product, the distance with L2; of rows, the bits of the float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/space.h"

namespace pomai::index {

// The nodes on one side of a block.
class BlockColumns {
 public:
  // Above all distances of codes of at most kernel::kLongestNear bytes.
  static constexpr int32_t kFarthest = 1 << 29;

  BlockColumns() = default;
  BlockColumns(const Space& space, std::span<const uint32_t> nodes) { Assign(space, nodes); }

  void Assign(const Space& space, std::span<const uint32_t> nodes);
  // Puts a column of codes farther away than any other, up to the width, and beyond kFarthest.
  void Hide(size_t column) { terms_[column] = kHidden; }

  [[nodiscard]] size_t size() const { return size_; }
  // The row stride that Distances needs: size, padded.
  [[nodiscard]] size_t width() const { return width_; }

 private:
  friend class BlockRows;

  // A distance with it stays above kFarthest whatever the products, and no sum with one overflows.
  static constexpr int32_t kHidden = 1 << 30;

  size_t size_ = 0;
  size_t width_ = 0;
  std::vector<uint8_t> packed_;
  std::vector<int32_t> terms_;
  std::vector<const void*> rows_;
};

// The nodes on the other side, and the memory to work in.
class BlockRows {
 public:
  explicit BlockRows(const Space& space) : space_(space) {}

  void Assign(std::span<const uint32_t> nodes);

  // Distances of all rows to all columns; row i of the result is at row(i), column j at [j].
  void Distances(const BlockColumns& columns);
  // The same of some rows, which are named by their places among those assigned: row i of the result is that of
  // places[i].
  void Distances(const BlockColumns& columns, std::span<const uint32_t> places);
  // Of codes, for each of the rows assigned what is near among the columns, as near_tile has it.
  void Collect(const BlockColumns& columns, uint32_t first, kernel::Near* near) const;
  [[nodiscard]] const int32_t* row(size_t i) const { return distances_.data() + i * width_; }

 private:
  void MeasureCodes(const BlockColumns& columns, const int8_t* codes, const int32_t* terms, size_t count);
  void MeasureRow(const BlockColumns& columns, uint32_t node, int32_t* out) const;

  const Space& space_;
  std::vector<uint32_t> nodes_;
  std::vector<int8_t> signed_;
  std::vector<int32_t> terms_;
  std::vector<int8_t> some_signed_;  // of the rows that were named, side by side
  std::vector<int32_t> some_terms_;
  std::vector<int32_t> distances_;
  size_t width_ = 0;
};

inline float DistanceOf(const Space& space, int32_t ordered) {
  if (space.codes) {
    return static_cast<float>(ordered) * (space.metric == Metric::kL2 ? 1.0F : 0.5F);
  }
  return FromOrderedBits(ordered);
}

// Collects the k nearest of what is offered.
class NearestKeys {
 public:
  // What many of them that are used in turns share.
  struct Room {
    std::vector<int32_t> distances;
    std::vector<uint32_t> places;
    std::vector<uint64_t> keys;
    std::vector<uint64_t> unsorted;
  };

  void Reset(size_t k, Room& room) {
    room_ = &room;
    k_ = k;
    limit_ = INT32_MAX;
    size_ = 0;
  }

  // Offers node first + j at distance values[j] for j in [0, count). No node may be offered twice.
  void Offer(const int32_t* values, uint32_t first, size_t count);
  // The same by a kernel: what it is to append to, until all of `count` were offered, and then what it left.
  kernel::Near Begin(size_t count);
  void End(const kernel::Near& near);
  // Drops most that is beyond the k nearest, so that less of what is offered next is kept.
  void Shrink();
  // Appends the k nearest to `neighbours`, nearest first.
  void Finish(const Space& space, std::vector<Neighbour>& neighbours);

 private:
  void MakeKeys();

  Room* room_ = nullptr;
  size_t k_ = 0;
  int32_t limit_ = INT32_MAX;  // at least k are below it, once there have been as many
  size_t size_ = 0;            // of what follows, which has room to spare
  std::vector<int32_t> distances_;
  std::vector<uint32_t> nodes_;
};

}  // namespace pomai::index
