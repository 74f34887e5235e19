#include "index/graph.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

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

class GraphScratch final : public Scratch {
 public:
  Walk walk;
  FilteredWalk filtered;
  std::vector<uint8_t> code;
};

class GraphIndex final : public Index {
 public:
  GraphIndex(Metric metric, const Matrix& rows) : metric_(metric), rows_(rows) {}

  Status Load(const SectionSource& sections);

  [[nodiscard]] std::unique_ptr<Scratch> NewScratch() const override { return std::make_unique<GraphScratch>(); }

  void Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
              SearchCounters& counters) const override;

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

  void Collect(std::span<const Walk::Found> found, const float* query, bool exact, const SearchParams& params,
               TopHits& top, SearchCounters& counters) const;

  Metric metric_;
  Matrix rows_;
  CodeModel model_;
  GraphView codes_;   // the graph walked on codes; not there where model_.stride is 0
  GraphView floats_;  // the graph walked on the rows
  const uint32_t* starts_ = nullptr;
  std::vector<uint32_t> entry_rows_;
};

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
      header.degree == 0 || header.entries == 0 || header.entries > header.nodes ||
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
  model_.offsets.resize(header.dim);
  std::memcpy(model_.offsets.data(), head.value().data() + sizeof header, sizeof(float) * size_t{header.dim});
  const bool codes = model_.stride != 0;
  if (codes && (model_.stride > CodeModel::kMaxStride || model_.dim > model_.stride || model_.stride % 4 != 0 ||
                model_.levels == 0 || model_.levels > 255 || !std::isfinite(model_.scale) || !(model_.scale > 0) ||
                !std::all_of(model_.offsets.begin(), model_.offsets.end(), [](float o) { return std::isfinite(o); }))) {
    return Corrupt("its header does not describe codes");
  }

  std::span<const std::byte> bytes;
  POMAI_RETURN_IF_ERROR(find(kGraphLinks, uint64_t{header.nodes} * header.degree * sizeof(uint32_t), bytes));
  floats_.nodes = header.nodes;
  floats_.degree = header.degree;
  floats_.links = reinterpret_cast<const uint32_t*>(bytes.data());
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
  return {};
}

void GraphIndex::Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
                        SearchCounters& counters) const {
  auto& own = static_cast<GraphScratch&>(scratch);
  TopHits top(params.k, hits);
  const uint32_t live = params.hidden.empty() ? rows_.rows : LiveRows(params.hidden, rows_.rows);
  const uint32_t wanted = std::min(params.k, live);
  if (wanted == 0) {
    return;
  }
  uint64_t ef = std::max(params.ef, params.k);
  if (!params.exact && ef < live / 2) {
    auto fit = CodeModel::QueryFit::kOutside;
    if (model_.stride != 0) {
      own.code.resize(model_.stride);
      fit = model_.EncodeQuery(query, metric_, own.code.data());
    }
    const bool on_codes = fit != CodeModel::QueryFit::kOutside;
    if (!on_codes && model_.stride != 0) {
      ef *= kOutsideEf;
    }
    const GraphView& graph = on_codes ? codes_ : floats_;
    const void* target = on_codes ? static_cast<const void*>(own.code.data()) : query;
    const bool exact = !on_codes || fit == CodeModel::QueryFit::kExact;
    if (params.hidden.empty()) {
      counters.distances += own.walk.Run(graph, target, static_cast<size_t>(ef));
      Collect(own.walk.found(), query, exact, params, top, counters);
    } else if (live > graph.entries.size() + kLeastOfWalk * ef) {
      const LiveNodes nodes{params.hidden, starts_, rows_.rows};
      if (own.filtered.Run(graph, target, static_cast<size_t>(ef), nodes, live)) {
        Collect(own.filtered.found(), query, exact, params, top, counters);
      }
      counters.distances += own.filtered.distances();
    }
  }
  if (hits.size() < wanted) {
    hits.clear();
    ScanRows(rows_, metric_, query, 0, rows_.rows, params.hidden, top, counters);
  }
  top.Finish();
}

void GraphIndex::Collect(std::span<const Walk::Found> found, const float* query, bool exact, const SearchParams& params,
                         TopHits& top, SearchCounters& counters) const {
  const Space& space = floats_.space;
  for (size_t i = 0; i < found.size(); i += 4) {
    const size_t count = std::min<size_t>(4, found.size() - i);
    float distances[4];
    if (exact) {
      const float unit = model_.stride != 0 && model_.lossless ? model_.scale * model_.scale : 1.0F;
      for (size_t c = 0; c < count; ++c) {
        distances[c] = found[i + c].distance * unit;
      }
    } else {
      const void* four[4];
      for (size_t c = 0; c < 4; ++c) {
        four[c] = space.at(found[i + std::min(c, count - 1)].node);
      }
      space.quad(query, four, space.length, distances);
      counters.distances += count;
    }
    for (size_t c = 0; c < count; ++c) {
      const float score = Ordered(0.0F - distances[c]);
      const Group group = RowsOf(found[i + c].node);
      uint32_t added = 0;
      for (uint32_t row = group.begin; row < group.end && added < params.k && top.Admits(score); ++row) {
        if (!IsHidden(params.hidden, row)) {
          top.Add({row, score});
          ++added;
        }
      }
    }
  }
}

}  // namespace

Result<std::unique_ptr<Index>> OpenGraph(Metric metric, const Matrix& rows, const SectionSource& sections) {
  auto index = std::make_unique<GraphIndex>(metric, rows);
  POMAI_RETURN_IF_ERROR(index->Load(sections));
  return std::unique_ptr<Index>(std::move(index));
}

}  // namespace pomai::index
