// The table that runs everywhere: plain loops.
#include "kernel/shapes.h"

namespace pomai::kernel {
namespace {

constexpr size_t kLanes = 16;

// sums[i] += x[i] * y[i], each rounded once.
void MultiplyAdd(const float* x, const float* y, float* sums) {
#if defined(__FP_FAST_FMAF) || defined(__aarch64__)
  for (size_t i = 0; i < kLanes; ++i) {
    sums[i] = __builtin_fmaf(x[i], y[i], sums[i]);
  }
#else
  // Without an instruction for it. The product of two floats is exact as a double. Rounding its sum to a double and
  // then to a float goes wrong only where the double stands half-way between two floats and its own rounding lost
  // something, which tells on what side of half-way the sum lies.
  constexpr uint64_t kHalf = uint64_t{1} << 28U;  // what the double has next to a float's last bit
  constexpr uint64_t kBelowHalf = kHalf - 1;
  constexpr double kLeastNormal = 0x1p-126;  // below it a float has fewer bits, and half-way stands higher
  double products[kLanes];
  double totals[kLanes];
  uint64_t bits[kLanes];
  bool half_way = false;
  for (size_t i = 0; i < kLanes; ++i) {
    products[i] = static_cast<double>(x[i]) * static_cast<double>(y[i]);
    totals[i] = products[i] + static_cast<double>(sums[i]);
  }
  __builtin_memcpy(bits, totals, sizeof bits);
  for (size_t i = 0; i < kLanes; ++i) {
    // A sum of whole numbers has zeros below half, too, but is a float as it is.
    half_way |= (bits[i] & kBelowHalf) == 0 &&
                ((bits[i] & kHalf) != 0 || (totals[i] < kLeastNormal && totals[i] > -kLeastNormal && totals[i] != 0));
  }
  for (size_t i = 0; half_way && i < kLanes; ++i) {
    const double term = static_cast<double>(sums[i]);
    const double rounded = totals[i] - products[i];
    const double lost = (products[i] - (totals[i] - rounded)) + (term - rounded);
    if ((bits[i] & kBelowHalf) == 0 && (lost > 0 || lost < 0)) {  // an infinite sum has lost NaN
      bits[i] += (lost > 0) == (totals[i] > 0) ? 1U : ~uint64_t{0};
      __builtin_memcpy(&totals[i], &bits[i], sizeof totals[i]);
    }
  }
  for (size_t i = 0; i < kLanes; ++i) {
    sums[i] = static_cast<float>(totals[i]);
  }
#endif
}

template <bool kL2>
void Add(const float* x, const float* y, float* sums) {
  if constexpr (kL2) {
    float differences[kLanes];
    for (size_t i = 0; i < kLanes; ++i) {
      differences[i] = x[i] - y[i];
    }
    MultiplyAdd(differences, differences, sums);
  } else {
    MultiplyAdd(x, y, sums);
  }
}

template <bool kL2>
float Sum(const float* x, const float* y, size_t length) {
  float sums[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    Add<kL2>(x + i, y + i, sums);
  }
  if (i < length) {
    float last_x[kLanes] = {};
    float last_y[kLanes] = {};
    __builtin_memcpy(last_x, x + i, (length - i) * sizeof(float));
    __builtin_memcpy(last_y, y + i, (length - i) * sizeof(float));
    Add<kL2>(last_x, last_y, sums);
  }
  float h[kLanes / 2];
  for (size_t lane = 0; lane < kLanes / 2; ++lane) {
    h[lane] = sums[lane] + sums[lane + kLanes / 2];
  }
  return ((h[0] + h[1]) + (h[2] + h[3])) + ((h[4] + h[5]) + (h[6] + h[7]));
}

float L2(const void* a, const void* b, size_t length) {
  return Sum<true>(static_cast<const float*>(a), static_cast<const float*>(b), length);
}

float Dot(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  const float sum = Sum<false>(x, y, length);
  return sum - sum == 0 ? sum : OverflowedDot(x, y, length);
}

float NegativeDot(const void* a, const void* b, size_t length) { return 0.0F - Dot(a, b, length); }

float CodeDistanceL2(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  uint32_t sum = 0;
  for (size_t i = 0; i < length; ++i) {
    const int32_t difference = static_cast<int32_t>(x[i]) - static_cast<int32_t>(y[i]);
    sum += static_cast<uint32_t>(difference * difference);
  }
  return static_cast<float>(sum);
}

float CodeDistanceDot(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  int32_t sum = 0;
  for (size_t i = 0; i < length; ++i) {
    sum += (static_cast<int32_t>(x[i]) - 128) * (static_cast<int32_t>(y[i]) - 128);
  }
  return static_cast<float>(-sum);
}

template <RowPair pair>
void EachOfFour(const void* query, const void* const rows[4], size_t length, float out[4]) {
  for (size_t i = 0; i < 4; ++i) {
    out[i] = pair(query, rows[i], length);
  }
}

struct Plain {
  struct Tile {
    static constexpr size_t kRows = 1;
    static constexpr size_t kGroups = 1;
    struct Sums {
      int32_t lanes[kTileGroup];
    };
    using Columns = const uint8_t*;
    using Row = const int8_t*;

    static Sums Zero() { return {}; }
    static Columns LoadColumns(const uint8_t* packed) { return packed; }
    static Row LoadRow(const int8_t* four) { return four; }
    static Sums Add(Sums sums, Columns columns, Row row) {
      for (size_t j = 0; j < kTileGroup; ++j) {
        for (size_t byte = 0; byte < 4; ++byte) {
          sums.lanes[j] += row[byte] * columns[j * 4 + byte];
        }
      }
      return sums;
    }
    static void Store(int32_t* out, int32_t base, const int32_t* terms, const Sums& sums) {
      for (size_t j = 0; j < kTileGroup; ++j) {
        out[j] = base + terms[j] - 2 * sums.lanes[j];
      }
    }
  };

  static size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                            uint32_t* numbers) {
    return SelectRest<Plain>(values, 0, count, limit, first, below, numbers, 0);
  }
};

size_t CountBelow(const int32_t* values, size_t count, int32_t limit) {
  uint32_t below = 0;  // no wider than the values, or fewer fit a register
  for (size_t i = 0; i < count; ++i) {
    below += values[i] < limit ? 1 : 0;
  }
  return below;
}

constexpr Table kTable = {"scalar",
                          L2,
                          EachOfFour<L2>,
                          Dot,
                          EachOfFour<Dot>,
                          NegativeDot,
                          EachOfFour<NegativeDot>,
                          CodeDistanceL2,
                          EachOfFour<CodeDistanceL2>,
                          CodeDistanceDot,
                          EachOfFour<CodeDistanceDot>,
                          CodeTile<Plain::Tile>,
                          NearTile<Plain>,
                          PackGroup<Plain>,
                          {0, 0, 0},
                          CountBelow,
                          Plain::SelectBelow,
                          Popcount<Plain>};

}  // namespace

const Table* Scalar() { return &kTable; }

}  // namespace pomai::kernel
