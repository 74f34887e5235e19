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

// Rows, from which on one or two blocks of 16 are taken, and the group of columns from which on one or two are.
struct Corner {
  const int8_t* rows;
  size_t stride;
  const uint8_t* packed;
  size_t length;
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
  static void AddUp(const uint8_t* packed, int32_t* sums) {
    _tile_zero(0);
    _tile_loadd(2, packed, kBytes);
    _tile_dpbsud(0, 4, 2);
    if constexpr (kTwoBlocks) {
      _tile_zero(1);
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
    _tile_zero(0);
    if constexpr (kTwoGroups) {
      _tile_zero(1);
    }
    if constexpr (kTwoBlocks) {
      _tile_zero(2);
    }
    if constexpr (kTwoBlocks && kTwoGroups) {
      _tile_zero(3);
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

// What the sums of some rows with one group become.
void Finish(const int32_t* sums, size_t count, const int32_t* row_terms, const int32_t* column_terms, int32_t* out,
            size_t out_stride) {
  const __m512i columns = _mm512_loadu_si512(column_terms);
  const auto finish = [&](size_t i) {
    const __m512i fixed = _mm512_add_epi32(_mm512_set1_epi32(row_terms[i]), columns);
    const __m512i products = _mm512_load_si512(sums + i * kTileGroup);
    _mm512_storeu_si512(out + i * out_stride, _mm512_sub_epi32(fixed, _mm512_slli_epi32(products, 1)));
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

// At most two blocks of rows against all groups.
template <bool kTwoBlocks, bool kTwoParts>
void ShortTile(const TileRows& a, const TileColumns& b, size_t i, size_t length, int32_t* out, size_t out_stride) {
  // One group's sums are finished while the next one's are on their way.
  alignas(64) int32_t sums[2][2 * kSums];
  const size_t count = a.count - i;
  const auto finish = [&](size_t group) {
    const size_t at = group * kTileGroup;
    const int32_t* done = sums[group % 2];
    Finish(done, kTwoBlocks || count > kRows ? kRows : count, a.terms + i, b.terms + at, out + i * out_stride + at,
           out_stride);
    if constexpr (kTwoBlocks) {
      Finish(done + kSums, count < 2 * kRows ? count - kRows : kRows, a.terms + i + kRows, b.terms + at,
             out + (i + kRows) * out_stride + at, out_stride);
    }
  };
  ShortCodes::LoadRows<kTwoBlocks, kTwoParts>({a.rows + i * a.stride, a.stride, b.packed, length});
  for (size_t group = 0; group < b.groups; ++group) {
    ShortCodes::AddUp<kTwoBlocks, kTwoParts>(b.packed + group * kTileGroup * length, sums[group % 2]);
    if (group > 0) {
      finish(group - 1);
    }
  }
  if (b.groups > 0) {
    finish(b.groups - 1);
  }
}

void LongTile(const TileRows& a, const TileColumns& b, size_t i, size_t second, size_t length, int32_t* out,
              size_t out_stride) {
  alignas(64) int32_t sums[4 * kSums];
  const size_t left = a.count - i;
  const size_t first = left < kRows ? left : kRows;
  for (size_t group = 0; group < b.groups;) {
    const size_t groups = b.groups - group < 2 ? 1 : 2;
    const Corner corner = {a.rows + i * a.stride, a.stride, b.packed + group * kTileGroup * length, length};
    if (groups == 2) {
      second == 0 ? LongCodes::AddUp<false, true>(corner, sums) : LongCodes::AddUp<true, true>(corner, sums);
    } else {
      second == 0 ? LongCodes::AddUp<false, false>(corner, sums) : LongCodes::AddUp<true, false>(corner, sums);
    }
    for (size_t g = 0; g < groups; ++g) {
      const size_t at = (group + g) * kTileGroup;
      Finish(sums + 2 * g * kSums, first, a.terms + i, b.terms + at, out + i * out_stride + at, out_stride);
      if (second != 0) {
        Finish(sums + (2 * g + 1) * kSums, second, a.terms + i + kRows, b.terms + at,
               out + (i + kRows) * out_stride + at, out_stride);
      }
    }
    group += groups;
  }
}

void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
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
    if (!is_short) {
      LongTile(a, b, i, second, length, out, out_stride);
    } else if (length > kBytes) {
      second == 0 ? ShortTile<false, true>(a, b, i, length, out, out_stride)
                  : ShortTile<true, true>(a, b, i, length, out, out_stride);
    } else {
      second == 0 ? ShortTile<false, false>(a, b, i, length, out, out_stride)
                  : ShortTile<true, false>(a, b, i, length, out, out_stride);
    }
    i += first + second;
  }
  _tile_release();  // or the system saves eight kilobytes more at each switch of threads
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
  table.tile_cost = {250, 2, 100};
  return table;
}

}  // namespace

bool HasAmx() { return Present() && Allowed(); }

const Table* Amx() {
  static const Table table = MakeAmx();
  return &table;
}

}  // namespace pomai::kernel
