#include "kernel/kernel.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512VNNI__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header reads what it calls undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

namespace pomai::kernel {
namespace {

// The sums of four registers, in order.
__m128 Sums(__m512 s0, __m512 s1, __m512 s2, __m512 s3) {
  const __m256 h0 = _mm256_add_ps(_mm512_castps512_ps256(s0), _mm512_extractf32x8_ps(s0, 1));
  const __m256 h1 = _mm256_add_ps(_mm512_castps512_ps256(s1), _mm512_extractf32x8_ps(s1, 1));
  const __m256 h2 = _mm256_add_ps(_mm512_castps512_ps256(s2), _mm512_extractf32x8_ps(s2, 1));
  const __m256 h3 = _mm256_add_ps(_mm512_castps512_ps256(s3), _mm512_extractf32x8_ps(s3, 1));
  const __m256 quarters = _mm256_hadd_ps(_mm256_hadd_ps(h0, h1), _mm256_hadd_ps(h2, h3));
  return _mm_add_ps(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1));
}

__m128i Sums(__m512i s0, __m512i s1, __m512i s2, __m512i s3) {
  const __m256i h0 = _mm256_add_epi32(_mm512_castsi512_si256(s0), _mm512_extracti64x4_epi64(s0, 1));
  const __m256i h1 = _mm256_add_epi32(_mm512_castsi512_si256(s1), _mm512_extracti64x4_epi64(s1, 1));
  const __m256i h2 = _mm256_add_epi32(_mm512_castsi512_si256(s2), _mm512_extracti64x4_epi64(s2, 1));
  const __m256i h3 = _mm256_add_epi32(_mm512_castsi512_si256(s3), _mm512_extracti64x4_epi64(s3, 1));
  const __m256i quarters = _mm256_hadd_epi32(_mm256_hadd_epi32(h0, h1), _mm256_hadd_epi32(h2, h3));
  return _mm_add_epi32(_mm256_castsi256_si128(quarters), _mm256_extracti128_si256(quarters, 1));
}

struct L2Step {
  static __m512 Add(__m512 sum, __m512 x, __m512 y) {
    const __m512 difference = _mm512_sub_ps(x, y);
    return _mm512_fmadd_ps(difference, difference, sum);
  }
};

struct DotStep {
  static __m512 Add(__m512 sum, __m512 x, __m512 y) { return _mm512_fmadd_ps(x, y, sum); }
};

struct NegativeDotStep {
  static __m512 Add(__m512 sum, __m512 x, __m512 y) { return _mm512_fnmadd_ps(x, y, sum); }
};

__mmask16 FloatTail(size_t count) { return static_cast<__mmask16>((1U << count) - 1U); }

__mmask32 ByteTail(size_t count) { return static_cast<__mmask32>((uint64_t{1} << count) - 1U); }

template <typename Step>
float Pair(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  __m512 sum = _mm512_setzero_ps();
  __m512 other = sum;
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    sum = Step::Add(sum, _mm512_loadu_ps(x + i), _mm512_loadu_ps(y + i));
    other = Step::Add(other, _mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(y + i + 16));
  }
  for (; i < length; i += 16) {
    const __mmask16 mask = FloatTail(length - i < 16 ? length - i : 16);
    sum = Step::Add(sum, _mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, y + i));
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(sum, other));
}

template <typename Step>
void Quad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  const auto* x = static_cast<const float*>(query);
  const auto* y0 = static_cast<const float*>(rows[0]);
  const auto* y1 = static_cast<const float*>(rows[1]);
  const auto* y2 = static_cast<const float*>(rows[2]);
  const auto* y3 = static_cast<const float*>(rows[3]);
  __m512 s0 = _mm512_setzero_ps();
  __m512 s1 = s0;
  __m512 s2 = s0;
  __m512 s3 = s0;
  size_t i = 0;
  for (; i + 16 <= length; i += 16) {
    const __m512 part = _mm512_loadu_ps(x + i);
    s0 = Step::Add(s0, part, _mm512_loadu_ps(y0 + i));
    s1 = Step::Add(s1, part, _mm512_loadu_ps(y1 + i));
    s2 = Step::Add(s2, part, _mm512_loadu_ps(y2 + i));
    s3 = Step::Add(s3, part, _mm512_loadu_ps(y3 + i));
  }
  if (i < length) {
    const __mmask16 mask = FloatTail(length - i);
    const __m512 part = _mm512_maskz_loadu_ps(mask, x + i);
    s0 = Step::Add(s0, part, _mm512_maskz_loadu_ps(mask, y0 + i));
    s1 = Step::Add(s1, part, _mm512_maskz_loadu_ps(mask, y1 + i));
    s2 = Step::Add(s2, part, _mm512_maskz_loadu_ps(mask, y2 + i));
    s3 = Step::Add(s3, part, _mm512_maskz_loadu_ps(mask, y3 + i));
  }
  _mm_storeu_ps(out, Sums(s0, s1, s2, s3));
}

