#include "kernel/neon.h"

namespace pomai::kernel {
namespace {

// The dot products of bytes that processors since ARMv8.2 have (Graviton2, Ampere Altra, Apple M1).
struct DotProducts {
  // Reckoned from instructions, as neon.cc's.
  static constexpr TileCost kTileCost = {300, 16, 300};

  static uint32x4_t AddSquares(uint32x4_t sum, uint8x16_t x) { return vdotq_u32(sum, x, x); }
  static int32x4_t AddProducts(int32x4_t sum, int8x16_t x, int8x16_t y) { return vdotq_s32(sum, x, y); }
};

constexpr Table kTable = MakeTable<NeonSet<DotProducts>>("neon_dot");

}  // namespace

const Table* NeonDot() { return &kTable; }

}  // namespace pomai::kernel
