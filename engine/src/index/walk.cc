#include "index/walk.h"

#include <algorithm>

namespace pomai::index {
namespace {

// Entry points a walk starts from: more than one, so that a query between two clusters starts in both.
constexpr size_t kStarts = 4;

void Prefetch(const std::byte* begin, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) {
    __builtin_prefetch(begin + i);
  }
}

}  // namespace

uint64_t Walk::Run(const GraphView& graph, const void* query, size_t ef) {
  StartOver(graph, ef);
  Enter(graph, query);
  while (next_ < size_) {
    Found& nearest = pool_[next_++];
    if (!nearest.left) {
      nearest.left = true;
      Leave(graph, query, nearest.node);
    }
  }
  return distances_;
}

void Walk::StartOver(const GraphView& graph, size_t ef) {
  ef_ = std::max<size_t>(1, ef);
  pool_.resize(ef_ + 1);
  size_ = 0;
  next_ = 0;
  distances_ = 0;
  fresh_.resize(graph.degree);
  if (seen_.size() != graph.nodes || epoch_ == UINT8_MAX) {
    seen_.assign(graph.nodes, 0);
    epoch_ = 0;
  }
  ++epoch_;
}

void Walk::Enter(const GraphView& graph, const void* query) {
  const Space& space = graph.entry_space;
  Neighbour best[kStarts];
  size_t count = 0;
  const auto entries = static_cast<uint32_t>(graph.entries.size());
  for (uint32_t i = 0; i < entries; i += 4) {
    const void* four[4];
    float out[4];
    for (uint32_t c = 0; c < 4; ++c) {
      four[c] = space.at(std::min(i + c, entries - 1));
    }
    space.quad(query, four, space.length, out);
    for (uint32_t c = 0; c < std::min(4U, entries - i); ++c) {
      Neighbour entry{out[c], i + c};
      if (count < kStarts || entry < best[kStarts - 1]) {
        size_t place = count < kStarts ? count++ : kStarts - 1;
        for (; place > 0 && entry < best[place - 1]; --place) {
          best[place] = best[place - 1];
        }
        best[place] = entry;
      }
    }
  }
  distances_ += entries;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t node = graph.entries[best[i].node];
    if (node < graph.nodes && seen_[node] != epoch_) {
      seen_[node] = epoch_;
      Offer(graph, best[i].distance, node);
    }
  }
  next_ = 0;
}

void Walk::Leave(const GraphView& graph, const void* query, uint32_t node) {
  const Space& space = graph.space;
  const uint32_t* links = graph.list(node);
  const size_t bytes = space.stride;
  size_t count = 0;
  for (uint32_t i = 0; i < graph.degree; ++i) {
    const uint32_t neighbour = links[i];
    if (neighbour >= graph.nodes) {
      break;
    }
    if (seen_[neighbour] != epoch_) {
      seen_[neighbour] = epoch_;
      fresh_[count++] = neighbour;
      Prefetch(space.at(neighbour), bytes);
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
      Offer(graph, out[c], fresh_[i + c]);
    }
  }
  distances_ += count;
}

void Walk::Offer(const GraphView& graph, float distance, uint32_t node) {
  if (size_ == ef_ && !(distance < pool_[size_ - 1].distance)) {
    return;
  }
  if (distance != distance) {
    distance = kFarthest;  // nothing compares with NaN, and all behind it would stay unsorted
  }
  // Most that get in are left soon, and their links are what a walk waits for most.
  Prefetch(reinterpret_cast<const std::byte*>(graph.list(node)), graph.degree * sizeof(uint32_t));
  size_t place = size_;
  while (place > 0 && distance < pool_[place - 1].distance) {
    --place;
  }
  std::copy_backward(pool_.begin() + static_cast<std::ptrdiff_t>(place),
                     pool_.begin() + static_cast<std::ptrdiff_t>(size_),
                     pool_.begin() + static_cast<std::ptrdiff_t>(size_ + 1));
  pool_[place] = {distance, node, false};
  size_ = std::min(size_ + 1, ef_);
  next_ = std::min(next_, place);
}

}  // namespace pomai::index
