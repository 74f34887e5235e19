// The walk of a search that may return only some rows. Hidden nodes are left like any other, because the way to what is
// live leads through them, but only live ones count against ef: where live nodes are rare near the query the walk goes
// on until it has seen enough of them, and gives up where comparing all live rows would cost less.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

class FilteredWalk {
 public:
  // Leaves the nearest live nodes to `query` in found(), nearest first, at most `ef` of them, walking from `starts`,
  // the nearest entry points by their places. False, and nothing of use in found(), where it has cost or is about to
  // cost more than `most` distances.
  bool Run(const GraphView& graph, const void* query, size_t ef, std::span<const Neighbour> starts,
           const LiveNodes& live, uint64_t most);

  // Leaves the `k` nearest live nodes in found(), nearest first and of equals the lower one, by looking at all of them.
  void Scan(const GraphView& graph, const void* query, size_t k, const LiveNodes& live);

  [[nodiscard]] std::span<const Neighbour> found() const { return found_; }
  // Of the last walk or scan.
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
