#include "kernel/kernel.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace pomai::kernel {
namespace {

float Sum(__m256 lanes) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

uint32_t Sum(__m256i lanes) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
  return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 1))));
}

// The first `count` lanes (0 to 8).
__m256i TailMask(size_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
}

struct L2Step {
  static __m256 Add(__m256 sum, __m256 x, __m256 y) {
    const __m256 difference = _mm256_sub_ps(x, y);
    return _mm256_fmadd_ps(difference, difference, sum);
  }
};

struct DotStep {
  static __m256 Add(__m256 sum, __m256 x, __m256 y) { return _mm256_fmadd_ps(x, y, sum); }
};

struct NegativeDotStep {
  static __m256 Add(__m256 sum, __m256 x, __m256 y) { return _mm256_fnmadd_ps(x, y, sum); }
};

template <typename Step>
float Pair(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  __m256 sums[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  size_t i = 0;
  for (; i + 16 <= length; i += 16) {
    sums[0] = Step::Add(sums[0], _mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i));
    sums[1] = Step::Add(sums[1], _mm256_loadu_ps(x + i + 8), _mm256_loadu_ps(y + i + 8));
  }
  for (; i < length; i += 8) {
    const __m256i mask = TailMask(length - i < 8 ? length - i : 8);
    sums[0] = Step::Add(sums[0], _mm256_maskload_ps(x + i, mask), _mm256_maskload_ps(y + i, mask));
  }
  return Sum(_mm256_add_ps(sums[0], sums[1]));
}

template <typename Step>
void Quad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  const auto* x = static_cast<const float*>(query);
  const auto* y0 = static_cast<const float*>(rows[0]);
  const auto* y1 = static_cast<const float*>(rows[1]);
  const auto* y2 = static_cast<const float*>(rows[2]);
  const auto* y3 = static_cast<const float*>(rows[3]);
  __m256 s0 = _mm256_setzero_ps();
  __m256 s1 = s0;
  __m256 s2 = s0;
  __m256 s3 = s0;
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    const __m256 part = _mm256_loadu_ps(x + i);
    s0 = Step::Add(s0, part, _mm256_loadu_ps(y0 + i));
    s1 = Step::Add(s1, part, _mm256_loadu_ps(y1 + i));
    s2 = Step::Add(s2, part, _mm256_loadu_ps(y2 + i));
    s3 = Step::Add(s3, part, _mm256_loadu_ps(y3 + i));
  }
  if (i < length) {
    const __m256i mask = TailMask(length - i);
    const __m256 part = _mm256_maskload_ps(x + i, mask);
    s0 = Step::Add(s0, part, _mm256_maskload_ps(y0 + i, mask));
    s1 = Step::Add(s1, part, _mm256_maskload_ps(y1 + i, mask));
    s2 = Step::Add(s2, part, _mm256_maskload_ps(y2 + i, mask));
    s3 = Step::Add(s3, part, _mm256_maskload_ps(y3 + i, mask));
  }
  out[0] = Sum(s0);
  out[1] = Sum(s1);
  out[2] = Sum(s2);
  out[3] = Sum(s3);
}

__m256i Widen(const uint8_t* bytes) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
}

// What is summed over the codes, and how a sum becomes a float.
struct CodeL2Step {
  static __m256i Add(__m256i sum, __m256i x, __m256i y) {
    const __m256i difference = _mm256_sub_epi16(x, y);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(difference, difference));
  }
  static uint32_t One(uint8_t x, uint8_t y) {
    const int32_t difference = static_cast<int32_t>(x) - static_cast<int32_t>(y);
    return static_cast<uint32_t>(difference * difference);
  }
  static float Finish(uint32_t sum) { return static_cast<float>(sum); }
};

struct CodeNegativeDotStep {
  static __m256i Add(__m256i sum, __m256i x, __m256i y) {
    const __m256i zero = _mm256_set1_epi16(128);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_sub_epi16(x, zero), _mm256_sub_epi16(y, zero)));
  }
  static uint32_t One(uint8_t x, uint8_t y) {
    return static_cast<uint32_t>((static_cast<int32_t>(x) - 128) * (static_cast<int32_t>(y) - 128));
  }
  static float Finish(uint32_t sum) { return static_cast<float>(-static_cast<int32_t>(sum)); }
};

template <typename Step>
uint32_t CodeTail(const uint8_t* x, const uint8_t* y, size_t length) {
  uint32_t sum = 0;
  for (size_t i = 0; i < length; ++i) {
    sum += Step::One(x[i], y[i]);
  }
  return sum;
}

template <typename Step>
float CodePair(const void* a, const void* b, size_t length) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  __m256i sum = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 16 <= length; i += 16) {
    sum = Step::Add(sum, Widen(x + i), Widen(y + i));
  }
  return Step::Finish(Sum(sum) + CodeTail<Step>(x + i, y + i, length - i));
}

