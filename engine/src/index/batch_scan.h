// The scan of a small graph's codes for many queries at once. A walk looks at few nodes, but each costs it a wait and a
// place among the candidates; a tile of codes computes tens of distances in that time. So of a batch against a small
// graph every node is compared with every query: nothing is missed that the codes can tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/block.h"
#include "index/filtered_walk.h"
#include "index/walk.h"

namespace pomai::index {

class BatchScan {
 public:
  BatchScan() : rows_(space_) {}
  BatchScan(const BatchScan&) = delete;
  BatchScan& operator=(const BatchScan&) = delete;

  // Queries that are best handed over together: all codes are packed anew for each lot of them.
  static constexpr size_t kMostTogether = 1024;

  // Whether `queries` at a time are scanned in less time than each walks a graph of so many nodes and entry points.
  static bool Pays(const GraphView& codes, size_t queries, uint64_t ef);

  // Leaves the `keep` live nodes nearest to each of `queries`, which are codes side by side, for found(i) to tell.
  // Returns the number of distances computed.
  uint64_t Run(const GraphView& codes, std::span<const uint8_t> queries, size_t keep, const LiveNodes& live);

  // Appends what was found for query i, nearest first, which can be asked once.
  void Found(size_t query, std::vector<Neighbour>& nearest);

 private:
  Space space_;  // of the queries
  BlockRows rows_;
  BlockColumns columns_;
  std::vector<uint32_t> nodes_;
  NearestKeys::Room room_;
  std::vector<NearestKeys> nearest_;
  std::vector<kernel::Near> near_;
};

}  // namespace pomai::index
