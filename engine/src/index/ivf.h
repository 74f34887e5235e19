// The inverted file: rows in lists around centroids, list after list in the segment. A search scans the ef / 2 lists
// with the nearest centroids (ef lists with inner product, where a centroid tells less of the list's best row), and
// further ones until it has the rows it was asked for.
//
// Sections, numbers little-endian:
//   kIvfHeader     IvfHeader
//   kIvfCentroids  lists x dim float32
//   kIvfStarts     lists + 1 uint32: list i is the stored rows [s[i], s[i + 1])
#pragma once

#include <memory>

#include "index/index.h"

namespace pomai::index {

inline constexpr uint32_t kIvfHeader = kFirstIndexSection + 16;
inline constexpr uint32_t kIvfCentroids = kFirstIndexSection + 17;
inline constexpr uint32_t kIvfStarts = kFirstIndexSection + 18;

inline constexpr uint32_t kIvfVersion = 1;

struct IvfHeader {
  uint32_t version = kIvfVersion;
  uint32_t rows = 0;
  uint32_t dim = 0;
  uint32_t lists = 0;
};

Result<Built> BuildIvf(const Matrix& rows, const BuildParams& params);

Result<std::unique_ptr<Index>> OpenIvf(Metric metric, const Matrix& rows, const SectionSource& sections);

}  // namespace pomai::index
