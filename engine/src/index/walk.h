// The walk through a graph: from the best entry points, always on from the nearest node not yet left, until the `ef`
// nearest nodes seen have all been left. The build uses it to mend the graph, a search to answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "index/space.h"

namespace pomai::index {

// A graph in memory or in a mapped file. A link list ends with its `degree` slots or at the first number that is no
// node, so whatever the bytes are, a walk stays inside.
struct GraphView {
  Space space;
  uint32_t nodes = 0;
  uint32_t degree = 0;
  const std::byte* links = nullptr;  // degree slots a node; a slot is read with the bytes behind it, up to four
  uint32_t link_bytes = 4;           // a slot: 3 or 4
  uint32_t link_mask = UINT32_MAX;   // of its bits among the 32 that are read
  std::span<const uint32_t> entries;
  Space entry_space;  // the entries' vectors, side by side

  void SetLinks(const std::byte* begin, uint32_t bytes) {
    links = begin;
    link_bytes = bytes;
    link_mask = UINT32_MAX >> (32 - 8 * bytes);
  }
  [[nodiscard]] size_t list_bytes() const { return size_t{degree} * link_bytes; }
  [[nodiscard]] const std::byte* list(uint32_t node) const { return links + node * list_bytes(); }
  [[nodiscard]] uint32_t Link(const std::byte* slot) const {
    uint32_t link = 0;
    std::memcpy(&link, slot, sizeof link);
    return link & link_mask;
  }
};

inline constexpr uint32_t kNoNode = UINT32_MAX;
// A walk keeps a bit beside a node's number.
inline constexpr uint32_t kMaxNodes = 1U << 31U;

// Entry points a walk starts from: more than one, so that a query between two clusters starts in both.
inline constexpr size_t kStarts = 4;

// Collects the kStarts nearest of what is offered.
class Starts {
 public:
  void Offer(Neighbour entry) {
    if (count_ == kStarts && !(entry < best_[kStarts - 1])) {
      return;
    }
    size_t place = count_ < kStarts ? count_++ : kStarts - 1;
    for (; place > 0 && entry < best_[place - 1]; --place) {
      best_[place] = best_[place - 1];
    }
    best_[place] = entry;
  }
  [[nodiscard]] std::span<const Neighbour> nearest() const { return {best_, count_}; }

 private:
  Neighbour best_[kStarts] = {};
  size_t count_ = 0;
};

// The entry points nearest to `query`, by their places among the entries.
Starts NearestEntries(const GraphView& graph, const void* query);

// The nodes seen by a walk, as far as a small table remembers them: it fits the first-level cache however many nodes
// there are, and where two nodes share a slot the earlier one is forgotten.
class SeenNodes {
 public:
  // Forgets all. Room for about `expected` nodes out of `nodes`.
  void StartOver(uint32_t nodes, size_t expected);

  // What a loop over many nodes holds in registers.
  struct Marker {
    uint32_t* slots;
    uint32_t shift;
    uint32_t base;

    // Whether the node is new, as far as is remembered.
    bool Add(uint32_t node) const {
      uint32_t& slot = slots[(node * 0x9E3779B1U) >> shift];
      const uint32_t mark = base + node;
      const bool fresh = slot != mark;
      slot = mark;
      return fresh;
    }
  };
  Marker marker() { return {slots_.data(), shift_, base_}; }

 private:
  std::vector<uint32_t> slots_;  // base_ + node; what an earlier walk left is below base_
  uint32_t shift_ = 0;
  uint32_t base_ = 0;
  uint32_t nodes_ = 0;
};

class Walk {
 public:
  // Leaves the nearest nodes to `query` (in the view's space) in found(), nearest first, at most `ef` of them.
  // Returns the number of distances computed.
  uint64_t Run(const GraphView& graph, const void* query, size_t ef);

  // The same in steps, between which another walk's steps hide the time that memory takes:
  //   Begin(...); while (Expand()) { Measure(); }
  // Of the nodes seen the `keep` nearest are found, `ef` of them left. Graph and query stay where they are.
  void Begin(const GraphView& graph, const void* query, size_t ef, size_t keep, std::span<const Neighbour> starts);
  // Picks the next node to leave and asks memory for the vectors of its neighbours; false at the end of the walk.
  bool Expand();
  // Measures those neighbours.
  void Measure();

  // What was found, nearest first.
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] Neighbour found(size_t i) const { return {DistanceOf(pool_[i]), NodeOf(pool_[i])}; }
  void CopyFound(std::vector<Neighbour>& out) const {
    out.clear();
    for (size_t i = 0; i < size_; ++i) {
      out.push_back(found(i));
    }
  }
  [[nodiscard]] uint64_t distances() const { return distances_; }

 private:
  // A node of the pool as one number that orders as its distance does, then by node; the lowest bit says that the walk
  // has left it.
  static constexpr uint64_t kLeft = 1;
  static uint64_t KeyOf(float distance, uint32_t node) {
    return uint64_t{static_cast<uint32_t>(OrderedBits(distance)) ^ (1U << 31U)} << 32U | uint64_t{node} << 1U;
  }
  static float DistanceOf(uint64_t key) {
    return FromOrderedBits(static_cast<int32_t>(static_cast<uint32_t>(key >> 32U) ^ (1U << 31U)));
  }
  static uint32_t NodeOf(uint64_t key) { return static_cast<uint32_t>(key) >> 1U; }

  [[nodiscard]] size_t PlaceOf(uint64_t key) const;
  void Offer(float distance, uint32_t node);

  const GraphView* graph_ = nullptr;
  const void* query_ = nullptr;
  std::vector<uint64_t> pool_;  // sorted; one slot to spare
  size_t size_ = 0;
  size_t ef_ = 0;
  size_t keep_ = 0;
  size_t next_ = 0;  // no node before it is to be left
  float limit_ = 0;  // what is as far cannot enter; NaN while there is room
  SeenNodes seen_;
  std::vector<uint32_t> fresh_;
  std::vector<float> distances_to_;  // the fresh ones
  size_t fresh_count_ = 0;
  uint64_t distances_ = 0;
};

}  // namespace pomai::index
