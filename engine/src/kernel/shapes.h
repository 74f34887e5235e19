// The shapes that all tables share: how rows are read to their tails, one or four at a time, how tiles are cut, and
// how sums become distances. A table's file brings an instruction set: a struct with
//
//   Floats  kWidth = 16 lanes of float32 in a Register; Zero, Load, LoadFirst (missing lanes are 0), Subtract,
//           MultiplyAdd (rounded once), Total and Totals (of four).
//   Codes   kWidth bytes as Part, 32-bit sums in a Register; Zero, Load, LoadFirst (missing bytes are 128),
//           AddSquares (of differences), AddProducts (of what stands above 128), Total and Totals.
//   Tile    kRows, kGroups: the rows and groups whose sums fit the registers; Zero, LoadColumns, LoadRow, Add and
//   Store. kPackGroup, kTileCost, CountBelow, SelectBelow
//
// The scalar table is plain loops and does without them.
//
// Float32 sums are the same to the last bit in every table, so an index does not depend on the machine that built it:
// lane i sums the components i, i + 16, i + 32, ..., each product rounded once together with its addition, and
// a total adds h[i] = lane[i] + lane[i + 8] as ((h0 + h1) + (h2 + h3)) + ((h4 + h5) + (h6 + h7)).
//
// Everything here is a template over the instruction set, which is a type of its file's own: each file gets functions
// of its own, compiled for its instructions.
#pragma once

#include "kernel/kernel.h"

namespace pomai::kernel {

// The totals of four rows.
using Floats4 = float __attribute__((vector_size(16)));
using Numbers4 = uint32_t __attribute__((vector_size(16)));

// What is summed over a pair of rows, and what becomes of the total, or of four.
template <typename Set>
struct FloatL2 : Set::Floats {
  using Value = float;
  static constexpr bool kCancels = false;
  static auto Add(const auto& sum, const auto& x, const auto& y) {
    const auto difference = Set::Floats::Subtract(x, y);
    return Set::Floats::MultiplyAdd(difference, difference, sum);
  }
  static auto Finish(const auto& total) { return total; }
};

template <typename Set>
struct FloatDot : Set::Floats {
  using Value = float;
  static constexpr bool kCancels = true;  // terms may overflow that cancel in truth
  static auto Add(const auto& sum, const auto& x, const auto& y) { return Set::Floats::MultiplyAdd(x, y, sum); }
  static auto Finish(const auto& total) { return total; }
};

template <typename Set>
struct FloatNegativeDot : FloatDot<Set> {
  static auto Finish(const auto& total) { return 0.0F - total; }  // never -0, which would rank before 0
};

template <typename Set>
struct CodeL2 : Set::Codes {
  using Value = uint8_t;
  static constexpr bool kCancels = false;
  static auto Add(const auto& sum, const auto& x, const auto& y) { return Set::Codes::AddSquares(sum, x, y); }
  static float Finish(uint32_t total) { return static_cast<float>(total); }
  static Floats4 Finish(Numbers4 totals) { return __builtin_convertvector(totals, Floats4); }
};

template <typename Set>
struct CodeNegativeDot : Set::Codes {
  using Value = uint8_t;
  static constexpr bool kCancels = false;
  static auto Add(const auto& sum, const auto& x, const auto& y) { return Set::Codes::AddProducts(sum, x, y); }
  static float Finish(uint32_t total) { return static_cast<float>(static_cast<int32_t>(0U - total)); }
  static Floats4 Finish(Numbers4 totals) {
    using Signed4 = int32_t __attribute__((vector_size(16)));
    return __builtin_convertvector(reinterpret_cast<Signed4>(0U - totals), Floats4);
  }
};

template <typename Terms>
float Pair(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const typename Terms::Value*>(a);
  const auto* y = static_cast<const typename Terms::Value*>(b);
  auto sum = Terms::Zero();
  size_t i = 0;
  for (; i + Terms::kWidth <= length; i += Terms::kWidth) {
    sum = Terms::Add(sum, Terms::Load(x + i), Terms::Load(y + i));
  }
  if (i < length) {
    sum = Terms::Add(sum, Terms::LoadFirst(x + i, length - i), Terms::LoadFirst(y + i, length - i));
  }
  auto total = Terms::Total(sum);
  if constexpr (Terms::kCancels) {
    if (total - total != 0) [[unlikely]] {  // not finite
      total = OverflowedDot(x, y, length);
    }
  }
  return Terms::Finish(total);
}

template <typename Terms>
void Quad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  using Value = typename Terms::Value;
  const auto* x = static_cast<const Value*>(query);
  const auto* y0 = static_cast<const Value*>(rows[0]);
  const auto* y1 = static_cast<const Value*>(rows[1]);
  const auto* y2 = static_cast<const Value*>(rows[2]);
  const auto* y3 = static_cast<const Value*>(rows[3]);
  auto s0 = Terms::Zero();
  auto s1 = s0;
  auto s2 = s0;
  auto s3 = s0;
  size_t i = 0;
  for (; i + Terms::kWidth <= length; i += Terms::kWidth) {
    const auto part = Terms::Load(x + i);
    s0 = Terms::Add(s0, part, Terms::Load(y0 + i));
    s1 = Terms::Add(s1, part, Terms::Load(y1 + i));
    s2 = Terms::Add(s2, part, Terms::Load(y2 + i));
    s3 = Terms::Add(s3, part, Terms::Load(y3 + i));
  }
  if (i < length) {
    const size_t rest = length - i;
    const auto part = Terms::LoadFirst(x + i, rest);
    s0 = Terms::Add(s0, part, Terms::LoadFirst(y0 + i, rest));
    s1 = Terms::Add(s1, part, Terms::LoadFirst(y1 + i, rest));
    s2 = Terms::Add(s2, part, Terms::LoadFirst(y2 + i, rest));
    s3 = Terms::Add(s3, part, Terms::LoadFirst(y3 + i, rest));
  }
  auto totals = Terms::Totals(s0, s1, s2, s3);
  if constexpr (Terms::kCancels) {
    const Floats4 rests = totals - totals;
    if ((rests[0] + rests[1]) + (rests[2] + rests[3]) != 0) [[unlikely]] {  // not all finite
      for (int row = 0; row < 4; ++row) {
        if (rests[row] != 0) {
          totals[row] = OverflowedDot(x, static_cast<const Value*>(rows[row]), length);
        }
      }
    }
  }
  const Floats4 distances = Terms::Finish(totals);
  __builtin_memcpy(out, &distances, sizeof distances);
}

