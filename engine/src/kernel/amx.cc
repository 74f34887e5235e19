// Tiles of codes by AMX, Intel's matrix unit: 16 rows by 16 columns by 64 bytes in one instruction. All else is
// AVX-512's, which every processor with AMX has.
#include "kernel/kernel.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header reads what it calls undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pomai::kernel {
namespace {

// What a tile register holds: rows of bytes.
constexpr size_t kRows = 16;
constexpr size_t kBytes = 64;
// The shapes of the tile registers.
struct Shapes {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  // A register without rows or without bytes is not there.
  void Set(size_t tile, size_t some_rows, size_t bytes) {
    const bool there = some_rows != 0 && bytes != 0;
    rows[tile] = static_cast<uint8_t>(there ? some_rows : 0);
    row_bytes[tile] = static_cast<uint16_t>(there ? bytes : 0);
  }
  void Load() const {
    // GCC 12's intrinsic says that it reads eight bytes.
    __asm__ volatile("" : : "r"(this) : "memory");
    _tile_loadconfig(this);
  }
};
static_assert(sizeof(Shapes) == 64);

constexpr size_t kSums = kRows * kTileGroup;  // of a register

// Of b.terms, half, rounded down, with its sign turned: what the sums of a column start from, so that with the products
// p of row and column a sum s tells whether a distance is below a limit without looking at the column again. That is
//   a.term + b.term - 2p = a.term + (b.term & 1) - 2s.
constexpr size_t kGroupsAtOnce = 16;
class Beginnings {
 public:
  Beginnings(const int32_t* terms, size_t groups) {
    for (size_t group = 0; group < groups; ++group) {
      const __m512i half = _mm512_srai_epi32(_mm512_loadu_si512(terms + group * kTileGroup), 1);
      _mm512_store_si512(values_ + group * kTileGroup, _mm512_sub_epi32(_mm512_setzero_si512(), half));
    }
  }
  // To be loaded with a stride of zero, as all rows of a register are the same.
  [[nodiscard]] const int32_t* of(size_t group) const { return values_ + group * kTileGroup; }

 private:
  alignas(64) int32_t values_[kGroupsAtOnce * kTileGroup];
};

// Rows, from which on one or two blocks of 16 are taken, and the group of columns from which on one or two are.
struct Corner {
  const int8_t* rows;
  size_t stride;
  const uint8_t* packed;
  size_t length;
  const int32_t* begin;  // of the sums of the first group; those of the second one follow
};

// Codes of at most two parts, of 64 bytes or what is left: the rows stay in registers for all groups of columns.
//   0, 1  sums: of the first block of rows and a group, and of the second
//   2, 3  the parts of the group
//   4, 5  the parts of the first block, 6, 7  of the second
struct ShortCodes {
  static constexpr size_t kLongest = 2 * kBytes;

  static void Shape(size_t first, size_t second, size_t length) {
    const size_t part = length < kBytes ? length : kBytes;
    const size_t rest = length - part;
    Shapes shapes;
    shapes.Set(0, first, kBytes);
    shapes.Set(1, second, kBytes);
    shapes.Set(2, part / 4, kBytes);
    shapes.Set(3, rest / 4, kBytes);
    shapes.Set(4, first, part);
    shapes.Set(5, first, rest);
    shapes.Set(6, second, part);
    shapes.Set(7, second, rest);
    shapes.Load();
  }

  template <bool kTwoBlocks, bool kTwoParts>
  static void LoadRows(const Corner& corner) {
    const int8_t* below = corner.rows + kRows * corner.stride;
    _tile_loadd(4, corner.rows, corner.stride);
    if constexpr (kTwoParts) {
      _tile_loadd(5, corner.rows + kBytes, corner.stride);
    }
    if constexpr (kTwoBlocks) {
      _tile_loadd(6, below, corner.stride);
    }
    if constexpr (kTwoBlocks && kTwoParts) {
      _tile_loadd(7, below + kBytes, corner.stride);
    }
  }

