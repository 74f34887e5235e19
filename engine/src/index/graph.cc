#include "index/graph.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "index/block.h"
#include "index/code_bound.h"
#include "index/codes.h"
#include "index/filtered_walk.h"
#include "index/flat.h"
#include "index/graph_format.h"
#include "index/walk.h"

namespace pomai::index {
namespace {

// A query far outside of the rows' range is about as far from all of them: links between near rows lead it on only
// roughly.
constexpr uint64_t kOutsideEf = 4;

// Distances for each candidate that the cheapest of walks computes. Fewer live rows than that are compared one by one.
constexpr uint64_t kLeastOfWalk = 8;
// Codes that are scanned in the time of one distance on a walk, which waits for memory and keeps candidates in order.
constexpr uint64_t kCodesScanned = 3;
// Rows of fewer components in all come from the caches as fast as codes do, where those only rule rows out.
constexpr uint64_t kLeastComponents = uint64_t{1} << 21U;
// A scan of codes decides so often, in nodes, whether the rows themselves would be quicker to scan,
constexpr uint32_t kChunk = 4096;
// of which it passes this many components in the time of looking at one out of order.
constexpr uint64_t kLookComponents = 512;
// Distances for each candidate that a walk without hidden nodes hardly exceeds.
constexpr uint64_t kMostOfWalk = 32;
// One in so many of all nodes may be met in vain.
constexpr uint64_t kWasted = 16;

// Walks that take turns: while memory answers one the others compute.
constexpr size_t kLanes = 4;
// Queries whose entry points are looked for together.
constexpr size_t kBlock = 16;
// Classes of entry points, by their places, whose nearest are looked for all at once.
constexpr size_t kClasses = 16;
// As many hits as the slack of a graph was measured for.
constexpr size_t kSlackHits = 10;
// Standard deviations of the codes' error beyond which no row is looked at.
constexpr float kDeviations = 3.0F;
// Of the rows to rank next, what is asked of memory ahead; it goes on by itself.
constexpr size_t kAheadBytes = 512;

// How a query is walked.
struct Aim {
  const GraphView* graph = nullptr;
  const void* target = nullptr;  // the query or its code
  bool exact = false;            // the walk's distances are those of the rows
  float unit = 1;                // the distance that a walk's distance of 1 stands for
  size_t ef = 0;
  size_t keep = 0;
};

// A query on its way.
struct Lane {
  Walk walk;
  size_t query = 0;  // its place in the block
  Aim aim;
  bool ranking = false;  // the walk is over, the rows it found are on their way
};

class GraphScratch final : public Scratch {
 public:
  GraphScratch() : block(space) {}

  Lane lanes[kLanes];
  FilteredWalk filtered;
  std::vector<Neighbour> nearest;
  CodeModel::QueryCode fits[kBlock];
  Starts starts[kBlock];
  std::vector<uint8_t> codes;  // of a block's queries
  Space space;                 // over them
  BlockRows block;
  std::vector<uint32_t> coded;
  std::vector<uint32_t> found;  // entry points, and their distances
  std::vector<int32_t> values;
};

class GraphIndex final : public Index {
 public:
  GraphIndex(Metric metric, const Matrix& rows) : metric_(metric), rows_(rows) {}

  Status Load(const SectionSource& sections);

  [[nodiscard]] std::unique_ptr<Scratch> NewScratch() const override { return std::make_unique<GraphScratch>(); }

  void Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
              SearchCounters& counters) const override {
    SearchMany({&query, 1}, params, scratch, {&hits, 1}, counters);
  }
  void SearchMany(std::span<const float* const> queries, const SearchParams& params, Scratch& scratch,
                  std::span<std::vector<Hit>> hits, SearchCounters& counters) const override;

 private:
  // The stored rows of a node, whatever the bytes are within [0, rows).
  struct Group {
    uint32_t begin;
    uint32_t end;
  };
  [[nodiscard]] Group RowsOf(uint32_t node) const {
    if (starts_ == nullptr) {
      return {node, node + 1};
    }
    const uint32_t end = std::min(starts_[node + 1], rows_.rows);
    return {std::min(starts_[node], end), end};
  }