__m512i Widen(const uint8_t* bytes) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)));
}

// What is summed over the codes, and how sums become floats. A tail's missing bytes come as 0 on both sides, so the dot
// product makes 128 of them.
struct CodeL2Step {
  static __m512i Add(__m512i sum, __m512i x, __m512i y) {
    const __m512i difference = _mm512_sub_epi16(x, y);
    return _mm512_dpwssd_epi32(sum, difference, difference);
  }
  static __m512i Tail(const uint8_t* bytes, __mmask32 mask) {
    return _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(mask, bytes));
  }
  static __m128 Finish(__m128i sums) { return _mm_cvtepu32_ps(sums); }
};

struct CodeNegativeDotStep {
  static __m512i Add(__m512i sum, __m512i x, __m512i y) {
    const __m512i zero = _mm512_set1_epi16(128);
    return _mm512_dpwssd_epi32(sum, _mm512_sub_epi16(x, zero), _mm512_sub_epi16(y, zero));
  }
  static __m512i Tail(const uint8_t* bytes, __mmask32 mask) {
    return _mm512_cvtepu8_epi16(_mm256_mask_loadu_epi8(_mm256_set1_epi8(-128), mask, bytes));
  }
  static __m128 Finish(__m128i sums) { return _mm_cvtepi32_ps(_mm_sub_epi32(_mm_setzero_si128(), sums)); }
};

template <typename Step>
void CodeQuad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  const auto* x = static_cast<const uint8_t*>(query);
  const auto* y0 = static_cast<const uint8_t*>(rows[0]);
  const auto* y1 = static_cast<const uint8_t*>(rows[1]);
  const auto* y2 = static_cast<const uint8_t*>(rows[2]);
  const auto* y3 = static_cast<const uint8_t*>(rows[3]);
  __m512i s0 = _mm512_setzero_si512();
  __m512i s1 = s0;
  __m512i s2 = s0;
  __m512i s3 = s0;
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    const __m512i part = Widen(x + i);
    s0 = Step::Add(s0, part, Widen(y0 + i));
    s1 = Step::Add(s1, part, Widen(y1 + i));
    s2 = Step::Add(s2, part, Widen(y2 + i));
    s3 = Step::Add(s3, part, Widen(y3 + i));
  }
  if (i < length) {
    const __mmask32 mask = ByteTail(length - i);
    const __m512i part = Step::Tail(x + i, mask);
    s0 = Step::Add(s0, part, Step::Tail(y0 + i, mask));
    s1 = Step::Add(s1, part, Step::Tail(y1 + i, mask));
    s2 = Step::Add(s2, part, Step::Tail(y2 + i, mask));
    s3 = Step::Add(s3, part, Step::Tail(y3 + i, mask));
  }
  _mm_storeu_ps(out, Step::Finish(Sums(s0, s1, s2, s3)));
}

template <typename Step>
float CodePair(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  __m512i sum = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    sum = Step::Add(sum, Widen(x + i), Widen(y + i));
  }
  if (i < length) {
    const __mmask32 mask = ByteTail(length - i);
    sum = Step::Add(sum, Step::Tail(x + i, mask), Step::Tail(y + i, mask));
  }
  const __m512i zero = _mm512_setzero_si512();
  return _mm_cvtss_f32(Step::Finish(Sums(sum, zero, zero, zero)));
}