  template <bool kTwoBlocks, bool kTwoParts>
  static void AddUp(const uint8_t* packed, const int32_t* begin, int32_t* sums) {
    _tile_loadd(0, begin, 0);
    _tile_loadd(2, packed, kBytes);
    _tile_dpbsud(0, 4, 2);
    if constexpr (kTwoBlocks) {
      _tile_loadd(1, begin, 0);
      _tile_dpbsud(1, 6, 2);
    }
    if constexpr (kTwoParts) {
      _tile_loadd(3, packed + kBytes * kTileGroup, kBytes);
      _tile_dpbsud(0, 5, 3);
    }
    if constexpr (kTwoBlocks && kTwoParts) {
      _tile_dpbsud(1, 7, 3);
    }
    _tile_stored(0, sums, kBytes);
    if constexpr (kTwoBlocks) {
      _tile_stored(1, sums + kSums, kBytes);
    }
  }
};

// Codes of any length: what is left beyond whole parts is added where there is one block of rows.
//   0 to 3  sums: of the first block of rows and two groups, and of the second block and the same
//   4, 5    a part of the first block, and of the second
//   6, 7    the same part of the groups
// and where bytes are left, 2 has those of the rows, 3 and 5 those of the groups.
struct LongCodes {
  static void Shape(size_t first, size_t second, size_t length) {
    const size_t rest = length % kBytes;
    Shapes shapes;
    shapes.Set(0, first, kBytes);
    shapes.Set(1, first, kBytes);
    shapes.Set(4, first, kBytes);
    shapes.Set(6, kRows, kBytes);
    shapes.Set(7, kRows, kBytes);
    if (second != 0) {
      shapes.Set(2, second, kBytes);
      shapes.Set(3, second, kBytes);
      shapes.Set(5, second, kBytes);
    } else {
      shapes.Set(2, first, rest);
      shapes.Set(3, rest / 4, kBytes);
      shapes.Set(5, rest / 4, kBytes);
    }
    shapes.Load();
  }

  // Leaves the sums of block i and group j at sums + (i + 2 * j) * kSums.
  template <bool kTwoBlocks, bool kTwoGroups>
  static void AddUp(const Corner& corner, int32_t* sums) {
    const int8_t* below = corner.rows + kRows * corner.stride;
    const uint8_t* beside = corner.packed + kTileGroup * corner.length;
    _tile_loadd(0, corner.begin, 0);
    if constexpr (kTwoGroups) {
      _tile_loadd(1, corner.begin + kTileGroup, 0);
    }
    if constexpr (kTwoBlocks) {
      _tile_loadd(2, corner.begin, 0);
    }
    if constexpr (kTwoBlocks && kTwoGroups) {
      _tile_loadd(3, corner.begin + kTileGroup, 0);
    }
    const size_t whole = corner.length / kBytes * kBytes;
    for (size_t d = 0; d < whole; d += kBytes) {
      _tile_loadd(6, corner.packed + d * kTileGroup, kBytes);
      _tile_loadd(4, corner.rows + d, corner.stride);
      _tile_dpbsud(0, 4, 6);
      if constexpr (kTwoGroups) {
        _tile_loadd(7, beside + d * kTileGroup, kBytes);
        _tile_dpbsud(1, 4, 7);
      }
      if constexpr (kTwoBlocks) {
        _tile_loadd(5, below + d, corner.stride);
        _tile_dpbsud(2, 5, 6);
      }
      if constexpr (kTwoBlocks && kTwoGroups) {
        _tile_dpbsud(3, 5, 7);
      }
    }
    if constexpr (!kTwoBlocks) {
      if (whole < corner.length) {
        _tile_loadd(2, corner.rows + whole, corner.stride);
        _tile_loadd(3, corner.packed + whole * kTileGroup, kBytes);
        _tile_dpbsud(0, 2, 3);
        if constexpr (kTwoGroups) {
          _tile_loadd(5, beside + whole * kTileGroup, kBytes);
          _tile_dpbsud(1, 2, 5);
        }
      }
    }
    _tile_stored(0, sums, kBytes);
    if constexpr (kTwoBlocks) {
      _tile_stored(2, sums + kSums, kBytes);
    }
    if constexpr (kTwoGroups) {
      _tile_stored(1, sums + 2 * kSums, kBytes);
    }
    if constexpr (kTwoBlocks && kTwoGroups) {
      _tile_stored(3, sums + 3 * kSums, kBytes);
    }
  }
};

// Writes all distances down.
class Distances {
 public:
  Distances(const TileRows& a, const TileColumns& b, int32_t* out, size_t out_stride)
      : a_(a), b_(b), out_(out), stride_(out_stride) {}

  // Of `count` rows from row on with a group.
  void Take(const int32_t* sums, size_t row, size_t count, size_t group) const {
    const size_t at = group * kTileGroup;
    const __m512i odd = _mm512_and_si512(_mm512_loadu_si512(b_.terms + at), _mm512_set1_epi32(1));
    int32_t* out = out_ + row * stride_ + at;
    const int32_t* terms = a_.terms + row;
    const auto finish = [&](size_t i) {
      const __m512i fixed = _mm512_add_epi32(_mm512_set1_epi32(terms[i]), odd);
      const __m512i sum = _mm512_load_si512(sums + i * kTileGroup);
      _mm512_storeu_si512(out + i * stride_, _mm512_sub_epi32(fixed, _mm512_slli_epi32(sum, 1)));
    };
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
      finish(i);
      finish(i + 1);
      finish(i + 2);
      finish(i + 3);
    }
    for (; i < count; ++i) {
      finish(i);
    }
  }

