#include "index/filtered_walk.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "index/flat.h"

namespace pomai::index {
namespace {

// Nodes left before the walk first asks itself how long it will go on.
constexpr size_t kFirstLook = 32;

bool Farther(const Neighbour& a, const Neighbour& b) { return b < a; }

void Prefetch(const std::byte* begin, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) {
    __builtin_prefetch(begin + i);
  }
}

}  // namespace

bool LiveNodes::Has(uint32_t node) const {
  if (starts == nullptr) {
    return !IsHidden(hidden, node);
  }
  const uint32_t end = std::min(starts[node + 1], rows);
  for (uint32_t row = starts[node]; row < end; ++row) {
    if (!IsHidden(hidden, row)) {
      return true;
    }
  }
  return false;
}

bool FilteredWalk::Run(const GraphView& graph, const void* query, size_t ef, std::span<const Neighbour> starts,
                       const LiveNodes& live, uint64_t most) {
  ef_ = std::max<size_t>(1, ef);
  limit_ = std::numeric_limits<float>::infinity();
  frontier_.clear();
  found_.clear();
  fresh_.resize(graph.degree);
  distances_ = graph.entries.size();
  if (seen_.size() != graph.nodes || epoch_ == UINT8_MAX) {
    seen_.assign(graph.nodes, 0);
    epoch_ = 0;
  }
  ++epoch_;
  for (const Neighbour& start : starts) {
    const uint32_t node = graph.entries[start.node];
    if (node < graph.nodes && seen_[node] != epoch_) {
      seen_[node] = epoch_;
      Offer(graph, start.distance, node, live);
    }
  }
  const uint64_t entering = distances_;
  uint64_t left = 0;
  uint64_t left_live = 0;
  for (uint64_t look = kFirstLook; !frontier_.empty();) {
    std::pop_heap(frontier_.begin(), frontier_.end(), Farther);
    const Neighbour nearest = frontier_.back();
    frontier_.pop_back();
    if (found_.size() == ef_ && nearest.distance > limit_) {
      break;
    }
    left_live += live.Has(nearest.node) ? 1 : 0;
    if (++left == look) {
      // What is left from here on goes as what was left so far: nodes are left nearest first, so that the share of live
      // ones changes little unless the filter says something of where rows are.
      const uint64_t missing = ef_ - std::min<uint64_t>(ef_, left_live);
      if (distances_ + (distances_ - entering) * missing / (left_live + 1) > most) {
        return false;
      }
      look *= 2;
    }
    Leave(graph, query, nearest.node, live);
    if (distances_ > most) {
      return false;
    }
  }
  return true;
}

void FilteredWalk::Leave(const GraphView& graph, const void* query, uint32_t node, const LiveNodes& live) {
  const Space& space = graph.space;
  const std::byte* slot = graph.list(node);
  size_t count = 0;
  for (uint32_t i = 0; i < graph.degree; ++i, slot += graph.link_bytes) {
    const uint32_t neighbour = graph.Link(slot);
    if (neighbour >= graph.nodes) {
      break;
    }
    if (seen_[neighbour] != epoch_) {
      seen_[neighbour] = epoch_;
      fresh_[count++] = neighbour;
      Prefetch(space.at(neighbour), space.stride);
    }
  }
  for (size_t i = 0; i < count; i += 4) {
    const void* four[4];
    float out[4];
    for (size_t c = 0; c < 4; ++c) {
      four[c] = space.at(fresh_[std::min(i + c, count - 1)]);
    }
    space.quad(query, four, space.length, out);
    for (size_t c = 0; c < std::min<size_t>(4, count - i); ++c) {
      Offer(graph, out[c], fresh_[i + c], live);
    }
  }
  distances_ += count;
}

void FilteredWalk::Offer(const GraphView& graph, float distance, uint32_t node, const LiveNodes& live) {
  if (distance != distance) {
    distance = kFarthest;
  }
  const bool full = found_.size() == ef_;
  if (full && !(distance < limit_)) {
    return;
  }
  Prefetch(graph.list(node), graph.list_bytes());
  frontier_.push_back({distance, node});
  std::push_heap(frontier_.begin(), frontier_.end(), Farther);
  if (!live.Has(node)) {
    return;
  }
  const auto place = std::upper_bound(found_.begin(), found_.end(), distance,
                                      [](float value, const Neighbour& other) { return value < other.distance; });
  if (full) {
    std::copy_backward(place, found_.end() - 1, found_.end());
    *place = {distance, node};
  } else {
    found_.insert(place, {distance, node});
  }
  if (found_.size() == ef_) {
    limit_ = found_.back().distance;
  }
}

}  // namespace pomai::index
