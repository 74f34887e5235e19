#include "kernel/kernel.h"

namespace pomai::kernel {
namespace {

// Four running sums: the compiler may not reorder float additions by itself, and the baseline has four lanes.
float L2(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  float sums[4] = {};
  size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) {
      const float difference = x[i + lane] - y[i + lane];
      sums[lane] += difference * difference;
    }
  }
  for (; i < length; ++i) {
    const float difference = x[i] - y[i];
    sums[0] += difference * difference;
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

float Dot(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  float sums[4] = {};
  size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) {
      sums[lane] += x[i + lane] * y[i + lane];
    }
  }
  for (; i < length; ++i) {
    sums[0] += x[i] * y[i];
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

float NegativeDot(const void* a, const void* b, size_t length) { return -Dot(a, b, length); }

float CodeL2(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  uint32_t sum = 0;
  for (size_t i = 0; i < length; ++i) {
    const int32_t difference = static_cast<int32_t>(x[i]) - static_cast<int32_t>(y[i]);
    sum += static_cast<uint32_t>(difference * difference);
  }
  return static_cast<float>(sum);
}

float CodeNegativeDot(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  int32_t sum = 0;
  for (size_t i = 0; i < length; ++i) {
    sum += (static_cast<int32_t>(x[i]) - 128) * (static_cast<int32_t>(y[i]) - 128);
  }
  return static_cast<float>(-sum);
}

template <RowPair pair>
void Quad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  for (size_t i = 0; i < 4; ++i) {
    out[i] = pair(query, rows[i], length);
  }
}

void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
  for (size_t i = 0; i < a.count; ++i) {
    const int8_t* row = a.rows + i * a.stride;
    for (size_t group = 0; group < b.groups; ++group) {
      const uint8_t* block = b.packed + group * kTileGroup * length;
      int32_t sums[kTileGroup] = {};
      for (size_t d = 0; d < length; d += 4) {
        for (size_t j = 0; j < kTileGroup; ++j) {
          for (size_t byte = 0; byte < 4; ++byte) {
            sums[j] += row[d + byte] * block[d * kTileGroup + j * 4 + byte];
          }
        }
      }
      for (size_t j = 0; j < kTileGroup; ++j) {
        const size_t column = group * kTileGroup + j;
        out[i * out_stride + column] = a.terms[i] + b.terms[column] - 2 * sums[j];
      }
    }
  }
}

size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t* found) {
  size_t selected = 0;
  for (size_t i = 0; i < count; ++i) {
    found[selected] = static_cast<uint32_t>(i);
    selected += values[i] < limit ? 1 : 0;
  }
  return selected;
}

uint64_t Popcount(const uint64_t* words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(__builtin_popcountll(words[i]));
  }
  return bits;
}

constexpr Table kTable = {"scalar",
                          L2,
                          Quad<L2>,
                          Dot,
                          Quad<Dot>,
                          NegativeDot,
                          Quad<NegativeDot>,
                          CodeL2,
                          Quad<CodeL2>,
                          CodeNegativeDot,
                          Quad<CodeNegativeDot>,
                          CodeTile,
                          SelectBelow,
                          Popcount};

}  // namespace

const Table* Scalar() { return &kTable; }

}  // namespace pomai::kernel