  [[nodiscard]] static bool WalksOnCodes(const CodeModel::QueryCode& query, const SearchParams& params) {
    return query.fit != CodeModel::QueryFit::kOutside && !params.exact_walk;
  }
  [[nodiscard]] Aim AimAt(const float* query, const CodeModel::QueryCode& fit, const uint8_t* code,
                          const SearchParams& params) const;
  void SearchBlock(std::span<const float* const> queries, const SearchParams& params, GraphScratch& scratch,
                   std::span<std::vector<Hit>> hits, SearchCounters& counters) const;
  void SearchFiltered(std::span<const float* const> queries, const SearchParams& params, uint32_t live,
                      GraphScratch& scratch, std::span<std::vector<Hit>> hits, SearchCounters& counters) const;
  [[nodiscard]] uint64_t MostOfWalk(uint32_t live, uint64_t ef) const;
  void Encode(std::span<const float* const> queries, const SearchParams& params, GraphScratch& scratch) const;
  void FindStarts(GraphScratch& scratch) const;
  [[nodiscard]] Starts StartsOf(const Aim& aim, size_t query, const GraphScratch& scratch) const {
    return aim.graph == &codes_ ? scratch.starts[query] : NearestEntries(floats_, aim.target);
  }
  void Begin(Lane& lane, std::span<const float* const> queries, const SearchParams& params,
             const GraphScratch& scratch) const;
  void FetchRows(const Lane& lane, uint32_t k) const;
  void Collect(const Aim& aim, std::span<const Neighbour> found, const float* query, const SearchParams& params,
               TopHits& top, SearchCounters& counters) const;
  void ScanCodes(const Aim& aim, const CodeModel::QueryCode& fit, const float* query, const SearchParams& params,
                 const LiveNodes& live, TopHits& top, SearchCounters& counters) const;
  void AddRows(uint32_t node, float score, const SearchParams& params, TopHits& top) const;
  [[nodiscard]] float LeastDistance(const Aim& aim, const Neighbour& found) const;

