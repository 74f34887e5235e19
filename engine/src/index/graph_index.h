// A graph index that is open: graph.cc opens and checks it, graph_search.cc answers.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "index/batch_scan.h"
#include "index/block.h"
#include "index/codes.h"
#include "index/filtered_walk.h"
#include "index/flat.h"
#include "index/index.h"
#include "index/walk.h"

namespace pomai::index {

// Walks that take turns: while memory answers one the others compute.
inline constexpr size_t kLanes = 4;
// Queries whose entry points are looked for together.
inline constexpr size_t kBlock = 16;

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
  BatchScan scan;
  std::vector<uint8_t> scanned;  // the codes that it scans for, side by side,
  std::vector<CodeModel::QueryCode> scanned_fits;
  std::vector<uint32_t> scanned_queries;  // and whose they are
  std::vector<Neighbour> next;
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
  [[nodiscard]] size_t Together(const SearchParams& params) const override;

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
  [[nodiscard]] bool Scans(size_t queries, uint32_t live, const SearchParams& params) const;
  void ScanTogether(std::span<const float* const> queries, const SearchParams& params, uint32_t live,
                    GraphScratch& scratch, std::span<std::vector<Hit>> hits, SearchCounters& counters) const;
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
  template <typename NodeAt>
  void FetchRows(size_t count, const NodeAt& node_at) const;
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

}  // namespace pomai::index