 private:
  const TileRows& a_;
  const TileColumns& b_;
  int32_t* out_;
  size_t stride_;
};

// Collects those below the limits of at most two blocks of rows, of which few are.
class Nearest {
 public:
  Nearest(const TileRows& a, const TileColumns& b, size_t begin, size_t rows, uint32_t first, Near* near)
      : a_(a), b_(b), begin_(begin), first_(first), near_(near) {
    for (size_t i = 0; i < rows; ++i) {
      // Only a sum above it can belong to a distance below the limit.
      const int64_t twice = int64_t{a.terms[begin + i]} - near[begin + i].limit;
      least_[i] = static_cast<int32_t>(twice >> 1);
    }
  }

  void Take(const int32_t* sums, size_t row, size_t count, size_t group) const {
    const int32_t* least = least_ + (row - begin_);
    const auto above = [&](size_t i) {
      return _mm512_cmpgt_epi32_mask(_mm512_load_si512(sums + i * kTileGroup), _mm512_set1_epi32(least[i]));
    };
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
      const __mmask16 masks[4] = {above(i), above(i + 1), above(i + 2), above(i + 3)};
      if (_mm512_kortestz(_mm512_kor(masks[0], masks[1]), _mm512_kor(masks[2], masks[3])) != 0) {
        continue;
      }
      for (size_t c = 0; c < 4; ++c) {
        if (masks[c] != 0) {
          Keep(sums, row, i + c, group);
        }
      }
    }
    for (; i < count; ++i) {
      if (above(i) != 0) {
        Keep(sums, row, i, group);
      }
    }
  }

 private:
  void Keep(const int32_t* sums, size_t row, size_t i, size_t group) const {
    const size_t at = group * kTileGroup;
    Near& near = near_[row + i];
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i odd = _mm512_and_si512(_mm512_loadu_si512(b_.terms + at), _mm512_set1_epi32(1));
    const __m512i fixed = _mm512_add_epi32(_mm512_set1_epi32(a_.terms[row + i]), odd);
    const __m512i twice = _mm512_slli_epi32(_mm512_load_si512(sums + i * kTileGroup), 1);
    const __m512i distances = _mm512_sub_epi32(fixed, twice);
    const __mmask16 below = _mm512_cmplt_epi32_mask(distances, _mm512_set1_epi32(near.limit));
    const __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int32_t>(first_ + at)), lanes);
    // Whole registers, as select_below does.
    _mm512_storeu_si512(near.distances + near.count, _mm512_maskz_compress_epi32(below, distances));
    _mm512_storeu_si512(near.numbers + near.count, _mm512_maskz_compress_epi32(below, numbers));
    near.count += static_cast<size_t>(__builtin_popcount(below));
  }

  const TileRows& a_;
  const TileColumns& b_;
  size_t begin_;
  uint32_t first_;
  Near* near_;
  int32_t least_[2 * kRows];
};

// At most two blocks of rows against all groups.
template <bool kTwoBlocks, bool kTwoParts, typename Taker>
void ShortTile(const TileRows& a, const TileColumns& b, const Beginnings& begins, size_t i, size_t length,
               const Taker& taker) {
  // One group's sums are taken while the next one's are on their way.
  alignas(64) int32_t sums[2][2 * kSums];
  const size_t count = a.count - i;
  const size_t first = count < kRows ? count : kRows;
  const size_t after = count - first;
  const size_t second = after < kRows ? after : kRows;
  const auto take = [&](size_t group) {
    const int32_t* done = sums[group % 2];
    taker.Take(done, i, first, group);
    if constexpr (kTwoBlocks) {
      taker.Take(done + kSums, i + kRows, second, group);
    }
  };
  ShortCodes::LoadRows<kTwoBlocks, kTwoParts>({a.rows + i * a.stride, a.stride, b.packed, length, nullptr});
  for (size_t group = 0; group < b.groups; ++group) {
    ShortCodes::AddUp<kTwoBlocks, kTwoParts>(b.packed + group * kTileGroup * length, begins.of(group), sums[group % 2]);
    if (group > 0) {
      take(group - 1);
    }
  }
  if (b.groups > 0) {
    take(b.groups - 1);
  }
}

