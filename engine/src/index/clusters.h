// Nodes gathered around leaders that are picked from among them: the build looks for a node's neighbours in the
// clusters around it, and stores cluster after cluster, so that neighbours in space are neighbours in memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/space.h"

namespace pomai::index {

struct Clusters {
  std::vector<uint32_t> order;    // the nodes, cluster by cluster
  std::vector<uint32_t> begins;   // cluster c is order[begins[c]] up to order[begins[c + 1]]
  std::vector<uint32_t> leaders;  // of each cluster, the place of its leader in `order`

  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(leaders.size()); }
  [[nodiscard]] uint32_t nodes() const { return static_cast<uint32_t>(order.size()); }
};

// Splits `nodes` nodes into clusters of about `target`, none larger than eight times that. The same for any number of
// threads.
Clusters MakeClusters(const Space& space, uint32_t nodes, uint32_t target, uint32_t threads);

// For each of `rows`, the `k` nearest of `columns` as positions in it, nearest first. k is at most their number.
std::vector<uint32_t> NearestColumns(const Space& space, std::span<const uint32_t> rows,
                                     std::span<const uint32_t> columns, uint32_t k, uint32_t threads);

}  // namespace pomai::index
