#include "kernel/shapes.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header reads what it calls undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

namespace pomai::kernel {
namespace {

struct Avx512Set {
  struct Floats {
    static constexpr size_t kWidth = 16;
    using Register = __m512;

    static Register Zero() { return _mm512_setzero_ps(); }
    static Register Load(const float* values) { return _mm512_loadu_ps(values); }
    static Register LoadFirst(const float* values, size_t count) {
      return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1U), values);
    }
    static Register Subtract(Register x, Register y) { return _mm512_sub_ps(x, y); }
    static Register MultiplyAdd(Register x, Register y, Register sum) { return _mm512_fmadd_ps(x, y, sum); }
    static float Total(Register sum) {
      const __m256 h = Halves(sum);
      const __m256 pairs = _mm256_hadd_ps(h, h);
      const __m256 quarters = _mm256_hadd_ps(pairs, pairs);
      return _mm_cvtss_f32(_mm_add_ss(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1)));
    }
    static Floats4 Totals(Register s0, Register s1, Register s2, Register s3) {
      const __m256 quarters =
          _mm256_hadd_ps(_mm256_hadd_ps(Halves(s0), Halves(s1)), _mm256_hadd_ps(Halves(s2), Halves(s3)));
      return _mm_add_ps(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1));
    }

   private:
    static __m256 Halves(__m512 sum) {
      return _mm256_add_ps(_mm512_castps512_ps256(sum), _mm512_extractf32x8_ps(sum, 1));
    }
  };

  struct Codes {
    static constexpr size_t kWidth = 32;
    using Part = __m512i;  // 16-bit lanes
    using Register = __m512i;

    static Register Zero() { return _mm512_setzero_si512(); }
    static Part Load(const uint8_t* bytes) {
      return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)));
    }
    static Part LoadFirst(const uint8_t* bytes, size_t count) {
      const auto mask = static_cast<__mmask32>((uint64_t{1} << count) - 1U);
      return _mm512_cvtepu8_epi16(_mm256_mask_loadu_epi8(_mm256_set1_epi8(-128), mask, bytes));
    }
    static Register AddSquares(Register sum, Part x, Part y) {
      const __m512i difference = _mm512_sub_epi16(x, y);
      return _mm512_dpwssd_epi32(sum, difference, difference);
    }
    static Register AddProducts(Register sum, Part x, Part y) {
      const __m512i zero = _mm512_set1_epi16(128);
      return _mm512_dpwssd_epi32(sum, _mm512_sub_epi16(x, zero), _mm512_sub_epi16(y, zero));
    }
    // Not _mm512_reduce_add_epi32, which adds signed numbers: the longest codes need all 32 bits.
    static uint32_t Total(Register sum) {
      const __m256i halves = Halves(sum);
      __m128i quarter = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
      quarter = _mm_add_epi32(quarter, _mm_unpackhi_epi64(quarter, quarter));
      return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 1))));
    }
    static Numbers4 Totals(Register s0, Register s1, Register s2, Register s3) {
      const __m256i quarters =
          _mm256_hadd_epi32(_mm256_hadd_epi32(Halves(s0), Halves(s1)), _mm256_hadd_epi32(Halves(s2), Halves(s3)));
      return reinterpret_cast<Numbers4>(
          _mm_add_epi32(_mm256_castsi256_si128(quarters), _mm256_extracti128_si256(quarters, 1)));
    }

   private:
    static __m256i Halves(__m512i sum) {
      return _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    }
  };

  struct Tile {
    static constexpr size_t kRows = 8;
    static constexpr size_t kGroups = 2;
    using Sums = __m512i;
    using Columns = __m512i;
    using Row = __m512i;

    static Sums Zero() { return _mm512_setzero_si512(); }
    static Columns LoadColumns(const uint8_t* packed) { return _mm512_loadu_si512(packed); }
    static Row LoadRow(const int8_t* four) {
      int32_t bytes = 0;
      __builtin_memcpy(&bytes, four, 4);
      return _mm512_set1_epi32(bytes);
    }
    static Sums Add(Sums sums, Columns columns, Row row) { return _mm512_dpbusd_epi32(sums, columns, row); }
    static void Store(int32_t* out, int32_t base, const int32_t* terms, Sums sums) {
      const __m512i fixed = _mm512_add_epi32(_mm512_set1_epi32(base), _mm512_loadu_si512(terms));
      _mm512_storeu_si512(out, _mm512_sub_epi32(fixed, _mm512_slli_epi32(sums, 1)));
    }
  };

  // Sixteen bytes-by-fours of sixteen rows become sixteen registers of a four each.
  static void Transpose(__m512i r[kTileGroup]) {
    __m512i s[kTileGroup];
    for (size_t i = 0; i < kTileGroup; i += 2) {
      s[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
      s[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (size_t i = 0; i < kTileGroup; i += 4) {
      r[i] = _mm512_unpacklo_epi64(s[i], s[i + 2]);
      r[i + 1] = _mm512_unpackhi_epi64(s[i], s[i + 2]);
      r[i + 2] = _mm512_unpacklo_epi64(s[i + 1], s[i + 3]);
      r[i + 3] = _mm512_unpackhi_epi64(s[i + 1], s[i + 3]);
    }
    // Now a quarter of r[4 * n + c] has four rows' number c of the four that it had of the source.
    for (size_t c = 0; c < 4; ++c) {
      const __m512i low_a = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x88);
      const __m512i low_b = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x88);
      const __m512i high_a = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xDD);
      const __m512i high_b = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xDD);
      s[c] = _mm512_shuffle_i32x4(low_a, low_b, 0x88);
      s[8 + c] = _mm512_shuffle_i32x4(low_a, low_b, 0xDD);
      s[4 + c] = _mm512_shuffle_i32x4(high_a, high_b, 0x88);
      s[12 + c] = _mm512_shuffle_i32x4(high_a, high_b, 0xDD);
    }
    for (size_t i = 0; i < kTileGroup; ++i) {
      r[i] = s[i];
    }
  }
  static __m512i AddSquares(__m512i sum, __m512i bytes) {
    const __m512i zero = _mm512_set1_epi16(128);
    const __m512i even = _mm512_sub_epi16(_mm512_and_si512(bytes, _mm512_set1_epi16(0x00FF)), zero);
    const __m512i odd = _mm512_sub_epi16(_mm512_srli_epi16(bytes, 8), zero);
    return _mm512_dpwssd_epi32(_mm512_dpwssd_epi32(sum, even, even), odd, odd);
  }
  static void PackGroup(const uint8_t* const rows[kTileGroup], size_t length, uint8_t* packed, int32_t* squares) {
    __m512i sums = _mm512_setzero_si512();
    for (size_t d = 0; d < length; d += 64) {
      const size_t bytes = length - d < 64 ? length - d : 64;
      const __mmask64 valid = ~uint64_t{0} >> (64 - bytes);
      __m512i r[kTileGroup];
      for (size_t j = 0; j < kTileGroup; ++j) {
        r[j] = _mm512_maskz_loadu_epi8(valid, rows[j] + d);
      }
      Transpose(r);
      for (size_t i = 0; i < bytes / 4; ++i) {
        _mm512_storeu_si512(packed + (d + i * 4) * kTileGroup, r[i]);
        sums = AddSquares(sums, r[i]);
      }
    }
    _mm512_storeu_si512(squares, sums);
  }
  static constexpr auto kPackGroup = PackGroup;
  static constexpr TileCost kTileCost = {200, 10, 100};

  static size_t CountBelow(const int32_t* values, size_t count, int32_t limit) {
    const __m512i limits = _mm512_set1_epi32(limit);
    size_t below = 0;
    for (size_t i = 0; i < count; i += 16) {
      const __mmask16 valid = First(count - i);
      below += static_cast<size_t>(
          __builtin_popcount(_mm512_mask_cmplt_epi32_mask(valid, _mm512_maskz_loadu_epi32(valid, values + i), limits)));
    }
    return below;
  }
  static size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                            uint32_t* numbers) {
    const __m512i limits = _mm512_set1_epi32(limit);
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t selected = 0;
    const auto keep = [&](__mmask16 mask, size_t i, __m512i sixteen) {
      const __m512i positions = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int32_t>(first + i)), lanes);
      // Whole registers, beyond the end: storing only what was selected takes several times as long.
      _mm512_storeu_si512(below + selected, _mm512_maskz_compress_epi32(mask, sixteen));
      _mm512_storeu_si512(numbers + selected, _mm512_maskz_compress_epi32(mask, positions));
      selected += static_cast<size_t>(__builtin_popcount(mask));
    };
    size_t i = 0;
    // Mostly there is nothing to select: four registers are looked at together.
    for (; i + 64 <= count; i += 64) {
      const auto load = [&](size_t part) { return _mm512_loadu_si512(values + i + part * 16); };
      const __m512i lowest = _mm512_min_epi32(_mm512_min_epi32(load(0), load(1)), _mm512_min_epi32(load(2), load(3)));
      if (_mm512_cmplt_epi32_mask(lowest, limits) == 0) {
        continue;
      }
      for (size_t part = 0; part < 4; ++part) {
        const __m512i sixteen = load(part);
        if (const __mmask16 mask = _mm512_cmplt_epi32_mask(sixteen, limits); mask != 0) {
          keep(mask, i + part * 16, sixteen);
        }
      }
    }
    for (; i < count; i += 16) {
      const __mmask16 valid = First(count - i);
      const __m512i sixteen = _mm512_maskz_loadu_epi32(valid, values + i);
      if (const __mmask16 mask = _mm512_mask_cmplt_epi32_mask(valid, sixteen, limits); mask != 0) {
        keep(mask, i, sixteen);
      }
    }
    return selected;
  }

 private:
  // The lanes below `count`.
  static __mmask16 First(size_t count) { return static_cast<__mmask16>(count < 16 ? (1U << count) - 1U : 0xFFFFU); }
};

constexpr Table kTable = MakeTable<Avx512Set>("avx512");

}  // namespace

const Table* Avx512() { return &kTable; }

}  // namespace pomai::kernel
