// The index of one immutable segment: built once from all its rows, searched by many threads. This header is all that
// the storage side (segment, core) knows of graphs, lists and codes; it names sections of the segment file by kind and
// leaves their bytes to the index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"

namespace pomai::index {

enum class Metric : uint8_t { kL2 = 0, kInnerProduct = 1 };

// How a segment's rows are searched; stored in its header.
enum class Kind : uint8_t { kFlat = 0, kGraph = 1, kIvf = 2 };

// Row-major float32 rows, not owned; data is 64-byte aligned, rows stand at a stride of `dim` floats.
struct Matrix {
  const float* data = nullptr;
  uint32_t rows = 0;
  uint32_t dim = 0;

  [[nodiscard]] const float* row(uint32_t i) const { return data + static_cast<size_t>(i) * dim; }
};

struct BuildParams {
  Kind kind = Kind::kFlat;
  Metric metric = Metric::kL2;
  uint32_t m = 32;                 // links a node above the base layer, 2m at the base
  uint32_t ef_construction = 200;  // effort of the graph's build
  uint32_t threads = 1;            // at least 1
};

// One section an index adds to the segment file. Kinds are the index's own, in [kFirstIndexSection, 255]; bytes are
// little-endian and position-independent, and are mapped back at a 64-byte-aligned address.
inline constexpr uint32_t kFirstIndexSection = 64;

struct Section {
  uint32_t kind = 0;
  std::vector<std::byte> bytes;
};

struct Built {
  // The order in which the rows are to be stored: stored row i is input row order[i]. Empty: as they came. The
  // sections speak of stored rows.
  std::vector<uint32_t> order;
  std::vector<Section> sections;
};

// Builds the index over `rows` (0 rows are valid and give no sections). Throws std::bad_alloc only.
Result<Built> Build(const Matrix& rows, const BuildParams& params);

// The memory that Build takes at most, what it returns included and `rows` not; but for what does not grow with them.
[[nodiscard]] uint64_t BuildBytes(uint32_t rows, uint32_t dim, const BuildParams& params);

// Where an opened index finds its sections: the segment, which hands out verified bytes (checksum seen to hold on first
// use) or a kCorruption status. An absent section is an empty span.
class SectionSource {
 public:
  virtual ~SectionSource() = default;
  virtual Result<std::span<const std::byte>> Find(uint32_t kind) const = 0;
};

struct Hit {
  uint32_t row = 0;
  // Higher is better: dot product, or minus the squared distance. Infinite where that overflows, never NaN.
  float score = 0;
};

struct SearchParams {
  uint32_t k = 0;
  uint32_t ef = 0;                   // candidates kept by a graph search; below k it counts as k
  std::span<const uint64_t> hidden;  // bit i set: row i is never returned (dead or not allowed); empty: all live
  bool exact = false;                // compare every live row
  bool exact_walk = false;           // walk a graph on the float32 rows even where it has codes
};

// What one search did; added up, never reset, by the index.
struct SearchCounters {
  uint64_t distances = 0;     // of codes, rows and centroids
  uint64_t rows_scanned = 0;  // rows compared one after the other

  SearchCounters& operator+=(const SearchCounters& other) {
    distances += other.distances;
    rows_scanned += other.rows_scanned;
    return *this;
  }
};

// Memory that a thread reuses from search to search. Made by the index it is used with.
class Scratch {
 public:
  virtual ~Scratch() = default;
};

class Index {
 public:
  virtual ~Index() = default;

  [[nodiscard]] virtual std::unique_ptr<Scratch> NewScratch() const = 0;

  // Fills `hits` with the best min(k, live rows) found for `query` (dim floats, finite, any alignment), best first,
  // equal scores by lower row. Thread-safe as long as each thread brings its own scratch. Throws std::bad_alloc only.
  virtual void Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
                      SearchCounters& counters) const = 0;

  // The same for each of several queries, hits[i] for queries[i]. A graph index works on a few of them at a time, so
  // that one computes while memory answers another, and compares a small graph's nodes with all of many: a batch handed
  // over together is faster than one by one, and may find more.
  virtual void SearchMany(std::span<const float* const> queries, const SearchParams& params, Scratch& scratch,
                          std::span<std::vector<Hit>> hits, SearchCounters& counters) const;

  static constexpr size_t kFewTogether = 32;
  // As many queries as are best handed over together.
  [[nodiscard]] virtual size_t Together(const SearchParams& /*params*/) const { return kFewTogether; }
};

// Opens the index of a mapped segment. Reads and validates its own small headers; every link and offset that a search
// will follow is checked here or cannot leave the section, so that a crafted file is kCorruption and never a crash.
Result<std::unique_ptr<Index>> Open(Kind kind, Metric metric, const Matrix& rows, const SectionSource& sections);

}  // namespace pomai::index
