#include "index/linking.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "base/parallel.h"
#include "index/block.h"
#include "index/walk.h"

namespace pomai::index {
namespace {

constexpr uint32_t kFirstProbes = 4;

// Keeps of `candidates` (sorted by distance to a node) those that no kept one is nearer to than the node is: the
// relative neighbourhood rule (Toussaint 1980; Arya and Mount 1993). At most `degree`.
class Thinning {
 public:
  Thinning(const Space& space, uint32_t degree) : space_(space), degree_(degree) { kept_.reserve(degree); }

  std::span<const Neighbour> Keep(std::span<const Neighbour> candidates) {
    kept_.clear();
    for (const Neighbour& candidate : candidates) {
      if (kept_.size() == degree_) {
        break;
      }
      if (!Covered(candidate)) {
        kept_.push_back(candidate);
      }
    }
    return kept_;
  }

 private:
  [[nodiscard]] bool Covered(const Neighbour& candidate) const {
    const void* vector = space_.at(candidate.node);
    for (size_t i = 0; i < kept_.size(); i += 4) {
      const void* four[4];
      float out[4];
      for (size_t c = 0; c < 4; ++c) {
        four[c] = space_.at(kept_[std::min(i + c, kept_.size() - 1)].node);
      }
      space_.quad(vector, four, space_.length, out);
      if (std::min(std::min(out[0], out[1]), std::min(out[2], out[3])) < candidate.distance) {
        return true;
      }
    }
    return false;
  }

  const Space& space_;
  size_t degree_;
  std::vector<Neighbour> kept_;
};

// Lists of up to `degree` neighbours a node.
struct Lists {
  uint32_t degree;
  std::vector<Neighbour> slots;
  std::vector<uint32_t> sizes;

  Lists(uint32_t nodes, uint32_t max_degree)
      : degree(max_degree), slots(static_cast<size_t>(nodes) * max_degree), sizes(nodes, 0) {}

  [[nodiscard]] std::span<const Neighbour> of(uint32_t node) const {
    return std::span(slots).subspan(static_cast<size_t>(node) * degree, sizes[node]);
  }
  void Set(uint32_t node, std::span<const Neighbour> list) {
    std::copy(list.begin(), list.end(), slots.begin() + static_cast<std::ptrdiff_t>(size_t{node} * degree));
    sizes[node] = static_cast<uint32_t>(list.size());
  }
};

// Finds the candidates of one cluster's nodes after the other and thins them.
class Linker {
 public:
  Linker(const Space& space, const Clusters& clusters, const LinkParams& params, const std::vector<uint32_t>& all,
         const std::vector<uint32_t>& probed, const std::vector<BlockColumns>& columns)
      : space_(space),
        clusters_(clusters),
        params_(params),
        all_(all),
        probed_(probed),
        columns_(columns),
        rows_(space),
        thinning_(space, params.degree),
        first_visits_(clusters.size(), kNone) {}