  Metric metric_;
  Matrix rows_;
  CodeModel model_;
  size_t slack_ = 0;  // of kSlackHits
  GraphView codes_;   // the graph walked on codes; not there where model_.stride is 0
  GraphView floats_;  // the graph walked on the rows
  const uint32_t* starts_ = nullptr;
  std::vector<uint32_t> entry_rows_;
  std::unique_ptr<BlockColumns> entry_codes_;
};

// A value that the kStarts lowest are below, and few others: one above the kStarts-th of the lowest of each class.
int32_t MostOfNearest(const int32_t* values, size_t count) {
  int32_t lowest[kClasses];
  std::fill_n(lowest, kClasses, INT32_MAX - 1);
  const size_t whole = count / kClasses * kClasses;
  for (size_t i = 0; i < whole; i += kClasses) {
    for (size_t c = 0; c < kClasses; ++c) {
      lowest[c] = std::min(lowest[c], values[i + c]);
    }
  }
  for (size_t i = whole; i < count; ++i) {
    lowest[i - whole] = std::min(lowest[i - whole], values[i]);
  }
  std::nth_element(lowest, lowest + kStarts - 1, lowest + kClasses);
  return lowest[kStarts - 1] + 1;
}

Status Corrupt(const std::string& what) {
  return {Code::kCorruption, "Cannot open a graph index: " + what + " (rebuild the segment)"};
}

Status GraphIndex::Load(const SectionSource& sections) {
  auto head = sections.Find(kGraphHeader);
  POMAI_RETURN_IF_ERROR(head.status());
  GraphHeader header;
  if (head.value().size() < sizeof header) {
    return Corrupt("its header has " + std::to_string(head.value().size()) + " bytes");
  }
  std::memcpy(&header, head.value().data(), sizeof header);
  if (header.version != kGraphVersion) {
    return Corrupt("its format version is " + std::to_string(header.version));
  }
  if (header.rows != rows_.rows || header.dim != rows_.dim || header.nodes == 0 || header.nodes > header.rows ||
      header.nodes > kMaxNodes || header.degree == 0 || header.entries == 0 || header.entries > header.nodes ||
      head.value().size() != sizeof header + sizeof(float) * size_t{header.dim}) {
    return Corrupt("its header does not fit the segment's rows");
  }
  const auto find = [&](uint32_t kind, uint64_t size, std::span<const std::byte>& bytes) -> Status {
    auto found = sections.Find(kind);
    POMAI_RETURN_IF_ERROR(found.status());
    bytes = found.value();
    if (bytes.size() != size) {
      return Corrupt("section " + std::to_string(kind) + " has " + std::to_string(bytes.size()) + " bytes, not " +
                     std::to_string(size));
    }
    return {};
  };

  model_.dim = header.dim;
  model_.stride = header.code_stride;
  model_.levels = header.code_levels;
  model_.lossless = header.code_lossless != 0;
  model_.scale = header.code_scale;
  model_.longest = header.code_longest;
  slack_ = header.code_slack;
  model_.offsets.resize(header.dim);
  std::memcpy(model_.offsets.data(), head.value().data() + sizeof header, sizeof(float) * size_t{header.dim});
  const bool codes = model_.stride != 0;
  if (codes && (model_.stride > CodeModel::kMaxStride || model_.dim > model_.stride || model_.stride % 4 != 0 ||
                model_.levels == 0 || model_.levels > 255 || !std::isfinite(model_.scale) || !(model_.scale > 0) ||
                !std::isfinite(model_.longest) || model_.longest < 0 || slack_ > kMostSlack ||
                !std::all_of(model_.offsets.begin(), model_.offsets.end(), [](float o) { return std::isfinite(o); }))) {
    return Corrupt("its header does not describe codes");
  }

  std::span<const std::byte> bytes;
  if (header.link_bytes < LinkBytes(header.nodes) || header.link_bytes > sizeof(uint32_t)) {
    return Corrupt("its links have " + std::to_string(header.link_bytes) + " bytes");
  }
  POMAI_RETURN_IF_ERROR(find(kGraphLinks, LinksBytes(header.nodes, header.degree, header.link_bytes), bytes));
  floats_.nodes = header.nodes;
  floats_.degree = header.degree;
  floats_.SetLinks(bytes.data(), header.link_bytes);
  floats_.space = Space::OfRows(rows_.data, rows_.dim, metric_);

  if (header.grouped != 0) {
    POMAI_RETURN_IF_ERROR(find(kGraphRows, (uint64_t{header.nodes} + 1) * sizeof(uint32_t), bytes));
    starts_ = reinterpret_cast<const uint32_t*>(bytes.data());
    // A walk on rows looks a node's first row up here.
    for (uint32_t i = 0; i < header.nodes; ++i) {
      if (starts_[i] >= header.rows) {
        return Corrupt("node " + std::to_string(i) + " starts at row " + std::to_string(starts_[i]));
      }
    }
    floats_.space.rows = starts_;
  } else if (header.nodes != header.rows) {
    return Corrupt("it has " + std::to_string(header.nodes) + " nodes for " + std::to_string(header.rows) + " rows");
  }

  const size_t vectors_at = EntryVectorsAt(header.entries);
  const size_t entry_bytes = codes ? model_.stride : floats_.space.stride;
  POMAI_RETURN_IF_ERROR(find(kGraphEntries, vectors_at + uint64_t{header.entries} * entry_bytes, bytes));
  floats_.entries = {reinterpret_cast<const uint32_t*>(bytes.data()), header.entries};
  for (const uint32_t entry : floats_.entries) {
    if (entry >= header.nodes) {
      return Corrupt("entry point " + std::to_string(entry) + " is no node");
    }
    entry_rows_.push_back(starts_ == nullptr ? entry : starts_[entry]);
  }
  floats_.entry_space = floats_.space;
  if (!codes) {
    floats_.entry_space.base = bytes.data() + vectors_at;
    floats_.entry_space.rows = nullptr;
    return {};
  }
  floats_.entry_space.rows = entry_rows_.data();

  codes_ = floats_;
  codes_.entry_space = Space::OfCodes(bytes.data() + vectors_at, model_.stride, metric_);
  codes_.space = codes_.entry_space;
  POMAI_RETURN_IF_ERROR(find(kGraphCodes, uint64_t{header.nodes} * model_.stride, bytes));
  codes_.space.base = bytes.data();
  std::vector<uint32_t> places(header.entries);
  std::iota(places.begin(), places.end(), 0U);
  entry_codes_ = std::make_unique<BlockColumns>(codes_.entry_space, places);
  return {};
}

void GraphIndex::SearchMany(std::span<const float* const> queries, const SearchParams& params, Scratch& scratch,
                            std::span<std::vector<Hit>> hits, SearchCounters& counters) const {
  auto& own = static_cast<GraphScratch&>(scratch);
  const uint32_t live = params.hidden.empty() ? rows_.rows : LiveRows(params.hidden, rows_.rows);
  const uint32_t wanted = std::min(params.k, live);
  for (std::vector<Hit>& list : hits) {
    list.clear();
  }
  if (wanted == 0) {
    return;
  }
  const uint64_t ef = std::max(params.ef, params.k);
  const bool filtered = !params.hidden.empty();
  const bool walk = !params.exact && (filtered || ef < live / 2);
  if (!walk) {
    ScanMany(rows_, metric_, queries, params, hits, counters);
    return;
  }
  for (size_t begin = 0; begin < queries.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, queries.size() - begin);
    const auto block = queries.subspan(begin, count);
    if (filtered) {
      SearchFiltered(block, params, live, own, hits.subspan(begin, count), counters);
    } else {
      SearchBlock(block, params, own, hits.subspan(begin, count), counters);
    }
  }
  for (size_t i = 0; i < queries.size(); ++i) {
    if (hits[i].size() < wanted) {
      TopHits top(params.k, hits[i]);
      ScanRows(rows_, metric_, queries[i], 0, rows_.rows, params.hidden, top, counters);
      top.Finish();
    }
  }
}

