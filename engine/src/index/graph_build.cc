#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "index/clusters.h"
#include "index/codes.h"
#include "index/distinct.h"
#include "index/graph.h"
#include "index/graph_format.h"
#include "index/linking.h"
#include "index/walk.h"

namespace pomai::index {
namespace {

// Nodes a cluster: a larger one costs distances that find nothing, a smaller one leaves more work to the leaders.
constexpr uint32_t kClusterNodes = 100;
// Bytes of entry points a graph: a block of queries is compared with all of them, so they stay within the second-level
// cache. They are as many as that allows, because clusters far from each other have no links between them: a walk ends
// in the cluster in which it starts. Measured on 1,000,000 rows in 1,000 clusters: 1,024 entry points find 0.81 of the
// neighbours, whatever ef is.
constexpr size_t kEntryBytes = size_t{2} << 20U;
constexpr size_t kLeastEntries = 1024;

// How many more clusters are searched for high inner products than for near rows: a row's inner product with a
// cluster's longest row still tells less of the cluster than its distance from a near leader. Measured on the words'
// vectors, m 16, ef 64: recall@10 .984 with 1, .988 with 2, .990 with 3; with leaders picked at random .981 with 1.
constexpr uint32_t kHighProbes = 2;
// Of the ten nearest that a wide walk on codes finds, this share must be among its first twenty, or the graph is built
// and walked on float32 rows: 8 bits cannot tell neighbours where clusters are tight and far from each other.
constexpr double kCodesTell = 0.95;
// Searches rank as many candidates more than they were asked for as this share needs, and as many again: queries are
// no rows, and a sample is no proof.
constexpr double kSlackTells = 0.999;
constexpr size_t kSampleNearest = 10;
constexpr uint32_t kSamples = 128;
constexpr size_t kSampleEf = 100;

template <typename T>
void Append(std::vector<std::byte>& bytes, const T* values, size_t count) {
  const auto* begin = reinterpret_cast<const std::byte*>(values);
  bytes.insert(bytes.end(), begin, begin + count * sizeof(T));
}

// The nodes where walks start: leaders, spread over all clusters.
std::vector<uint32_t> PickEntries(const Clusters& clusters, size_t entry_bytes) {
  const auto count =
      static_cast<uint32_t>(std::min<size_t>(clusters.size(), std::max(kLeastEntries, kEntryBytes / entry_bytes)));
  std::vector<uint32_t> entries;
  for (uint32_t i = 0; i < count; ++i) {
    entries.push_back(clusters.leaders[uint64_t{i} * clusters.size() / count]);
  }
  return entries;
}

// Makes of two graphs the one with the links of both.
void Join(std::vector<uint32_t>& links, uint32_t degree, const std::vector<uint32_t>& others, uint32_t other_degree) {
  const size_t nodes = others.size() / other_degree;
  for (size_t node = 0; node < nodes; ++node) {
    uint32_t* list = links.data() + node * degree;
    uint32_t* end = std::find(list, list + degree, kNoNode);
    for (size_t i = 0; i < other_degree && end != list + degree; ++i) {
      const uint32_t other = others[node * other_degree + i];
      if (other != kNoNode && std::find(list, end, other) == end) {
        *end++ = other;
      }
    }
  }
}

// Spreads lists of `from` slots to lists of `to` slots.
std::vector<uint32_t> Spread(const std::vector<uint32_t>& links, uint32_t from, uint32_t to) {
  std::vector<uint32_t> spread(links.size() / from * to, kNoNode);
  for (size_t node = 0; node * from < links.size(); ++node) {
    std::copy_n(links.begin() + static_cast<std::ptrdiff_t>(node * from), from,
                spread.begin() + static_cast<std::ptrdiff_t>(node * to));
  }
  return spread;
}

// One build, step by step.
class GraphBuild {
 public:
  GraphBuild(const Matrix& rows, const BuildParams& params)
      : rows_(rows), params_(params), distinct_(FindDistinct(rows, params.threads)), nodes_(distinct_.nodes()) {
    model_ = CodeModel::Train(rows, params.metric, params.threads, uneven_);
    degree_ = std::max(1U, std::min(2 * params.m, nodes_ - 1));
  }

  Built Run() {
    Link();
    if (model_.stride != 0 && !model_.lossless && !CodesTellNeighbours()) {
      model_.stride = 0;
      codes_ = {};
      Link();
    }
    return Finish();
  }

