#include "kernel/neon.h"

namespace pomai::kernel {
namespace {

// Every 64-bit ARM processor has these.
struct Baseline {
  // Reckoned from instructions: there was only an emulator to try it on.
  static constexpr TileCost kTileCost = {300, 44, 300};

  static uint32x4_t AddSquares(uint32x4_t sum, uint8x16_t x) {
    const uint16x8_t low = vmull_u8(vget_low_u8(x), vget_low_u8(x));
    return vpadalq_u16(vpadalq_u16(sum, low), vmull_high_u8(x, x));
  }
  // The sum of four products to a lane, as the instruction of neon_dot.cc gives it.
  static int32x4_t AddProducts(int32x4_t sum, int8x16_t x, int8x16_t y) {
    const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(x), vget_low_s8(y)));
    const int32x4_t high = vpaddlq_s16(vmull_high_s8(x, y));
    return vaddq_s32(sum, vpaddq_s32(low, high));
  }
};

constexpr Table kTable = MakeTable<NeonSet<Baseline>>("neon");

}  // namespace

const Table* Neon() { return &kTable; }

}  // namespace pomai::kernel