Aim GraphIndex::AimAt(const float* query, const CodeModel::QueryCode& fit, const uint8_t* code,
                      const SearchParams& params) const {
  Aim aim;
  aim.ef = std::max(params.ef, params.k);
  if (WalksOnCodes(fit, params)) {
    aim.graph = &codes_;
    aim.target = code;
    aim.exact = fit.fit == CodeModel::QueryFit::kExact;
    aim.unit = fit.unit;
    const size_t hits = std::max<size_t>(params.k, kSlackHits);
    aim.keep = aim.exact ? aim.ef : std::max(aim.ef, params.k + slack_ * hits / kSlackHits);
    return aim;
  }
  if (fit.fit == CodeModel::QueryFit::kOutside && model_.stride != 0) {
    aim.ef *= kOutsideEf;
  }
  aim.graph = &floats_;
  aim.target = query;
  aim.exact = true;
  aim.keep = aim.ef;
  return aim;
}

void GraphIndex::SearchBlock(std::span<const float* const> queries, const SearchParams& params, GraphScratch& scratch,
                             std::span<std::vector<Hit>> hits, SearchCounters& counters) const {
  Encode(queries, params, scratch);
  FindStarts(scratch);
  Lane* lanes[kLanes];
  size_t active = std::min(kLanes, queries.size());
  size_t next = 0;
  for (; next < active; ++next) {
    lanes[next] = &scratch.lanes[next];
    lanes[next]->query = next;
    Begin(*lanes[next], queries, params, scratch);
  }
  while (active > 0) {
    for (size_t i = 0; i < active;) {
      Lane& lane = *lanes[i];
      if (!lane.ranking) {
        lane.walk.Measure();
        if (!lane.walk.Expand()) {
          lane.ranking = true;
          FetchRows(lane, params.k);
        }
        ++i;
        continue;
      }
      TopHits top(params.k, hits[lane.query]);
      lane.walk.CopyFound(scratch.nearest);
      Collect(lane.aim, scratch.nearest, queries[lane.query], params, top, counters);
      top.Finish();
      counters.distances += lane.walk.distances();
      if (next < queries.size()) {
        lane.query = next++;
        Begin(lane, queries, params, scratch);
        ++i;
      } else {
        lanes[i] = lanes[--active];
      }
    }
  }
}

// What a walk may cost before `live` rows are compared in its stead: with them no more than all rows would, or little
// more, unless already a walk without hidden nodes needs that.
uint64_t GraphIndex::MostOfWalk(uint32_t live, uint64_t ef) const {
  const uint64_t nodes = floats_.nodes;
  const uint64_t spare = rows_.rows - live;
  return std::min<uint64_t>(live, std::max({spare, nodes / kWasted, kMostOfWalk * ef}));
}

