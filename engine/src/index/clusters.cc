#include "index/clusters.h"

#include <algorithm>
#include <numeric>

#include "base/parallel.h"
#include "index/block.h"

namespace pomai::index {
namespace {

constexpr size_t kRowBlock = 32;
constexpr size_t kColumnBlock = 1024;  // with kRowBlock, the distances of a block stay in the second-level cache
constexpr uint32_t kChained = 32;      // neighbours among which a leader's successor is looked for
constexpr uint32_t kLargest = 8;       // times the target
constexpr uint32_t kMaxLeaders = 1U << 14U;

uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

// One node out of each of `count` equal ranges, at random but always the same.
std::vector<uint32_t> Sample(uint32_t nodes, uint32_t count) {
  std::vector<uint32_t> sample(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t begin = static_cast<uint64_t>(i) * nodes / count;
    const uint64_t end = static_cast<uint64_t>(i + 1) * nodes / count;
    sample[i] = static_cast<uint32_t>(begin + Mix(i) % (end - begin));
  }
  return sample;
}

// Leaders in an order in which each follows its nearest neighbour among those not yet taken, as far as `nearest` (the
// first `k` neighbours of each) knows one.
std::vector<uint32_t> Chain(const std::vector<uint32_t>& nearest, uint32_t leaders, uint32_t k) {
  std::vector<uint32_t> chain;
  chain.reserve(leaders);
  std::vector<bool> taken(leaders, false);
  uint32_t next_free = 0;
  uint32_t current = 0;
  while (true) {
    chain.push_back(current);
    taken[current] = true;
    if (chain.size() == leaders) {
      return chain;
    }
    const uint32_t* first = nearest.data() + static_cast<size_t>(current) * k;
    const uint32_t* found = std::find_if(first, first + k, [&](uint32_t leader) { return !taken[leader]; });
    if (found != first + k) {
      current = *found;
    } else {
      while (taken[next_free]) {
        ++next_free;
      }
      current = next_free;
    }
  }
}

}  // namespace

std::vector<uint32_t> NearestColumns(const Space& space, std::span<const uint32_t> rows,
                                     std::span<const uint32_t> columns, uint32_t k, uint32_t threads) {
  std::vector<BlockColumns> blocks;
  for (size_t begin = 0; begin < columns.size(); begin += kColumnBlock) {
    blocks.emplace_back(space, columns.subspan(begin, std::min(kColumnBlock, columns.size() - begin)));
  }
  std::vector<uint32_t> nearest(rows.size() * k);
  struct Worker {
    explicit Worker(const Space& space) : block(space), keys(kRowBlock) {}
    BlockRows block;
    std::vector<NearestKeys> keys;
    NearestKeys::Room room;
    std::vector<Neighbour> found;
  };
  std::vector<Worker> workers(WorkerCount(rows.size(), kRowBlock, threads), Worker(space));
  ParallelFor(rows.size(), kRowBlock, threads, [&](size_t begin, size_t end, uint32_t id) {
    Worker& worker = workers[id];
    worker.block.Assign(rows.subspan(begin, end - begin));
    for (size_t i = begin; i < end; ++i) {
      worker.keys[i - begin].Reset(k, worker.room);
    }
    for (size_t b = 0; b < blocks.size(); ++b) {
      worker.block.Distances(blocks[b]);
      for (size_t i = begin; i < end; ++i) {
        worker.keys[i - begin].Offer(worker.block.row(i - begin), static_cast<uint32_t>(b * kColumnBlock),
                                     blocks[b].size());
      }
    }
    for (size_t i = begin; i < end; ++i) {
      worker.found.clear();
      worker.keys[i - begin].Finish(space, worker.found);
      std::transform(worker.found.begin(), worker.found.end(), nearest.begin() + static_cast<std::ptrdiff_t>(i * k),
                     [](const Neighbour& column) { return column.node; });
    }
  });
  return nearest;
}

Clusters MakeClusters(const Space& space, uint32_t nodes, uint32_t target, uint32_t threads) {
  target = std::max(1U, target);
  const uint32_t leaders = std::clamp(nodes / target, 1U, kMaxLeaders);
  const std::vector<uint32_t> sample = Sample(nodes, leaders);
  std::vector<uint32_t> all(nodes);
  std::iota(all.begin(), all.end(), 0U);
  std::vector<uint32_t> nearest = NearestColumns(space, all, sample, 1, threads);
  const uint32_t chained = std::min(leaders, kChained);
  const std::vector<uint32_t> chain = Chain(NearestColumns(space, sample, sample, chained, threads), leaders, chained);

  std::vector<uint32_t> number(leaders);  // along the chain
  for (uint32_t i = 0; i < leaders; ++i) {
    number[chain[i]] = i;
  }
  std::vector<uint32_t> begins(leaders + 1, 0);
  for (uint32_t& leader : nearest) {
    leader = number[leader];
    ++begins[leader + 1];
  }
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<uint32_t> next(begins.begin(), begins.end() - 1);
  Clusters clusters;
  clusters.order.resize(nodes);
  std::vector<uint32_t> place(nodes);
  for (uint32_t node = 0; node < nodes; ++node) {
    place[node] = next[nearest[node]]++;
    clusters.order[place[node]] = node;
  }
  // Where very many nodes have one nearest leader (they are all but equal), it takes several clusters, or comparing the
  // nodes of one with each other would never end.
  const uint32_t largest = std::max(target, nodes / leaders) * kLargest;
  for (uint32_t i = 0; i < leaders; ++i) {
    for (uint32_t begin = begins[i]; begin == begins[i] || begin < begins[i + 1]; begin += largest) {
      clusters.begins.push_back(begin);
      clusters.leaders.push_back(begin == begins[i] ? place[sample[chain[i]]] : begin);
    }
  }
  clusters.begins.push_back(nodes);
  return clusters;
}

}  // namespace pomai::index
