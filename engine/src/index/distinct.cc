#include "index/distinct.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"

namespace pomai::index {
namespace {

uint64_t HashOf(const float* row, uint32_t dim) {
  uint64_t hash = 0x243F6A8885A308D3U;
  for (uint32_t d = 0; d < dim; ++d) {
    uint32_t bits = 0;
    std::memcpy(&bits, row + d, sizeof bits);
    hash = (hash ^ bits) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

}  // namespace

Distinct FindDistinct(const Matrix& rows, uint32_t threads) {
  struct Keyed {
    uint64_t hash;
    uint32_t row;
    uint32_t first;  // the first row equal to this one
  };
  std::vector<Keyed> keyed(rows.rows);
  ParallelFor(rows.rows, 4096, threads, [&](size_t begin, size_t end, uint32_t) {
    for (size_t i = begin; i < end; ++i) {
      const auto row = static_cast<uint32_t>(i);
      keyed[i] = {HashOf(rows.row(row), rows.dim), row, row};
    }
  });
  std::sort(keyed.begin(), keyed.end(),
            [](const Keyed& a, const Keyed& b) { return a.hash != b.hash ? a.hash < b.hash : a.row < b.row; });
  const size_t bytes = static_cast<size_t>(rows.dim) * sizeof(float);
  for (size_t i = 1; i < keyed.size(); ++i) {
    // Rows of one hash are one group unless two contents collide, which only costs the later ones their grouping.
    const uint32_t first = keyed[i - 1].first;
    if (keyed[i].hash == keyed[i - 1].hash && std::memcmp(rows.row(first), rows.row(keyed[i].row), bytes) == 0) {
      keyed[i].first = first;
    }
  }
  std::sort(keyed.begin(), keyed.end(),
            [](const Keyed& a, const Keyed& b) { return a.first != b.first ? a.first < b.first : a.row < b.row; });
  Distinct distinct;
  distinct.members.reserve(rows.rows);
  for (const Keyed& key : keyed) {
    if (key.row == key.first) {
      distinct.begins.push_back(static_cast<uint32_t>(distinct.members.size()));
    }
    distinct.members.push_back(key.row);
  }
  distinct.begins.push_back(rows.rows);
  return distinct;
}

}  // namespace pomai::index