void GraphIndex::SearchFiltered(std::span<const float* const> queries, const SearchParams& params, uint32_t live,
                                GraphScratch& scratch, std::span<std::vector<Hit>> hits,
                                SearchCounters& counters) const {
  const uint64_t entries = floats_.entries.size();
  Encode(queries, params, scratch);
  if (live > entries) {  // else no walk is worth its start
    FindStarts(scratch);
  }
  const LiveNodes nodes{params.hidden, starts_, rows_.rows};
  FilteredWalk& walk = scratch.filtered;
  for (size_t i = 0; i < queries.size(); ++i) {
    const Aim aim = AimAt(queries[i], scratch.fits[i], scratch.codes.data() + i * model_.stride, params);
    // Where codes tell the distances, or nearly so, comparing the live rows one by one touches few of them.
    const bool codes = aim.graph == &codes_ && (aim.exact || live * uint64_t{model_.dim} >= kLeastComponents);
    const uint64_t most = codes ? live / kCodesScanned : MostOfWalk(live, aim.ef);
    bool found = false;
    const size_t candidates = aim.exact ? aim.ef : std::max(aim.keep, aim.ef + kMostSlack);
    if (most > entries + kLeastOfWalk * aim.ef) {
      found = walk.Run(*aim.graph, aim.target, candidates, StartsOf(aim, i, scratch).nearest(), nodes, most);
      counters.distances += walk.distances();
    }
    if (found || codes) {
      TopHits top(params.k, hits[i]);
      if (found) {
        Collect(aim, walk.found(), queries[i], params, top, counters);
      } else {
        ScanCodes(aim, scratch.fits[i], queries[i], params, nodes, top, counters);
      }
      top.Finish();
    }
  }
}

// Encodes the queries of a block.
void GraphIndex::Encode(std::span<const float* const> queries, const SearchParams& params,
                        GraphScratch& scratch) const {
  std::fill_n(scratch.fits, kBlock, CodeModel::QueryCode{});
  scratch.coded.clear();
  scratch.codes.resize(kBlock * model_.stride);
  for (size_t i = 0; model_.stride != 0 && i < queries.size(); ++i) {
    scratch.fits[i] = model_.EncodeQuery(queries[i], metric_, scratch.codes.data() + i * model_.stride);
    if (WalksOnCodes(scratch.fits[i], params)) {
      scratch.coded.push_back(static_cast<uint32_t>(i));
    }
  }
}

// Finds the entry points of those that walk on codes, all at once.
void GraphIndex::FindStarts(GraphScratch& scratch) const {
  if (scratch.coded.empty()) {
    return;
  }
  scratch.space = Space::OfCodes(reinterpret_cast<const std::byte*>(scratch.codes.data()), model_.stride, metric_);
  scratch.block.Assign(scratch.coded);
  scratch.block.Distances(*entry_codes_);
  const size_t entries = entry_codes_->size();
  scratch.found.resize(entries + kernel::kSelectSlack);
  scratch.values.resize(entries + kernel::kSelectSlack);
  for (size_t i = 0; i < scratch.coded.size(); ++i) {
    const int32_t* values = scratch.block.row(i);
    const size_t near = kernel::Active().select_below(values, entries, MostOfNearest(values, entries), 0,
                                                      scratch.values.data(), scratch.found.data());
    Starts starts;
    for (size_t f = 0; f < near; ++f) {
      starts.Offer({DistanceOf(scratch.space, scratch.values[f]), scratch.found[f]});
    }
    scratch.starts[scratch.coded[i]] = starts;
  }
}

void GraphIndex::Begin(Lane& lane, std::span<const float* const> queries, const SearchParams& params,
                       const GraphScratch& scratch) const {
  const CodeModel::QueryCode& fit = scratch.fits[lane.query];
  const uint8_t* code = scratch.codes.data() + lane.query * model_.stride;
  lane.ranking = false;
  lane.aim = AimAt(queries[lane.query], fit, code, params);
  const Aim& aim = lane.aim;
  lane.walk.Begin(*aim.graph, aim.target, aim.ef, aim.keep, StartsOf(aim, lane.query, scratch).nearest());
}

void GraphIndex::FetchRows(const Lane& lane, uint32_t k) const {
  if (lane.aim.exact) {
    return;
  }
  const Space& space = floats_.space;
  const size_t bytes = std::min(space.stride, kAheadBytes);
  const size_t count = std::min<size_t>(lane.walk.size(), k);
  for (size_t rank = 0; rank < count; ++rank) {
    const std::byte* row = space.at(lane.walk.found(rank).node);
    for (size_t i = 0; i < bytes; i += 64) {
      __builtin_prefetch(row + i);
    }
  }
}