template <typename Step>
void CodeQuad(const void* query, const void* const rows[4], size_t length, float out[4]) {
  const auto* x = static_cast<const uint8_t*>(query);
  const auto* y0 = static_cast<const uint8_t*>(rows[0]);
  const auto* y1 = static_cast<const uint8_t*>(rows[1]);
  const auto* y2 = static_cast<const uint8_t*>(rows[2]);
  const auto* y3 = static_cast<const uint8_t*>(rows[3]);
  __m256i s0 = _mm256_setzero_si256();
  __m256i s1 = s0;
  __m256i s2 = s0;
  __m256i s3 = s0;
  size_t i = 0;
  for (; i + 16 <= length; i += 16) {
    const __m256i part = Widen(x + i);
    s0 = Step::Add(s0, part, Widen(y0 + i));
    s1 = Step::Add(s1, part, Widen(y1 + i));
    s2 = Step::Add(s2, part, Widen(y2 + i));
    s3 = Step::Add(s3, part, Widen(y3 + i));
  }
  out[0] = Step::Finish(Sum(s0) + CodeTail<Step>(x + i, y0 + i, length - i));
  out[1] = Step::Finish(Sum(s1) + CodeTail<Step>(x + i, y1 + i, length - i));
  out[2] = Step::Finish(Sum(s2) + CodeTail<Step>(x + i, y2 + i, length - i));
  out[3] = Step::Finish(Sum(s3) + CodeTail<Step>(x + i, y3 + i, length - i));
}

// base + terms - 2 * sums
void StoreDistances(int32_t* out, int32_t base, const int32_t* terms, __m256i sums) {
  const __m256i fixed =
      _mm256_add_epi32(_mm256_set1_epi32(base), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(terms)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_sub_epi32(fixed, _mm256_slli_epi32(sums, 1)));
}

// Even and odd bytes apart as 16-bit numbers: the byte-wise multiply of AVX2 saturates on the full range of codes.
void TileRow(const int8_t* row, int32_t base, const uint8_t* block, const int32_t* terms, size_t length, int32_t* out) {
  const __m256i low_bytes = _mm256_set1_epi16(0x00FF);
  __m256i s0 = _mm256_setzero_si256();
  __m256i s1 = s0;
  for (size_t d = 0; d < length; d += 4) {
    int32_t four = 0;
    __builtin_memcpy(&four, row + d, 4);
    const __m256i a = _mm256_set1_epi32(four);
    const __m256i a_odd = _mm256_srai_epi16(a, 8);
    const __m256i a_even = _mm256_srai_epi16(_mm256_slli_epi16(a, 8), 8);
    const auto* columns = reinterpret_cast<const __m256i*>(block + d * kTileGroup);
    const __m256i b0 = _mm256_loadu_si256(columns);
    const __m256i b1 = _mm256_loadu_si256(columns + 1);
    s0 = _mm256_add_epi32(s0, _mm256_add_epi32(_mm256_madd_epi16(a_even, _mm256_and_si256(b0, low_bytes)),
                                               _mm256_madd_epi16(a_odd, _mm256_srli_epi16(b0, 8))));
    s1 = _mm256_add_epi32(s1, _mm256_add_epi32(_mm256_madd_epi16(a_even, _mm256_and_si256(b1, low_bytes)),
                                               _mm256_madd_epi16(a_odd, _mm256_srli_epi16(b1, 8))));
  }
  StoreDistances(out, base, terms, s0);
  StoreDistances(out + 8, base, terms + 8, s1);
}

void CodeTile(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride) {
  for (size_t group = 0; group < b.groups; ++group) {
    const size_t column = group * kTileGroup;
    for (size_t i = 0; i < a.count; ++i) {
      TileRow(a.rows + i * a.stride, a.terms[i], b.packed + column * length, b.terms + column, length,
              out + i * out_stride + column);
    }
  }
}

size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t* found) {
  const __m256i limits = _mm256_set1_epi32(limit);
  size_t selected = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i below = _mm256_cmpgt_epi32(limits, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i)));
    auto bits = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(below)));
    while (bits != 0) {
      found[selected++] = static_cast<uint32_t>(i) + static_cast<uint32_t>(__builtin_ctz(bits));
      bits &= bits - 1;
    }
  }
  for (; i < count; ++i) {
    found[selected] = static_cast<uint32_t>(i);
    selected += values[i] < limit ? 1 : 0;
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

constexpr Table kTable = {"avx2",
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

const Table* Avx2() { return &kTable; }

}  // namespace pomai::kernel

#else

namespace pomai::kernel {
const Table* Avx2() { return nullptr; }
}  // namespace pomai::kernel

#endif
