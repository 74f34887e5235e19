#include <immintrin.h>

#include "kernel/shapes.h"

namespace pomai::kernel {
namespace {

struct Avx2Set {
  struct Floats {
    static constexpr size_t kWidth = 16;
    struct Register {
      __m256 low;
      __m256 high;
    };

    static Register Zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
    static Register Load(const float* values) { return {_mm256_loadu_ps(values), _mm256_loadu_ps(values + 8)}; }
    static Register LoadFirst(const float* values, size_t count) {
      if (count <= 8) {
        return {_mm256_maskload_ps(values, Mask(count)), _mm256_setzero_ps()};
      }
      return {_mm256_loadu_ps(values), _mm256_maskload_ps(values + 8, Mask(count - 8))};
    }
    static Register Subtract(Register x, Register y) {
      return {_mm256_sub_ps(x.low, y.low), _mm256_sub_ps(x.high, y.high)};
    }
    static Register MultiplyAdd(Register x, Register y, Register sum) {
      return {_mm256_fmadd_ps(x.low, y.low, sum.low), _mm256_fmadd_ps(x.high, y.high, sum.high)};
    }
    static float Total(Register sum) {
      const __m256 h = _mm256_add_ps(sum.low, sum.high);
      const __m256 pairs = _mm256_hadd_ps(h, h);
      const __m256 quarters = _mm256_hadd_ps(pairs, pairs);
      return _mm_cvtss_f32(_mm_add_ss(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1)));
    }
    static Floats4 Totals(Register s0, Register s1, Register s2, Register s3) {
      const __m256 h01 = _mm256_hadd_ps(_mm256_add_ps(s0.low, s0.high), _mm256_add_ps(s1.low, s1.high));
      const __m256 h23 = _mm256_hadd_ps(_mm256_add_ps(s2.low, s2.high), _mm256_add_ps(s3.low, s3.high));
      const __m256 quarters = _mm256_hadd_ps(h01, h23);
      return _mm_add_ps(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1));
    }

   private:
    // The first `count` lanes (0 to 8).
    static __m256i Mask(size_t count) {
      const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
      return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
    }
  };

  struct Codes {
    static constexpr size_t kWidth = 16;
    using Part = __m256i;  // 16-bit lanes
    using Register = __m256i;

    static Register Zero() { return _mm256_setzero_si256(); }
    static Part Load(const uint8_t* bytes) {
      return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
    }
    static Part LoadFirst(const uint8_t* bytes, size_t count) {
      uint8_t padded[kWidth];
      _mm_storeu_si128(reinterpret_cast<__m128i*>(padded), _mm_set1_epi8(-128));
      __builtin_memcpy(padded, bytes, count);
      return Load(padded);
    }
    static Register AddSquares(Register sum, Part x, Part y) {
      const __m256i difference = _mm256_sub_epi16(x, y);
      return _mm256_add_epi32(sum, _mm256_madd_epi16(difference, difference));
    }
    static Register AddProducts(Register sum, Part x, Part y) {
      const __m256i zero = _mm256_set1_epi16(128);
      return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_sub_epi16(x, zero), _mm256_sub_epi16(y, zero)));
    }
    static uint32_t Total(Register sum) {
      __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
      half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
      return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 1))));
    }
    static Numbers4 Totals(Register s0, Register s1, Register s2, Register s3) {
      const __m256i quarters = _mm256_hadd_epi32(_mm256_hadd_epi32(s0, s1), _mm256_hadd_epi32(s2, s3));
      return reinterpret_cast<Numbers4>(
          _mm_add_epi32(_mm256_castsi256_si128(quarters), _mm256_extracti128_si256(quarters, 1)));
    }
  };

  // Even and odd bytes apart as 16-bit numbers: the byte-wise multiply of AVX2 saturates on the full range of codes.
  struct Tile {
    static constexpr size_t kRows = 4;
    static constexpr size_t kGroups = 1;
    struct Sums {
      __m256i low;
      __m256i high;
    };
    struct Columns {
      __m256i low_even;
      __m256i low_odd;
      __m256i high_even;
      __m256i high_odd;
    };
    struct Row {
      __m256i even;
      __m256i odd;
    };

    static Sums Zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
    static Columns LoadColumns(const uint8_t* packed) {
      const __m256i low_bytes = _mm256_set1_epi16(0x00FF);
      const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(packed));
      const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(packed + 32));
      return {_mm256_and_si256(low, low_bytes), _mm256_srli_epi16(low, 8), _mm256_and_si256(high, low_bytes),
              _mm256_srli_epi16(high, 8)};
    }
    static Row LoadRow(const int8_t* four) {
      int32_t bytes = 0;
      __builtin_memcpy(&bytes, four, 4);
      const __m256i all = _mm256_set1_epi32(bytes);
      return {_mm256_srai_epi16(_mm256_slli_epi16(all, 8), 8), _mm256_srai_epi16(all, 8)};
    }
    static Sums Add(Sums sums, const Columns& columns, Row row) {
      return {_mm256_add_epi32(sums.low, _mm256_add_epi32(_mm256_madd_epi16(row.even, columns.low_even),
                                                          _mm256_madd_epi16(row.odd, columns.low_odd))),
              _mm256_add_epi32(sums.high, _mm256_add_epi32(_mm256_madd_epi16(row.even, columns.high_even),
                                                           _mm256_madd_epi16(row.odd, columns.high_odd)))};
    }
    static void Store(int32_t* out, int32_t base, const int32_t* terms, Sums sums) {
      StoreHalf(out, base, terms, sums.low);
      StoreHalf(out + 8, base, terms + 8, sums.high);
    }

   private:
    static void StoreHalf(int32_t* out, int32_t base, const int32_t* terms, __m256i sums) {
      const __m256i fixed =
          _mm256_add_epi32(_mm256_set1_epi32(base), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(terms)));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_sub_epi32(fixed, _mm256_slli_epi32(sums, 1)));
    }
  };

  static constexpr auto kPackGroup = PackGroup<Avx2Set>;
  static constexpr TileCost kTileCost = {300, 44, 300};

  static constexpr uint32_t kBelowShift = 0;
  static uint32_t Below8(const int32_t* values, int32_t limit) {
    const __m256i eight = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
    const __m256i below = _mm256_cmpgt_epi32(_mm256_set1_epi32(limit), eight);
    return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(below)));
  }
  static size_t CountBelow(const int32_t* values, size_t count, int32_t limit) {
    return CountByMask<Avx2Set>(values, count, limit);
  }
  static size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                            uint32_t* numbers) {
    return SelectByMask<Avx2Set>(values, count, limit, first, below, numbers);
  }
};

constexpr Table kTable = MakeTable<Avx2Set>("avx2");

}  // namespace

const Table* Avx2() { return &kTable; }

}  // namespace pomai::kernel
