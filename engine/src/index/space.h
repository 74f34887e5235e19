// The vectors that a graph is built and searched on, one a node: 8-bit codes or float32 rows, behind two functions that
// give their distance (lower is nearer).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "index/index.h"
#include "kernel/kernel.h"

namespace pomai::index {

// Distance: squared L2, or minus the dot product (of codes, with 128 as zero).
struct Space {
  const std::byte* base = nullptr;
  size_t stride = 0;  // in bytes
  size_t length = 0;  // what the functions are told: bytes of a code, components of a row
  kernel::RowPair pair = nullptr;
  kernel::RowQuad quad = nullptr;
  const uint32_t* rows = nullptr;  // node -> row at base; null: node i is row i
  bool codes = false;
  Metric metric = Metric::kL2;

  // Codes are `stride` bytes each, rows `dim` floats.
  static Space OfCodes(const std::byte* base, uint32_t stride, Metric metric) {
    const kernel::Table& kernels = kernel::Active();
    const bool l2 = metric == Metric::kL2;
    return {.base = base,
            .stride = stride,
            .length = stride,
            .pair = l2 ? kernels.code_l2 : kernels.code_negative_dot,
            .quad = l2 ? kernels.code_l2_quad : kernels.code_negative_dot_quad,
            .codes = true,
            .metric = metric};
  }
  static Space OfRows(const float* base, uint32_t dim, Metric metric) {
    const kernel::Table& kernels = kernel::Active();
    const bool l2 = metric == Metric::kL2;
    return {.base = reinterpret_cast<const std::byte*>(base),
            .stride = sizeof(float) * size_t{dim},
            .length = dim,
            .pair = l2 ? kernels.l2 : kernels.negative_dot,
            .quad = l2 ? kernels.l2_quad : kernels.negative_dot_quad,
            .codes = false,
            .metric = metric};
  }

  [[nodiscard]] const std::byte* at(uint32_t node) const {
    return base + static_cast<size_t>(rows == nullptr ? node : rows[node]) * stride;
  }
  [[nodiscard]] float Distance(uint32_t a, uint32_t b) const { return pair(at(a), at(b), length); }
};

// The distance of what is out of reach, and of what no distance can be told: terms that overflow both ways sum to NaN.
inline constexpr float kFarthest = std::numeric_limits<float>::infinity();

// The bits of a float as an integer that orders as the float does. NaN, whose sign depends on the machine, is
// kFarthest.
inline int32_t OrderedBits(float value) {
  const auto bits = std::bit_cast<int32_t>(value == value ? value : kFarthest);
  return bits < 0 ? bits ^ INT32_MAX : bits;
}

inline float FromOrderedBits(int32_t bits) { return std::bit_cast<float>(bits < 0 ? bits ^ INT32_MAX : bits); }

struct Neighbour {
  float distance = 0;
  uint32_t node = 0;

  // A total order, NaN included.
  friend bool operator<(const Neighbour& a, const Neighbour& b) {
    const int32_t x = OrderedBits(a.distance);
    const int32_t y = OrderedBits(b.distance);
    return x != y ? x < y : a.node < b.node;
  }
};

}  // namespace pomai::index