// The distance below which, by its code, a node's row does not lie: rounding adds an error of variance 1/12 to each
// component of either side.
float GraphIndex::LeastDistance(const Aim& aim, const Neighbour& found) const {
  const float distance = found.distance;
  if (metric_ == Metric::kL2) {
    const float bias = static_cast<float>(model_.dim) / 6.0F;
    return (distance - bias - kDeviations * std::sqrt(distance * (2.0F / 3.0F))) * aim.unit;
  }
  const Space& space = codes_.space;
  const void* node = space.at(found.node);
  const float squares = 0.0F - space.pair(node, node, space.length) - space.pair(aim.target, aim.target, space.length);
  return (distance - kDeviations * std::sqrt(squares / 12.0F)) * aim.unit;
}

void GraphIndex::Collect(const Aim& aim, std::span<const Neighbour> found, const float* query,
                         const SearchParams& params, TopHits& top, SearchCounters& counters) const {
  const Space& space = floats_.space;
  for (size_t i = 0; i < found.size(); i += 4) {
    const size_t count = std::min<size_t>(4, found.size() - i);
    float distances[4];
    if (aim.exact) {
      for (size_t c = 0; c < count; ++c) {
        distances[c] = found[i + c].distance * aim.unit;
      }
    } else {
      if (!top.Admits(0.0F - LeastDistance(aim, found[i]))) {
        return;
      }
      const void* four[4];
      for (size_t c = 0; c < 4; ++c) {
        four[c] = space.at(found[i + std::min(c, count - 1)].node);
      }
      space.quad(query, four, space.length, distances);
      counters.distances += count;
    }
    for (size_t c = 0; c < count; ++c) {
      AddRows(found[i + c].node, Ordered(0.0F - distances[c]), params, top);
    }
  }
}

void GraphIndex::AddRows(uint32_t node, float score, const SearchParams& params, TopHits& top) const {
  const Group group = RowsOf(node);
  uint32_t added = 0;
  for (uint32_t row = group.begin; row < group.end && added < params.k && top.Admits(score); ++row) {
    if (!IsHidden(params.hidden, row)) {
      top.Add({row, score});
      ++added;
    }
  }
}

// Finds what a scan of the live rows finds, and looks at a row only if its code leaves it a chance; unless that turns
// out to be too many of them.
void GraphIndex::ScanCodes(const Aim& aim, const CodeModel::QueryCode& fit, const float* query,
                           const SearchParams& params, const LiveNodes& live, TopHits& top,
                           SearchCounters& counters) const {
  const CodeBound bound(model_, metric_, fit);
  const Space& codes = codes_.space;
  const Space& rows = floats_.space;
  float limit = kFarthest;
  uint64_t scanned = 0;
  uint64_t looked = 0;
  const auto offer = [&](float distance, uint32_t node) {
    if (distance > limit) {
      return;
    }
    const float least = top.Least();
    if (metric_ == Metric::kInnerProduct && limit < kFarthest) {
      const void* code = codes.at(node);
      if (distance > bound.Limit(0.0F - least, 0.0F - codes.pair(code, code, codes.length))) {
        return;
      }
    }
    ++looked;
    AddRows(node, Ordered(0.0F - rows.pair(query, rows.at(node), rows.length)), params, top);
    if (top.Least() > least) {
      limit = bound.Limit(0.0F - top.Least());
    }
  };
  for (uint32_t begin = 0; begin < codes_.nodes; begin += kChunk) {
    const uint32_t end = begin + std::min(kChunk, codes_.nodes - begin);
    if (starts_ == nullptr && looked * kLookComponents > (scanned + kChunk) * model_.dim) {
      ScanRows(rows_, metric_, query, begin, end, params.hidden, top, counters);
    } else {
      scanned += ForEachLiveDistance(codes_, aim.target, begin, end, live, offer);
    }
  }
  counters.distances += scanned + looked;
  counters.rows_scanned += scanned;
}

}  // namespace

Result<std::unique_ptr<Index>> OpenGraph(Metric metric, const Matrix& rows, const SectionSource& sections) {
  auto index = std::make_unique<GraphIndex>(metric, rows);
  POMAI_RETURN_IF_ERROR(index->Load(sections));
  return std::unique_ptr<Index>(std::move(index));
}

}  // namespace pomai::index