// kRows rows from `first` on against kGroups groups, all sums in registers: what is loaded of a group serves kRows
// products.
template <typename Tile, size_t kRows, size_t kGroups>
void TileBlock(const TileRows& a, size_t first, const uint8_t* packed, const int32_t* terms, size_t length,
               int32_t* out, size_t out_stride) {
  const int8_t* rows = a.rows + first * a.stride;
  typename Tile::Sums sums[kRows][kGroups];
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t group = 0; group < kGroups; ++group) {
      sums[i][group] = Tile::Zero();
    }
  }
  for (size_t d = 0; d < length; d += 4) {
    typename Tile::Columns columns[kGroups];
    for (size_t group = 0; group < kGroups; ++group) {
      columns[group] = Tile::LoadColumns(packed + (group * length + d) * kTileGroup);
    }
    for (size_t i = 0; i < kRows; ++i) {
      const auto row = Tile::LoadRow(rows + i * a.stride + d);
      for (size_t group = 0; group < kGroups; ++group) {
        sums[i][group] = Tile::Add(sums[i][group], columns[group], row);
      }
    }
  }
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t group = 0; group < kGroups; ++group) {
      Tile::Store(out + (first + i) * out_stride + group * kTileGroup, a.terms[first + i], terms + group * kTileGroup,
                  sums[i][group]);
    }
  }
}

template <typename Tile, size_t kGroups>
void TileGroups(const TileRows& a, const TileColumns& b, size_t group, size_t length, int32_t* out, size_t out_stride) {
  const size_t column = group * kTileGroup;
  const uint8_t* packed = b.packed + column * length;
  size_t i = 0;
  for (; i + Tile::kRows <= a.count; i += Tile::kRows) {
    TileBlock<Tile, Tile::kRows, kGroups>(a, i, packed, b.terms + column, length, out + column, out_stride);
  }
  for (; i < a.count; ++i) {
    TileBlock<Tile, 1, kGroups>(a, i, packed, b.terms + column, length, out + column, out_stride);
  }
}

template <typename Tile>
void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
  size_t group = 0;
  for (; group + Tile::kGroups <= b.groups; group += Tile::kGroups) {
    TileGroups<Tile, Tile::kGroups>(a, b, group, length, out, out_stride);
  }
  for (; group < b.groups; ++group) {
    TileGroups<Tile, 1>(a, b, group, length, out, out_stride);
  }
}

