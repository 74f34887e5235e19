#include "index/distinct.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>

#include "base/parallel.h"

namespace pomai::index {
namespace {

constexpr size_t kBuckets = 256;

size_t BucketOf(uint64_t hash) { return (hash >> 56U) % kBuckets; }

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
  };
  const uint32_t count = rows.rows;
  std::vector<uint64_t> hashes(count);
  ParallelFor(count, 4096, threads, [&](size_t begin, size_t end, uint32_t) {
    for (size_t i = begin; i < end; ++i) {
      hashes[i] = HashOf(rows.row(static_cast<uint32_t>(i)), rows.dim);
    }
  });
  // Rows by the first bits of their hashes, so that threads have something to share; in input order within.
  std::vector<uint32_t> ends(kBuckets + 1, 0);
  for (const uint64_t hash : hashes) {
    ++ends[BucketOf(hash) + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<Keyed> keyed(count);
  {
    std::vector<uint32_t> next(ends.begin(), ends.end() - 1);
    for (uint32_t row = 0; row < count; ++row) {
      keyed[next[BucketOf(hashes[row])]++] = {hashes[row], row};
    }
  }
  const size_t bytes = static_cast<size_t>(rows.dim) * sizeof(float);
  std::vector<uint32_t> firsts(count);  // of each row, the first row equal to it
  ParallelFor(kBuckets, 1, threads, [&](size_t bucket, size_t, uint32_t) {
    const std::span<Keyed> keys = std::span(keyed).subspan(ends[bucket], ends[bucket + 1] - ends[bucket]);
    std::sort(keys.begin(), keys.end(),
              [](const Keyed& a, const Keyed& b) { return a.hash != b.hash ? a.hash < b.hash : a.row < b.row; });
    for (size_t i = 0; i < keys.size(); ++i) {
      const uint32_t row = keys[i].row;
      firsts[row] = row;
      // Rows of one hash are one group unless two contents collide, which only costs the later ones their grouping.
      if (i > 0 && keys[i].hash == keys[i - 1].hash) {
        const uint32_t first = firsts[keys[i - 1].row];
        if (std::memcmp(rows.row(first), rows.row(row), bytes) == 0) {
          firsts[row] = first;
        }
      }
    }
  });
  Distinct distinct;
  std::vector<uint32_t> next(count, 0);  // first the size of the group that a row leads, then its next free place
  for (const uint32_t first : firsts) {
    ++next[first];
  }
  uint32_t place = 0;
  for (uint32_t row = 0; row < count; ++row) {
    if (firsts[row] == row) {
      distinct.begins.push_back(place);
      place += std::exchange(next[row], place);
    }
  }
  distinct.begins.push_back(count);
  distinct.members.resize(count);
  for (uint32_t row = 0; row < count; ++row) {
    distinct.members[next[firsts[row]]++] = row;
  }
  return distinct;
}

}  // namespace pomai::index