template <typename Taker>
void LongTile(const TileRows& a, const TileColumns& b, const Beginnings& begins, size_t i, size_t second, size_t length,
              const Taker& taker) {
  alignas(64) int32_t sums[4 * kSums];
  const size_t left = a.count - i;
  const size_t first = left < kRows ? left : kRows;
  for (size_t group = 0; group < b.groups;) {
    const size_t groups = b.groups - group < 2 ? 1 : 2;
    const Corner corner = {a.rows + i * a.stride, a.stride, b.packed + group * kTileGroup * length, length,
                           begins.of(group)};
    if (groups == 2) {
      second == 0 ? LongCodes::AddUp<false, true>(corner, sums) : LongCodes::AddUp<true, true>(corner, sums);
    } else {
      second == 0 ? LongCodes::AddUp<false, false>(corner, sums) : LongCodes::AddUp<true, false>(corner, sums);
    }
    for (size_t g = 0; g < groups; ++g) {
      taker.Take(sums + 2 * g * kSums, i, first, group + g);
      if (second != 0) {
        taker.Take(sums + (2 * g + 1) * kSums, i + kRows, second, group + g);
      }
    }
    group += groups;
  }
}

// All rows with at most kGroupsAtOnce groups; taker_of(i, count) takes the sums of rows i and on.
template <typename TakerOf>
void Tile(const TileRows& a, const TileColumns& b, size_t length, const TakerOf& taker_of) {
  const Beginnings begins(b.terms, b.groups);
  const bool is_short = length <= ShortCodes::kLongest;
  size_t shaped = 0;
  for (size_t i = 0; i < a.count;) {
    const size_t left = a.count - i;
    const size_t first = left < kRows ? left : kRows;
    const size_t after = left - first < kRows ? left - first : kRows;
    const size_t second = is_short || length % kBytes == 0 ? after : 0;
    if (first + second != shaped) {
      shaped = first + second;
      is_short ? ShortCodes::Shape(first, second, length) : LongCodes::Shape(first, second, length);
    }
    const auto taker = taker_of(i, first + second);
    if (!is_short) {
      LongTile(a, b, begins, i, second, length, taker);
    } else if (length > kBytes) {
      second == 0 ? ShortTile<false, true>(a, b, begins, i, length, taker)
                  : ShortTile<true, true>(a, b, begins, i, length, taker);
    } else {
      second == 0 ? ShortTile<false, false>(a, b, begins, i, length, taker)
                  : ShortTile<true, false>(a, b, begins, i, length, taker);
    }
    i += first + second;
  }
  _tile_release();  // or the system saves eight kilobytes more at each switch of threads
}

// Calls `each` with at most kGroupsAtOnce groups and how many columns are before them.
template <typename Each>
void ForEachPiece(const TileColumns& b, size_t length, const Each& each) {
  for (size_t group = 0; group < b.groups; group += kGroupsAtOnce) {
    const size_t groups = b.groups - group < kGroupsAtOnce ? b.groups - group : kGroupsAtOnce;
    const size_t at = group * kTileGroup;
    each(TileColumns{b.packed + at * length, b.terms + at, groups}, at);
  }
}

void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
  ForEachPiece(b, length, [&](const TileColumns& piece, size_t at) {
    Tile(a, piece, length, [&](size_t, size_t) { return Distances(a, piece, out + at, out_stride); });
  });
}

void NearTile(const TileRows& a, const TileColumns& b, size_t length, uint32_t first, Near* near) {
  ForEachPiece(b, length, [&](const TileColumns& piece, size_t at) {
    Tile(a, piece, length,
         [&](size_t i, size_t rows) { return Nearest(a, piece, i, rows, first + static_cast<uint32_t>(at), near); });
  });
}

// The system hands the registers out only to a process that asks for them, once for all of its threads.
bool Allowed() {
  constexpr long kAskForState = 0x1023;  // ARCH_REQ_XCOMP_PERM, which older headers lack
  constexpr long kTileData = 18;
  return ::syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
}

bool Present() {
  constexpr unsigned kTile = 1U << 24U;
  constexpr unsigned kInt8 = 1U << 25U;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kTile) != 0 && (d & kInt8) != 0;
}

Table MakeAmx() {
  Table table = *Avx512();
  table.name = "amx";
  table.code_tile = CodeTile;
  table.near_tile = NearTile;
  table.tile_cost = {100, 3, 100};
  return table;
}

}  // namespace

bool HasAmx() { return Present() && Allowed(); }

const Table* Amx() {
  static const Table table = MakeAmx();
  return &table;
}

}  // namespace pomai::kernel