// In pieces of which the distances stay in the first-level cache.
template <typename Set>
void NearTile(const TileRows& a, const TileColumns& b, size_t length, uint32_t first, Near* near) {
  constexpr size_t kRows = 32;
  constexpr size_t kGroups = 8;
  int32_t distances[kRows * kGroups * kTileGroup];
  for (size_t i = 0; i < a.count; i += kRows) {
    const size_t rows = a.count - i < kRows ? a.count - i : kRows;
    for (size_t group = 0; group < b.groups; group += kGroups) {
      const size_t groups = b.groups - group < kGroups ? b.groups - group : kGroups;
      const size_t at = group * kTileGroup;
      const size_t columns = groups * kTileGroup;
      CodeTile<typename Set::Tile>({a.rows + i * a.stride, a.stride, a.terms + i, rows},
                                   {b.packed + at * length, b.terms + at, groups}, length, distances, columns);
      for (size_t row = 0; row < rows; ++row) {
        Near& found = near[i + row];
        found.count +=
            Set::SelectBelow(distances + row * columns, columns, found.limit, first + static_cast<uint32_t>(at),
                             found.distances + found.count, found.numbers + found.count);
      }
    }
  }
}

template <typename Set>
void PackGroup(const uint8_t* const rows[kTileGroup], size_t length, uint8_t* packed, int32_t* squares) {
  for (size_t j = 0; j < kTileGroup; ++j) {
    const uint8_t* row = rows[j];
    uint8_t* column = packed + j * 4;
    int32_t sum = 0;
    for (size_t d = 0; d < length; ++d) {
      const int32_t above = static_cast<int32_t>(row[d]) - 128;
      sum += above * above;
    }
    for (size_t d = 0; d < length; d += 4) {
      __builtin_memcpy(column + d * kTileGroup, row + d, 4);
    }
    squares[j] = sum;
  }
}

// SelectBelow from position i on, of which `selected` were found before it.
template <typename Set>
size_t SelectRest(const int32_t* values, size_t i, size_t count, int32_t limit, uint32_t first, int32_t* below,
                  uint32_t* numbers, size_t selected) {
  for (; i < count; ++i) {
    below[selected] = values[i];
    numbers[selected] = first + static_cast<uint32_t>(i);
    selected += values[i] < limit ? 1 : 0;
  }
  return selected;
}

// CountBelow and SelectBelow by masks of eight values: Set::Below8 gives a bit for each that is below, Set::kBelowShift
// tells their distance.
template <typename Set>
size_t CountByMask(const int32_t* values, size_t count, int32_t limit) {
  size_t below = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    below += static_cast<size_t>(__builtin_popcountll(Set::Below8(values + i, limit)));
  }
  for (; i < count; ++i) {
    below += values[i] < limit ? 1 : 0;
  }
  return below;
}

template <typename Set>
size_t SelectByMask(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                    uint32_t* numbers) {
  size_t selected = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    auto bits = Set::Below8(values + i, limit);
    while (bits != 0) {
      const size_t at = i + (static_cast<size_t>(__builtin_ctzll(bits)) >> Set::kBelowShift);
      below[selected] = values[at];
      numbers[selected++] = first + static_cast<uint32_t>(at);
      bits &= bits - 1;
    }
  }
  return SelectRest<Set>(values, i, count, limit, first, below, numbers, selected);
}

template <typename Set>
uint64_t Popcount(const uint64_t* words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(__builtin_popcountll(words[i]));
  }
  return bits;
}

template <typename Set>
constexpr Table MakeTable(const char* name) {
  return {name,
          Pair<FloatL2<Set>>,
          Quad<FloatL2<Set>>,
          Pair<FloatDot<Set>>,
          Quad<FloatDot<Set>>,
          Pair<FloatNegativeDot<Set>>,
          Quad<FloatNegativeDot<Set>>,
          Pair<CodeL2<Set>>,
          Quad<CodeL2<Set>>,
          Pair<CodeNegativeDot<Set>>,
          Quad<CodeNegativeDot<Set>>,
          CodeTile<typename Set::Tile>,
          NearTile<Set>,
          Set::kPackGroup,
          Set::kTileCost,
          Set::CountBelow,
          Set::SelectBelow,
          Popcount<Set>};
}

}  // namespace pomai::kernel
