#include "index/batch_scan.h"

#include <algorithm>
#include <numeric>

#include "kernel/kernel.h"

namespace pomai::index {
namespace {

// Nodes whose codes stay in the second-level cache, where they are short, while all queries pass.
constexpr uint32_t kNodes = 256;
// Fewer queries gain nothing of tiles.
constexpr size_t kLeastTogether = 16;
// What a walk takes for each candidate it keeps, and more for each byte of the codes: in picoseconds, as the tables
// tell what tiles take, and about what was measured for the graphs at which the two are equal.
constexpr uint64_t kWalkCandidate = 130000;
constexpr uint64_t kWalkByte = 300;

}  // namespace

bool BatchScan::Pays(const GraphView& codes, size_t queries, uint64_t ef) {
  const kernel::TileCost cost = kernel::Active().tile_cost;
  const uint64_t length = codes.space.length;
  if (length > kernel::kLongestNear || cost.node == 0 || queries < kLeastTogether) {
    return false;
  }
  const uint64_t scan = codes.nodes * ((cost.node + cost.byte * length) * queries + cost.pack * length);
  return scan <= ef * (kWalkCandidate + kWalkByte * length) * queries;
}

uint64_t BatchScan::Run(const GraphView& codes, std::span<const uint8_t> queries, size_t keep, const LiveNodes& live) {
  const size_t count = queries.size() / codes.space.length;
  space_ = codes.space;
  space_.base = reinterpret_cast<const std::byte*>(queries.data());
  nodes_.resize(std::max<size_t>(count, kNodes));
  std::iota(nodes_.begin(), nodes_.end(), 0U);
  rows_.Assign(std::span(nodes_).first(count));
  nearest_.resize(std::max(count, nearest_.size()));
  near_.resize(nearest_.size());
  for (size_t i = 0; i < count; ++i) {
    nearest_[i].Reset(keep, room_);
  }
  for (uint32_t begin = 0; begin < codes.nodes; begin += kNodes) {
    const size_t size = std::min(kNodes, codes.nodes - begin);
    std::iota(nodes_.begin(), nodes_.begin() + static_cast<ptrdiff_t>(size), begin);
    columns_.Assign(codes.space, std::span(nodes_).first(size));
    for (size_t i = 0; !live.hidden.empty() && i < size; ++i) {
      if (!live.Has(begin + static_cast<uint32_t>(i))) {
        columns_.Hide(i);
      }
    }
    for (size_t i = size; i < columns_.width(); ++i) {
      columns_.Hide(i);
    }
    for (size_t i = 0; i < count; ++i) {
      near_[i] = nearest_[i].Begin(columns_.width());
      near_[i].limit = std::min(near_[i].limit, BlockColumns::kFarthest);
    }
    rows_.Collect(columns_, begin, near_.data());
    for (size_t i = 0; i < count; ++i) {
      nearest_[i].End(near_[i]);
    }
  }
  return uint64_t{codes.nodes} * count;
}

void BatchScan::Found(size_t query, std::vector<Neighbour>& nearest) { nearest_[query].Finish(space_, nearest); }

}  // namespace pomai::index
