#include <algorithm>
#include <cmath>

#include "index/code_bound.h"
#include "index/graph_format.h"
#include "index/graph_index.h"
#include "kernel/kernel.h"

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

// Classes of entry points, by their places, whose nearest are looked for all at once.
constexpr size_t kClasses = 16;
// As many hits as the slack of a graph was measured for.
constexpr size_t kSlackHits = 10;
// Standard deviations of the codes' error beyond which no row is looked at.
constexpr float kDeviations = 3.0F;
// Of the rows to rank next, what is asked of memory ahead; it goes on by itself.
constexpr size_t kAheadBytes = 512;
// One in so many of all nodes has to be live for all to be compared with a batch.
constexpr uint32_t kLiveShare = 8;

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

}  // namespace

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
  const bool together = Scans(queries.size(), live, params);
  const size_t most = together ? BatchScan::kMostTogether : kBlock;
  for (size_t begin = 0; begin < queries.size(); begin += most) {
    const size_t count = std::min(most, queries.size() - begin);
    const auto block = queries.subspan(begin, count);
    if (together) {
      ScanTogether(block, params, live, own, hits.subspan(begin, count), counters);
    } else if (filtered) {
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

template <typename NodeAt>
void GraphIndex::FetchRows(size_t count, const NodeAt& node_at) const {
  const Space& space = floats_.space;
  const size_t bytes = std::min(space.stride, kAheadBytes);
  for (size_t rank = 0; rank < count; ++rank) {
    const std::byte* row = space.at(node_at(rank));
    for (size_t i = 0; i < bytes; i += 64) {
      __builtin_prefetch(row + i);
    }
  }
}

size_t GraphIndex::Together(const SearchParams& params) const {
  return Scans(BatchScan::kMostTogether, rows_.rows, params) ? BatchScan::kMostTogether : Index::Together(params);
}

bool GraphIndex::Scans(size_t queries, uint32_t live, const SearchParams& params) const {
  return model_.stride != 0 && !params.exact && !params.exact_walk && live >= rows_.rows / kLiveShare &&
         BatchScan::Pays(codes_, queries, std::max(params.ef, params.k));
}

// Those whose codes cannot tell their neighbours are searched one by one.
void GraphIndex::ScanTogether(std::span<const float* const> queries, const SearchParams& params, uint32_t live,
                              GraphScratch& scratch, std::span<std::vector<Hit>> hits, SearchCounters& counters) const {
  scratch.scanned.resize(queries.size() * model_.stride);
  scratch.scanned_fits.clear();
  scratch.scanned_queries.clear();
  for (size_t i = 0; i < queries.size(); ++i) {
    uint8_t* code = scratch.scanned.data() + scratch.scanned_queries.size() * model_.stride;
    const CodeModel::QueryCode fit = model_.EncodeQuery(queries[i], metric_, code);
    if (WalksOnCodes(fit, params)) {
      scratch.scanned_fits.push_back(fit);
      scratch.scanned_queries.push_back(static_cast<uint32_t>(i));
    } else if (params.hidden.empty()) {
      SearchBlock(queries.subspan(i, 1), params, scratch, hits.subspan(i, 1), counters);
    } else {
      SearchFiltered(queries.subspan(i, 1), params, live, scratch, hits.subspan(i, 1), counters);
    }
  }
  const size_t count = scratch.scanned_queries.size();
  if (count == 0) {
    return;
  }
  const size_t slack = slack_ * std::max<size_t>(params.k, kSlackHits) / kSlackHits;
  const std::span codes(scratch.scanned.data(), count * model_.stride);
  counters.distances +=
      scratch.scan.Run(codes_, codes, params.k + slack, LiveNodes{params.hidden, starts_, rows_.rows});
  counters.rows_scanned += uint64_t{codes_.nodes} * count;
  for (size_t i = 0; i <= count; ++i) {
    scratch.next.clear();
    if (i < count) {
      scratch.scan.Found(i, scratch.next);
      FetchRows(std::min<size_t>(scratch.next.size(), params.k), [&](size_t rank) { return scratch.next[rank].node; });
    }
    if (i > 0) {
      const uint32_t query = scratch.scanned_queries[i - 1];
      const Aim aim =
          AimAt(queries[query], scratch.scanned_fits[i - 1], codes.data() + (i - 1) * model_.stride, params);
      TopHits top(params.k, hits[query]);
      Collect(aim, scratch.nearest, queries[query], params, top, counters);
      top.Finish();
    }
    scratch.nearest.swap(scratch.next);
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
          if (!lane.aim.exact) {
            FetchRows(std::min<size_t>(lane.walk.size(), params.k),
                      [&](size_t rank) { return lane.walk.found(rank).node; });
          }
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

}  // namespace pomai::index
