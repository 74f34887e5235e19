// What the NEON tables share. Level::AddSquares and Level::AddProducts say how 16 bytes are multiplied and added up.
#pragma once

#include <arm_neon.h>

#include "kernel/shapes.h"

namespace pomai::kernel {

template <typename Level>
struct NeonSet {
  struct Floats {
    static constexpr size_t kWidth = 16;
    struct Register {
      float32x4_t q0;
      float32x4_t q1;
      float32x4_t q2;
      float32x4_t q3;
    };

    static Register Zero() { return {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)}; }
    static Register Load(const float* values) {
      return {vld1q_f32(values), vld1q_f32(values + 4), vld1q_f32(values + 8), vld1q_f32(values + 12)};
    }
    static Register LoadFirst(const float* values, size_t count) {
      float padded[kWidth] = {};
      __builtin_memcpy(padded, values, count * sizeof(float));
      return Load(padded);
    }
    static Register Subtract(const Register& x, const Register& y) {
      return {vsubq_f32(x.q0, y.q0), vsubq_f32(x.q1, y.q1), vsubq_f32(x.q2, y.q2), vsubq_f32(x.q3, y.q3)};
    }
    static Register MultiplyAdd(const Register& x, const Register& y, const Register& sum) {
      return {vfmaq_f32(sum.q0, x.q0, y.q0), vfmaq_f32(sum.q1, x.q1, y.q1), vfmaq_f32(sum.q2, x.q2, y.q2),
              vfmaq_f32(sum.q3, x.q3, y.q3)};
    }
    static float Total(const Register& sum) {
      const float32x4_t pairs = Pairs(sum);
      return vpadds_f32(vget_low_f32(vpaddq_f32(pairs, pairs)));
    }
    static Floats4 Totals(const Register& s0, const Register& s1, const Register& s2, const Register& s3) {
      return vpaddq_f32(vpaddq_f32(Pairs(s0), Pairs(s1)), vpaddq_f32(Pairs(s2), Pairs(s3)));
    }

   private:
    // h0 + h1, h2 + h3, h4 + h5, h6 + h7
    static float32x4_t Pairs(const Register& sum) {
      return vpaddq_f32(vaddq_f32(sum.q0, sum.q2), vaddq_f32(sum.q1, sum.q3));
    }
  };

  struct Codes {
    static constexpr size_t kWidth = 16;
    using Part = uint8x16_t;
    using Register = uint32x4_t;

    static Register Zero() { return vdupq_n_u32(0); }
    static Part Load(const uint8_t* bytes) { return vld1q_u8(bytes); }
    static Part LoadFirst(const uint8_t* bytes, size_t count) {
      uint8_t padded[kWidth];
      vst1q_u8(padded, vdupq_n_u8(128));
      __builtin_memcpy(padded, bytes, count);
      return Load(padded);
    }
    static Register AddSquares(Register sum, Part x, Part y) { return Level::AddSquares(sum, vabdq_u8(x, y)); }
    static Register AddProducts(Register sum, Part x, Part y) {
      return vreinterpretq_u32_s32(Level::AddProducts(vreinterpretq_s32_u32(sum), Above128(x), Above128(y)));
    }
    static uint32_t Total(Register sum) { return vaddvq_u32(sum); }
    static Numbers4 Totals(Register s0, Register s1, Register s2, Register s3) {
      return vpaddq_u32(vpaddq_u32(s0, s1), vpaddq_u32(s2, s3));
    }
  };

  // Bytes are multiplied as signed ones, so the columns' y as y - 128; what that takes away of a row's product, 128
  // times the sum of the row, is the last sum.
  struct Tile {
    static constexpr size_t kRows = 4;
    static constexpr size_t kGroups = 1;
    struct Sums {
      int32x4_t products[4];
      int32x4_t row;
    };
    struct Columns {
      int8x16_t quarters[4];
    };
    using Row = int8x16_t;

    static Sums Zero() {
      const int32x4_t zero = vdupq_n_s32(0);
      return {{zero, zero, zero, zero}, zero};
    }
    static Columns LoadColumns(const uint8_t* packed) {
      return {{Above128(vld1q_u8(packed)), Above128(vld1q_u8(packed + 16)), Above128(vld1q_u8(packed + 32)),
               Above128(vld1q_u8(packed + 48))}};
    }
    static Row LoadRow(const int8_t* four) {
      int32_t bytes = 0;
      __builtin_memcpy(&bytes, four, 4);
      return vreinterpretq_s8_s32(vdupq_n_s32(bytes));
    }
    static Sums Add(const Sums& sums, const Columns& columns, Row row) {
      Sums all;
      for (size_t i = 0; i < 4; ++i) {
        all.products[i] = Level::AddProducts(sums.products[i], columns.quarters[i], row);
      }
      all.row = vpadalq_s16(sums.row, vpaddlq_s8(row));
      return all;
    }
    static void Store(int32_t* out, int32_t base, const int32_t* terms, const Sums& sums) {
      const int32x4_t rest = vsubq_s32(vdupq_n_s32(base), vshlq_n_s32(sums.row, 8));
      for (size_t i = 0; i < 4; ++i) {
        const int32x4_t fixed = vaddq_s32(rest, vld1q_s32(terms + 4 * i));
        vst1q_s32(out + 4 * i, vsubq_s32(fixed, vshlq_n_s32(sums.products[i], 1)));
      }
    }
  };

  static constexpr auto kPackGroup = PackGroup<NeonSet>;
  static constexpr TileCost kTileCost = Level::kTileCost;

  static constexpr uint32_t kBelowShift = 3;
  static uint64_t Below8(const int32_t* values, int32_t limit) {
    const int32x4_t limits = vdupq_n_s32(limit);
    const uint16x4_t low = vmovn_u32(vcltq_s32(vld1q_s32(values), limits));
    const uint16x4_t high = vmovn_u32(vcltq_s32(vld1q_s32(values + 4), limits));
    const uint8x8_t below = vmovn_u16(vcombine_u16(low, high));
    return vget_lane_u64(vreinterpret_u64_u8(vand_u8(below, vdup_n_u8(1))), 0);
  }
  static size_t CountBelow(const int32_t* values, size_t count, int32_t limit) {
    return CountByMask<NeonSet>(values, count, limit);
  }
  static size_t SelectBelow(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                            uint32_t* numbers) {
    return SelectByMask<NeonSet>(values, count, limit, first, below, numbers);
  }

 private:
  static int8x16_t Above128(uint8x16_t bytes) { return vreinterpretq_s8_u8(veorq_u8(bytes, vdupq_n_u8(128))); }
};

}  // namespace pomai::kernel
