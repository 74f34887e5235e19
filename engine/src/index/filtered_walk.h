// The walk of a search that may return only some rows. Hidden nodes are left like any other, because the way to what is
// live leads through them, but only live ones count against ef: where live nodes are rare near the query the walk goes
// on until it has seen enough of them, and gives up where comparing all live rows would cost less.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/flat.h"
#include "index/space.h"
#include "index/walk.h"

namespace pomai::index {

// Which nodes have a row that is not hidden.
struct LiveNodes {
  std::span<const uint64_t> hidden;  // of rows, as SearchParams::hidden
  const uint32_t* starts = nullptr;  // node i is rows [starts[i], starts[i + 1]); null: it is row i
  uint32_t rows = 0;

  [[nodiscard]] bool Has(uint32_t node) const;
};

// Calls body(distance, node) for every live node in [begin, end), ascending; returns how many.
template <typename Body>
uint64_t ForEachLiveDistance(const GraphView& graph, const void* query, uint32_t begin, uint32_t end,
                             const LiveNodes& live, const Body& body) {
  const Space& space = graph.space;
  uint64_t total = 0;
  uint32_t chosen[4] = {};
  const void* four[4] = {};
  size_t count = 0;
  const auto measure = [&] {
    for (size_t c = count; c < 4; ++c) {
      four[c] = four[0];
    }
    float distances[4];
    space.quad(query, four, space.length, distances);
    for (size_t c = 0; c < count; ++c) {
      body(distances[c], chosen[c]);
    }
    total += count;
    count = 0;
  };
  const auto choose = [&](uint32_t node) {
    chosen[count] = node;
    four[count++] = space.at(node);
    if (count == 4) {
      measure();
    }
  };
  if (live.starts == nullptr) {
    ForEachLiveRow(live.hidden, begin, end, choose);
  } else {
    for (uint32_t node = begin; node < end; ++node) {
      if (live.Has(node)) {
        choose(node);
      }
    }
  }
  if (count != 0) {
    measure();
  }
  return total;
}

class FilteredWalk {
 public:
  // Leaves the nearest live nodes to `query` in found(), nearest first, at most `ef` of them, walking from `starts`,
  // the nearest entry points by their places. False, and nothing of use in found(), where it has cost or is about to
  // cost more than `most` distances.
  bool Run(const GraphView& graph, const void* query, size_t ef, std::span<const Neighbour> starts,
           const LiveNodes& live, uint64_t most);

  [[nodiscard]] std::span<const Neighbour> found() const { return found_; }
  // Of the last walk.
  [[nodiscard]] uint64_t distances() const { return distances_; }

 private:
  void Leave(const GraphView& graph, const void* query, uint32_t node, const LiveNodes& live);
  void Offer(const GraphView& graph, float distance, uint32_t node, const LiveNodes& live);

  std::vector<Neighbour> frontier_;  // a heap, the nearest first
  std::vector<Neighbour> found_;     // nearest first
  size_t ef_ = 0;
  float limit_ = 0;            // beyond it nothing is of use: the distance of the ef-th live node
  std::vector<uint8_t> seen_;  // node was seen in this walk: holds epoch_
  uint8_t epoch_ = 0;
  std::vector<uint32_t> fresh_;
  uint64_t distances_ = 0;
};

}  // namespace pomai::index
