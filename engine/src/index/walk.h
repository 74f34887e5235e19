// The walk through a graph: from the best entry points, always on from the nearest node not yet left, until the `ef`
// nearest nodes seen have all been left. The build uses it to mend the graph, a search to answer.
#pragma once

#include <cstddef>
#include <cstdint>
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
  const uint32_t* links = nullptr;  // degree slots a node
  std::span<const uint32_t> entries;
  Space entry_space;  // the entries' vectors, side by side

  [[nodiscard]] const uint32_t* list(uint32_t node) const { return links + static_cast<size_t>(node) * degree; }
};

inline constexpr uint32_t kNoNode = UINT32_MAX;

class Walk {
 public:
  // Leaves the nearest nodes to `query` (in the view's space) in found(), nearest first, at most `ef` of them.
  // Returns the number of distances computed.
  uint64_t Run(const GraphView& graph, const void* query, size_t ef);

  struct Found {
    float distance;
    uint32_t node;
    bool left;  // its neighbours have been seen
  };
  [[nodiscard]] std::span<const Found> found() const { return {pool_.data(), size_}; }

 private:
  void StartOver(const GraphView& graph, size_t ef);
  void Enter(const GraphView& graph, const void* query);
  void Leave(const GraphView& graph, const void* query, uint32_t node);
  void Offer(const GraphView& graph, float distance, uint32_t node);

  std::vector<Found> pool_;  // sorted by distance; one slot to spare
  size_t size_ = 0;
  size_t ef_ = 0;
  size_t next_ = 0;            // no node before it is to be left
  std::vector<uint8_t> seen_;  // node was seen in this walk: holds epoch_
  uint8_t epoch_ = 0;
  std::vector<uint32_t> fresh_;
  uint64_t distances_ = 0;
};

}  // namespace pomai::index
