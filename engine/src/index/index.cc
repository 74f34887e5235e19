#include "index/index.h"

#include <algorithm>
#include <cmath>

#include "index/flat.h"
#include "index/graph.h"
#include "index/ivf.h"

namespace pomai::index {

void Index::SearchMany(std::span<const float* const> queries, const SearchParams& params, Scratch& scratch,
                       std::span<std::vector<Hit>> hits, SearchCounters& counters) const {
  for (size_t i = 0; i < queries.size(); ++i) {
    Search(queries[i], params, scratch, hits[i], counters);
  }
}

Result<Built> Build(const Matrix& rows, const BuildParams& params) {
  if (rows.rows == 0) {
    return Built{};
  }
  if (params.kind == Kind::kGraph) {
    return BuildGraph(rows, params);
  }
  if (params.kind == Kind::kIvf) {
    return BuildIvf(rows, params);
  }
  return Built{};
}

uint64_t BuildBytes(uint32_t rows, uint32_t dim, const BuildParams& params) {
  uint64_t row = 0;
  switch (params.kind) {
    case Kind::kFlat:
      break;
    case Kind::kGraph: {
      // Links and candidates with their distances, in both directions; codes, packed once more for comparing; numbers.
      const uint64_t degree = std::min<uint64_t>(2 * uint64_t{params.m}, rows);
      row = 28 * degree + params.ef_construction / 2 + 3 * uint64_t{dim} + 128;
      break;
    }
    case Kind::kIvf:
      row = 48;
      break;
  }
  const uint64_t lists =
      params.kind == Kind::kIvf ? static_cast<uint64_t>(2.0 * std::sqrt(static_cast<double>(rows))) : 0;
  return rows * row + lists * dim * (sizeof(double) + 2 * sizeof(float));
}

Result<std::unique_ptr<Index>> Open(Kind kind, Metric metric, const Matrix& rows, const SectionSource& sections) {
  if (kind != Kind::kFlat && kind != Kind::kGraph && kind != Kind::kIvf) {
    return Status(Code::kCorruption, "Cannot open a segment's index: its kind is " +
                                         std::to_string(static_cast<int>(kind)) + " (0 flat, 1 graph or 2 lists)");
  }
  if (kind == Kind::kGraph && rows.rows != 0) {
    return OpenGraph(metric, rows, sections);
  }
  if (kind == Kind::kIvf && rows.rows != 0) {
    return OpenIvf(metric, rows, sections);
  }
  return OpenFlat(metric, rows);
}

}  // namespace pomai::index