__m512i Broadcast(const int8_t* four_bytes) {
  int32_t four = 0;
  __builtin_memcpy(&four, four_bytes, 4);
  return _mm512_set1_epi32(four);
}

// kRows rows from row i against kGroups groups, all sums in registers: each packed register is loaded once for kRows
// products.
template <size_t kRows, size_t kGroups>
void TileBlock(const TileRows& a, size_t first, const uint8_t* packed, const int32_t* terms, size_t length,
               int32_t* out, size_t out_stride) {
  const int8_t* rows = a.rows + first * a.stride;
  __m512i sums[kRows][kGroups];
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t group = 0; group < kGroups; ++group) {
      sums[i][group] = _mm512_setzero_si512();
    }
  }
  for (size_t d = 0; d < length; d += 4) {
    __m512i columns[kGroups];
    for (size_t group = 0; group < kGroups; ++group) {
      columns[group] = _mm512_loadu_si512(packed + (group * length + d) * kTileGroup);
    }
    for (size_t i = 0; i < kRows; ++i) {
      const __m512i row = Broadcast(rows + i * a.stride + d);
      for (size_t group = 0; group < kGroups; ++group) {
        sums[i][group] = _mm512_dpbusd_epi32(sums[i][group], columns[group], row);
      }
    }
  }
  for (size_t i = 0; i < kRows; ++i) {
    const __m512i base = _mm512_set1_epi32(a.terms[first + i]);
    for (size_t group = 0; group < kGroups; ++group) {
      const __m512i fixed = _mm512_add_epi32(base, _mm512_loadu_si512(terms + group * kTileGroup));
      _mm512_storeu_si512(out + (first + i) * out_stride + group * kTileGroup,
                          _mm512_sub_epi32(fixed, _mm512_slli_epi32(sums[i][group], 1)));
    }
  }
}

template <size_t kGroups>
void TileGroups(const TileRows& a, const TileColumns& b, size_t group, size_t length, int32_t* out, size_t out_stride) {
  const size_t column = group * kTileGroup;
  const uint8_t* packed = b.packed + column * length;
  size_t i = 0;
  for (; i + 8 <= a.count; i += 8) {
    TileBlock<8, kGroups>(a, i, packed, b.terms + column, length, out + column, out_stride);
  }
  for (; i < a.count; ++i) {
    TileBlock<1, kGroups>(a, i, packed, b.terms + column, length, out + column, out_stride);
  }
}

void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
  size_t group = 0;
  for (; group + 2 <= b.groups; group += 2) {
    TileGroups<2>(a, b, group, length, out, out_stride);
  }
  if (group < b.groups) {
    TileGroups<1>(a, b, group, length, out, out_stride);
  }
}

size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t* found) {
  const __m512i limits = _mm512_set1_epi32(limit);
  __m512i positions = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  size_t selected = 0;
  for (size_t i = 0; i < count; i += 16) {
    const __mmask16 valid = FloatTail(count - i < 16 ? count - i : 16);
    const __mmask16 below = _mm512_mask_cmplt_epi32_mask(valid, _mm512_maskz_loadu_epi32(valid, values + i), limits);
    if (below != 0) {
      _mm512_mask_compressstoreu_epi32(found + selected, below, positions);
      selected += static_cast<size_t>(__builtin_popcount(below));
    }
    positions = _mm512_add_epi32(positions, _mm512_set1_epi32(16));
  }
  return selected;
}

uint64_t Popcount(const uint64_t* words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(_mm_popcnt_u64(words[i]));
  }
  return bits;
}

constexpr Table kTable = {"avx512",
                          Pair<L2Step>,
                          Quad<L2Step>,
                          Pair<DotStep>,
                          Quad<DotStep>,
                          Pair<NegativeDotStep>,
                          Quad<NegativeDotStep>,
                          CodePair<CodeL2Step>,
                          CodeQuad<CodeL2Step>,
                          CodePair<CodeNegativeDotStep>,
                          CodeQuad<CodeNegativeDotStep>,
                          CodeTile,
                          SelectBelow,
                          Popcount};

}  // namespace

const Table* Avx512() { return &kTable; }

}  // namespace pomai::kernel

#else

namespace pomai::kernel {
const Table* Avx512() { return nullptr; }
}  // namespace pomai::kernel

#endif
