#include "index/walk.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace pomai::index {
namespace {

// Slots of the table of seen nodes: about three for each node that a walk sees.
constexpr size_t kSeenSlots = 1024;
constexpr size_t kMostSeenSlots = size_t{1} << 20U;
constexpr size_t kSeenPerLeft = 48;
// So few sorted keys are counted one by one rather than halved further.
constexpr size_t kCountedKeys = 16;
// What memory is read by.
constexpr size_t kLineBytes = 64;

// A line once: asking again costs as much as the first time.
void Prefetch(const std::byte* begin, size_t bytes) {
  const std::byte* const end = begin + bytes;
  for (const std::byte* line = begin - reinterpret_cast<uintptr_t>(begin) % kLineBytes; line < end;
       line += kLineBytes) {
    __builtin_prefetch(line);
  }
}

}  // namespace

Starts NearestEntries(const GraphView& graph, const void* query) {
  const Space& space = graph.entry_space;
  Starts starts;
  const auto entries = static_cast<uint32_t>(graph.entries.size());
  for (uint32_t i = 0; i < entries; i += 4) {
    const void* four[4];
    float out[4];
    for (uint32_t c = 0; c < 4; ++c) {
      four[c] = space.at(std::min(i + c, entries - 1));
    }
    space.quad(query, four, space.length, out);
    for (uint32_t c = 0; c < std::min(4U, entries - i); ++c) {
      starts.Offer({out[c], i + c});
    }
  }
  return starts;
}

void SeenNodes::StartOver(uint32_t nodes, size_t expected) {
  const size_t slots = std::bit_ceil(std::clamp(expected, kSeenSlots, kMostSeenSlots));
  if (slots_.size() != slots || nodes_ != nodes || base_ > UINT32_MAX - nodes - nodes) {
    slots_.assign(slots, 0);
    shift_ = static_cast<uint32_t>(32 - std::countr_zero(slots));
    nodes_ = nodes;
    base_ = 1;
  } else {
    base_ += nodes;
  }
}

uint64_t Walk::Run(const GraphView& graph, const void* query, size_t ef) {
  Begin(graph, query, ef, ef, NearestEntries(graph, query).nearest());
  while (Expand()) {
    Measure();
  }
  return distances_;
}

void Walk::Begin(const GraphView& graph, const void* query, size_t ef, size_t keep, std::span<const Neighbour> starts) {
  graph_ = &graph;
  query_ = query;
  ef_ = std::max<size_t>(1, ef);
  keep_ = std::max(ef_, keep);
  pool_.resize(keep_ + 1);
  size_ = 0;
  next_ = 0;
  limit_ = std::numeric_limits<float>::quiet_NaN();
  fresh_.resize(graph.degree + size_t{1});
  distances_to_.resize(graph.degree + size_t{4});
  fresh_count_ = 0;
  distances_ = graph.entries.size();
  seen_.StartOver(graph.nodes, kSeenPerLeft * ef_);
  const SeenNodes::Marker seen = seen_.marker();
  for (const Neighbour& start : starts) {
    const uint32_t node = graph.entries[start.node];
    if (node < graph.nodes && seen.Add(node)) {
      Offer(start.distance, node);
    }
  }
  next_ = 0;
}

bool Walk::Expand() {
  const size_t end = std::min(size_, ef_);
  while (next_ < end && (pool_[next_] & kLeft) != 0) {
    ++next_;
  }
  if (next_ == end) {
    return false;
  }
  const GraphView graph = *graph_;  // a copy, which the writes below cannot change
  const std::byte* slot = graph.list(NodeOf(pool_[next_]));
  pool_[next_++] |= kLeft;
  const SeenNodes::Marker seen = seen_.marker();
  uint32_t* const fresh = fresh_.data();
  size_t count = 0;
  for (uint32_t i = 0; i < graph.degree; ++i, slot += graph.link_bytes) {
    const uint32_t neighbour = graph.Link(slot);
    if (neighbour >= graph.nodes) {
      break;
    }
    fresh[count] = neighbour;
    count += seen.Add(neighbour) ? 1 : 0;  // no branch: it would be guessed wrong half of the time
  }
  for (size_t i = 0; i < count; ++i) {
    Prefetch(graph.space.at(fresh[i]), graph.space.stride);
  }
  fresh_count_ = count;
  return true;
}

void Walk::Measure() {
  const Space& space = graph_->space;
  const size_t count = fresh_count_;
  fresh_count_ = 0;
  distances_ += count;
  for (size_t i = 0; i < count; i += 4) {
    const void* four[4];
    for (size_t c = 0; c < 4; ++c) {
      four[c] = space.at(fresh_[std::min(i + c, count - 1)]);
    }
    space.quad(query_, four, space.length, distances_to_.data() + i);
  }
  // Those that can enter the pool as it is move to the front, without a branch on each.
  uint32_t* const fresh = fresh_.data();
  float* const distances = distances_to_.data();
  const float limit = limit_;
  size_t near = 0;
  for (size_t i = 0; i < count; ++i) {
    const float distance = distances[i];
    fresh[near] = fresh[i];
    distances[near] = distance;
    near += distance >= limit ? 0 : 1;
  }
  for (size_t i = 0; i < near; ++i) {
    Offer(distances[i], fresh[i]);
  }
}

// How many keys of the pool are not above `key`. Without a branch on any of them: one in two would be guessed wrong.
size_t Walk::PlaceOf(uint64_t key) const {
  const uint64_t* first = pool_.data();
  size_t count = size_;
  while (count > kCountedKeys) {
    const size_t half = count / 2;
    first += half & (size_t{0} - static_cast<size_t>(first[half - 1] <= key));
    count -= half;
  }
  auto place = static_cast<size_t>(first - pool_.data());
  for (size_t i = 0; i < count; ++i) {
    place += first[i] <= key ? 1 : 0;
  }
  return place;
}

void Walk::Offer(float distance, uint32_t node) {
  const uint64_t key = KeyOf(distance, node);
  if (size_ == keep_ && key > pool_[size_ - 1]) {
    return;
  }
  const size_t place = PlaceOf(key | kLeft);
  if (place > 0 && ((pool_[place - 1] ^ key) | kLeft) == kLeft) {
    return;  // it was forgotten, and came again
  }
  // Most that get in are left soon, and their links are what a walk waits for most.
  if (place < ef_) {
    Prefetch(graph_->list(node), graph_->list_bytes());
  }
  std::copy_backward(pool_.begin() + static_cast<std::ptrdiff_t>(place),
                     pool_.begin() + static_cast<std::ptrdiff_t>(size_),
                     pool_.begin() + static_cast<std::ptrdiff_t>(size_ + 1));
  pool_[place] = key;
  size_ = std::min(size_ + 1, keep_);
  next_ = std::min(next_, place);
  if (size_ == keep_) {
    limit_ = DistanceOf(pool_[size_ - 1]);
  }
}

}  // namespace pomai::index