 private:
  // Loads the vectors of all nodes, node node_at(i) at place i.
  template <typename NodeAt>
  void Load(NodeAt node_at) {
    first_rows_.resize(nodes_);
    codes_.resize(size_t{nodes_} * model_.stride);
    ParallelFor(nodes_, 1024, params_.threads, [&](size_t begin, size_t end, uint32_t) {
      for (size_t i = begin; i < end; ++i) {
        first_rows_[i] = distinct_.first(node_at(static_cast<uint32_t>(i)));
        if (model_.stride != 0) {
          model_.Encode(rows_.row(first_rows_[i]), codes_.data() + i * model_.stride);
        }
      }
    });
  }

  [[nodiscard]] Space CodeSpace(Metric metric) const {
    return Space::OfCodes(reinterpret_cast<const std::byte*>(codes_.data()), model_.stride, metric);
  }
  [[nodiscard]] Space RowSpace(Metric metric) const {
    Space space = Space::OfRows(rows_.data, rows_.dim, metric);
    space.rows = first_rows_.data();
    return space;
  }
  [[nodiscard]] Space SpaceFor(Metric metric) const {
    return model_.stride != 0 ? CodeSpace(metric) : RowSpace(metric);
  }

  void Link() {
    Load([](uint32_t i) { return i; });
    const Clusters clusters = MakeClusters(SpaceFor(Metric::kL2), nodes_, kClusterNodes, params_.threads);
    Load([&](uint32_t i) { return clusters.order[i]; });
    LinkParams link{.degree = degree_,
                    .candidates = Candidates(),
                    .probes = 8 + params_.ef_construction / 12,
                    .threads = params_.threads};
    if (uneven_) {
      // The row of the highest inner product is seldom a near one: half of the links lead to rows of high inner product
      // (Morozov and Babenko 2018), the other half makes every row reachable.
      link.degree = std::max(1U, degree_ / 2);
      const std::vector<uint32_t> near = MakeLinks(SpaceFor(Metric::kL2), clusters, link);
      link.probes *= kHighProbes;
      links_ = Spread(MakeLinks(SpaceFor(Metric::kInnerProduct), LedByLongest(clusters), link), link.degree, degree_);
      Join(links_, degree_, near, link.degree);
    } else {
      links_ = MakeLinks(SpaceFor(Metric::kL2), clusters, link);
    }
    entries_ = PickEntries(clusters, SpaceFor(Metric::kL2).stride);
    MendLinks(SpaceFor(Metric::kL2), degree_, links_, entries_);
    order_ = clusters.order;
  }

  // The same clusters, each led by its longest row: what a node's inner product with it tells of the highest that the
  // cluster has for the node, one with any other row does not.
  [[nodiscard]] Clusters LedByLongest(Clusters clusters) const {
    const Space space = SpaceFor(Metric::kInnerProduct);
    ParallelFor(clusters.size(), 16, params_.threads, [&](size_t begin, size_t end, uint32_t) {
      for (size_t c = begin; c < end; ++c) {
        Neighbour longest{kFarthest, clusters.leaders[c]};  // which stays where there are no members
        for (uint32_t node = clusters.begins[c]; node < clusters.begins[c + 1]; ++node) {
          longest = std::min(longest, Neighbour{space.Distance(node, node), node});
        }
        clusters.leaders[c] = longest.node;
      }
    });
    return clusters;
  }

  // More of them must be looked at where more links are asked for, but also where only more clusters are searched: the
  // nearest few alone are all of one cluster, and so are the links.
  [[nodiscard]] uint32_t Candidates() const {
    const uint64_t candidates = uint64_t{degree_} * 3 / 4 + uint64_t{params_.ef_construction} * 3 / 8;
    return static_cast<uint32_t>(std::clamp<uint64_t>(candidates, 1, nodes_));
  }