  void Link(uint32_t cluster, Lists& lists) {
    const uint32_t begin = clusters_.begins[cluster];
    const uint32_t size = clusters_.begins[cluster + 1] - begin;
    rows_.Assign(std::span(all_).subspan(begin, size));
    keys_.resize(std::max<size_t>(keys_.size(), size));
    for (uint32_t i = 0; i < size; ++i) {
      keys_[i].Reset(params_.candidates + 1, room_);  // one more: the node itself is found
    }
    // The nearest clusters first: once their nodes are in, few of the others' are near enough to be kept.
    const uint32_t first = std::min(params_.probes, kFirstProbes);
    VisitProbes(cluster, 0, first);
    for (uint32_t i = 0; i < size; ++i) {
      keys_[i].Shrink();
    }
    VisitProbes(cluster, first, params_.probes);
    for (uint32_t i = 0; i < size; ++i) {
      candidates_.clear();
      keys_[i].Finish(space_, candidates_);
      std::erase_if(candidates_, [&](const Neighbour& candidate) { return candidate.node == begin + i; });
      lists.Set(begin + i, thinning_.Keep(candidates_));
    }
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  // A node of the cluster that is worked on, on its way to another.
  struct Visit {
    uint32_t place;  // within its own cluster
    uint32_t next;   // of those that visit the same cluster
  };

  void Add(uint32_t visited, uint32_t place) {
    if (first_visits_[visited] == kNone) {
      visited_.push_back(visited);
    }
    visits_.push_back({place, std::exchange(first_visits_[visited], static_cast<uint32_t>(visits_.size()))});
  }

  // Visits, for each node of a cluster, the clusters it probes from rank `from` up to `to`, and before the first of
  // them its own, which with inner product need not be among them.
  void VisitProbes(uint32_t cluster, uint32_t from, uint32_t to) {
    const uint32_t begin = clusters_.begins[cluster];
    const uint32_t size = clusters_.begins[cluster + 1] - begin;
    visits_.clear();
    visited_.clear();
    for (uint32_t place = 0; place < size; ++place) {
      const uint32_t* probes = probed_.data() + size_t{begin + place} * params_.probes;
      if (from == 0) {
        Add(cluster, place);
      }
      for (uint32_t i = from; i < to; ++i) {
        if (probes[i] != cluster) {
          Add(probes[i], place);
        }
      }
    }
    // All that visit one cluster go together.
    for (const uint32_t visited : visited_) {
      places_.clear();
      for (uint32_t i = std::exchange(first_visits_[visited], kNone); i != kNone; i = visits_[i].next) {
        places_.push_back(visits_[i].place);
      }
      const BlockColumns& columns = columns_[visited];
      rows_.Distances(columns, places_);
      for (size_t i = 0; i < places_.size(); ++i) {
        keys_[places_[i]].Offer(rows_.row(i), clusters_.begins[visited], columns.size());
      }
    }
  }

  const Space& space_;
  const Clusters& clusters_;
  const LinkParams& params_;
  const std::vector<uint32_t>& all_;  // i at i
  const std::vector<uint32_t>& probed_;
  const std::vector<BlockColumns>& columns_;
  BlockRows rows_;
  Thinning thinning_;
  std::vector<NearestKeys> keys_;
  NearestKeys::Room room_;
  std::vector<Visit> visits_;
  std::vector<uint32_t> first_visits_;  // a cluster's, in visits_
  std::vector<uint32_t> visited_;       // the clusters that have any
  std::vector<uint32_t> places_;
  std::vector<Neighbour> candidates_;
};

Lists ForwardLinks(const Space& space, const Clusters& clusters, LinkParams params) {
  std::vector<uint32_t> all(clusters.nodes());
  std::iota(all.begin(), all.end(), 0U);
  params.probes = std::min(params.probes, clusters.size());
  const std::vector<uint32_t> probed = NearestColumns(space, all, clusters.leaders, params.probes, params.threads);
  std::vector<BlockColumns> columns(clusters.size());
  ParallelFor(clusters.size(), 16, params.threads, [&](size_t begin, size_t end, uint32_t) {
    for (size_t c = begin; c < end; ++c) {
      const uint32_t first = clusters.begins[c];
      columns[c] = BlockColumns(space, std::span(all).subspan(first, clusters.begins[c + 1] - first));
    }
  });
  Lists lists(clusters.nodes(), params.degree);
  std::vector<Linker> linkers;
  const uint32_t workers = WorkerCount(clusters.size(), 1, params.threads);
  linkers.reserve(workers);
  for (uint32_t i = 0; i < workers; ++i) {
    linkers.emplace_back(space, clusters, params, all, probed, columns);
  }
  ParallelFor(clusters.size(), 1, params.threads, [&](size_t cluster, size_t, uint32_t worker) {
    linkers[worker].Link(static_cast<uint32_t>(cluster), lists);
  });
  return lists;
}

}  // namespace

std::vector<uint32_t> MakeLinks(const Space& space, const Clusters& clusters, const LinkParams& params) {
  const Lists lists = ForwardLinks(space, clusters, params);
  const uint32_t nodes = clusters.nodes();

  // The links that lead to each node, in any order: they are sorted below. (Builtins: std::atomic_ref is not in the C++
  // library of macOS.)
  std::vector<uint32_t> counts(nodes, 0);
  const auto for_each_link = [&](const auto& body) {
    ParallelFor(nodes, 1024, params.threads, [&](size_t begin, size_t end, uint32_t) {
      for (size_t node = begin; node < end; ++node) {
        for (const Neighbour& link : lists.of(static_cast<uint32_t>(node))) {
          body(static_cast<uint32_t>(node), link);
        }
      }
    });
  };
  for_each_link([&](uint32_t, const Neighbour& link) { __atomic_fetch_add(&counts[link.node], 1U, __ATOMIC_RELAXED); });
  std::vector<size_t> begins(static_cast<size_t>(nodes) + 1, 0);
  std::inclusive_scan(counts.begin(), counts.end(), begins.begin() + 1, std::plus<>(), size_t{0});
  std::vector<Neighbour> back(begins.back());
  for_each_link([&](uint32_t node, const Neighbour& link) {
    const uint32_t left = __atomic_fetch_sub(&counts[link.node], 1U, __ATOMIC_RELAXED);
    back[begins[link.node] + left - 1] = {link.distance, node};
  });

  std::vector<uint32_t> links(static_cast<size_t>(nodes) * params.degree, kNoNode);
  ParallelFor(nodes, 1024, params.threads, [&](size_t begin, size_t end, uint32_t) {
    Thinning thinning(space, params.degree);
    std::vector<Neighbour> joined;
    for (size_t i = begin; i < end; ++i) {
      const auto forward = lists.of(static_cast<uint32_t>(i));
      joined.assign(forward.begin(), forward.end());
      joined.insert(joined.end(), back.begin() + static_cast<std::ptrdiff_t>(begins[i]),
                    back.begin() + static_cast<std::ptrdiff_t>(begins[i + 1]));
      std::sort(joined.begin(), joined.end());
      joined.erase(std::unique(joined.begin(), joined.end(),
                               [](const Neighbour& a, const Neighbour& b) { return a.node == b.node; }),
                   joined.end());
      const std::span<const Neighbour> kept =
          joined.size() <= params.degree ? std::span<const Neighbour>(joined) : thinning.Keep(joined);
      std::transform(kept.begin(), kept.end(), links.begin() + static_cast<std::ptrdiff_t>(i * params.degree),
                     [](const Neighbour& link) { return link.node; });
    }
  });
  return links;
}

void MendLinks(const Space& space, uint32_t degree, std::vector<uint32_t>& links, std::vector<uint32_t>& entries) {
  const auto nodes = static_cast<uint32_t>(links.size() / degree);
  std::vector<bool> reached(nodes, false);
  std::vector<uint32_t> frontier;
  const auto spread = [&](uint32_t from) {
    reached[from] = true;
    frontier.push_back(from);
    while (!frontier.empty()) {
      const uint32_t* list = links.data() + static_cast<size_t>(frontier.back()) * degree;
      frontier.pop_back();
      for (uint32_t i = 0; i < degree && list[i] < nodes; ++i) {
        if (!reached[list[i]]) {
          reached[list[i]] = true;
          frontier.push_back(list[i]);
        }
      }
    }
  };
  for (const uint32_t entry : entries) {
    spread(entry);
  }
  Walk walk;
  for (uint32_t node = 0; node < nodes; ++node) {
    if (reached[node]) {
      continue;
    }
    GraphView graph{.space = space, .nodes = nodes, .degree = degree, .entries = entries, .entry_space = space};
    graph.SetLinks(reinterpret_cast<const std::byte*>(links.data()), sizeof(uint32_t));
    // Entries are looked up through their node numbers here; an opened graph has their vectors side by side.
    std::vector<uint32_t> entry_rows(entries);
    if (space.rows != nullptr) {
      std::transform(entries.begin(), entries.end(), entry_rows.begin(), [&](uint32_t e) { return space.rows[e]; });
    }
    graph.entry_space.rows = entry_rows.data();
    walk.Run(graph, space.at(node), std::max(64U, degree));
    bool linked = false;
    for (size_t i = 0; i < walk.size() && !linked; ++i) {
      uint32_t* list = links.data() + static_cast<size_t>(walk.found(i).node) * degree;
      uint32_t* free_slot = std::find(list, list + degree, kNoNode);
      if (free_slot != list + degree) {
        *free_slot = node;
        linked = true;
      }
    }
    if (!linked) {
      entries.push_back(node);
    }
    spread(node);
  }
}

}  // namespace pomai::index