  // Whether the nearest nodes by code are the nearest by row, on a sample, and how many more candidates that takes.
  bool CodesTellNeighbours() {
    const Space codes = CodeSpace(params_.metric);
    const Space floats = RowSpace(params_.metric);
    GraphView graph{.space = codes, .nodes = nodes_, .degree = degree_, .entries = entries_, .entry_space = codes};
    graph.SetLinks(reinterpret_cast<const std::byte*>(links_.data()), sizeof(uint32_t));
    graph.entry_space.rows = entries_.data();
    Walk walk;
    std::vector<Neighbour> found;
    std::vector<uint32_t> ranks;  // by code, of the nearest by row
    const uint32_t samples = std::min(nodes_, kSamples);
    for (uint32_t i = 0; i < samples; ++i) {
      const auto node = static_cast<uint32_t>(uint64_t{i} * nodes_ / samples);
      walk.Run(graph, codes.at(node), kSampleEf);
      found.clear();
      for (uint32_t rank = 0; rank < walk.size(); ++rank) {
        found.push_back({floats.Distance(node, walk.found(rank).node), rank});
      }
      const auto nearest = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), kSampleNearest));
      std::partial_sort(found.begin(), nearest, found.end());
      std::transform(found.begin(), nearest, std::back_inserter(ranks), [](const Neighbour& n) { return n.node; });
    }
    std::sort(ranks.begin(), ranks.end());
    // The candidates that have this share of the nearest among them, beyond as many as are wanted.
    const auto slack = [&ranks](double share) {
      const auto last = static_cast<size_t>(std::ceil(share * static_cast<double>(ranks.size()))) - 1;
      return std::max<size_t>(ranks[last] + 1, kSampleNearest) - kSampleNearest;
    };
    slack_ = static_cast<uint32_t>(std::min<size_t>(2 * slack(kSlackTells) + 2, kMostSlack));
    return slack(kCodesTell) <= kSampleNearest;
  }

  Built Finish() {
    Built built;
    std::vector<uint32_t> starts;
    starts.reserve(size_t{nodes_} + 1);
    built.order.reserve(rows_.rows);
    for (const uint32_t node : order_) {
      starts.push_back(static_cast<uint32_t>(built.order.size()));
      built.order.insert(built.order.end(), distinct_.members.begin() + distinct_.begins[node],
                         distinct_.members.begin() + distinct_.begins[node + 1]);
    }
    starts.push_back(rows_.rows);

    GraphHeader header;
    header.rows = rows_.rows;
    header.dim = rows_.dim;
    header.nodes = nodes_;
    header.degree = degree_;
    header.entries = static_cast<uint32_t>(entries_.size());
    header.grouped = nodes_ < rows_.rows ? 1 : 0;
    header.code_stride = model_.stride;
    header.code_levels = model_.levels;
    header.code_lossless = model_.lossless ? 1 : 0;
    header.code_scale = model_.scale;
    header.code_longest = model_.longest;
    header.code_slack = model_.stride != 0 ? slack_ : 0;
    header.link_bytes = LinkBytes(nodes_);

    Section head{.kind = kGraphHeader, .bytes = {}};
    Append(head.bytes, &header, 1);
    Append(head.bytes, model_.offsets.data(), model_.offsets.size());
    built.sections.push_back(std::move(head));

    built.sections.push_back(PackLinks(header.link_bytes));
    links_ = {};

    Section entries{.kind = kGraphEntries, .bytes = {}};
    Append(entries.bytes, entries_.data(), entries_.size());
    entries.bytes.resize(EntryVectorsAt(entries_.size()));
    const Space space = SpaceFor(params_.metric);
    for (const uint32_t entry : entries_) {
      Append(entries.bytes, space.at(entry), space.stride);
    }
    built.sections.push_back(std::move(entries));

    if (model_.stride != 0) {
      Section codes{.kind = kGraphCodes, .bytes = {}};
      Append(codes.bytes, codes_.data(), codes_.size());
      built.sections.push_back(std::move(codes));
    }
    if (header.grouped != 0) {
      Section groups{.kind = kGraphRows, .bytes = {}};
      Append(groups.bytes, starts.data(), starts.size());
      built.sections.push_back(std::move(groups));
    }
    return built;
  }

  // The lists with only the bytes of a number that nodes need.
  [[nodiscard]] Section PackLinks(uint32_t link_bytes) const {
    Section section{.kind = kGraphLinks, .bytes = {}};
    section.bytes.resize(LinksBytes(nodes_, degree_, link_bytes));
    ParallelFor(links_.size(), size_t{1} << 16U, params_.threads, [&](size_t begin, size_t end, uint32_t) {
      for (size_t i = begin; i < end; ++i) {
        std::memcpy(section.bytes.data() + i * link_bytes, &links_[i], link_bytes);
      }
    });
    return section;
  }

  const Matrix& rows_;
  const BuildParams& params_;
  Distinct distinct_;
  uint32_t nodes_;
  bool uneven_ = false;
  CodeModel model_;
  uint32_t slack_ = 0;
  uint32_t degree_ = 0;
  std::vector<uint8_t> codes_;        // in the order of places, as the next ones are
  std::vector<uint32_t> first_rows_;  // a place's row, the first of equal ones
  std::vector<uint32_t> links_;
  std::vector<uint32_t> entries_;
  std::vector<uint32_t> order_;  // a place's node of distinct_
};

}  // namespace

Result<Built> BuildGraph(const Matrix& rows, const BuildParams& params) {
  if (rows.rows > kMaxNodes) {
    return Status(Code::kResourceExhausted, "Cannot build a graph over " + std::to_string(rows.rows) +
                                                " rows (at most " + std::to_string(kMaxNodes) +
                                                " in a segment; freeze more often)");
  }
  return GraphBuild(rows, params).Run();
}

}  // namespace pomai::index
