#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "kernel/kernel.h"

namespace pomai::kernel {
namespace {

// A float as sign * mantissa * 2^exponent.
struct Parts {
  uint64_t mantissa;
  int exponent;
  bool negative;

  explicit Parts(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t biased = bits >> 23U & 0xFFU;
    mantissa = (bits & 0x7FFFFFU) | (biased == 0 ? 0U : 0x800000U);
    exponent = static_cast<int>(biased == 0 ? 1U : biased) - 150;
    negative = bits >> 31U != 0;
  }
};

// A sum of products of two floats as one wide whole number, in units of the smallest such product: any order of any
// number of terms gives the same, and nothing is lost.
class WideSum {
 public:
  void Add(const Parts& x, const Parts& y) {
    const auto shift = static_cast<size_t>(x.exponent + y.exponent - kLowest);
    const uint64_t product = x.mantissa * y.mantissa;  // 48 bits
    const uint64_t low = (product & kDigit) << shift % kBits;
    const uint64_t high = (product >> kBits) << shift % kBits;
    const int64_t sign = x.negative == y.negative ? 1 : -1;
    int64_t* digits = digits_ + shift / kBits;
    digits[0] += sign * static_cast<int64_t>(low & kDigit);
    digits[1] += sign * static_cast<int64_t>((low >> kBits) + (high & kDigit));
    digits[2] += sign * static_cast<int64_t>(high >> kBits);
  }

  // The nearest float, infinite beyond the largest.
  float Round() {
    Carry();
    const bool negative = digits_[kDigits - 1] < 0;
    if (negative) {
      for (int64_t& digit : digits_) {
        digit = -digit;
      }
      Carry();
    }
    size_t top = kDigits - 1;
    while (top > 1 && digits_[top] == 0) {
      --top;
    }
    auto leading = static_cast<uint64_t>(digits_[top]) << kBits | static_cast<uint64_t>(digits_[top - 1]);
    for (size_t i = 0; i + 1 < top; ++i) {
      leading |= digits_[i] != 0 ? 1U : 0U;  // far below what is kept, and enough to tell more than half from half
    }
    const float size = std::ldexp(static_cast<float>(leading), static_cast<int>((top - 1) * kBits) + kLowest);
    return negative ? -size : size;
  }

 private:
  static constexpr size_t kBits = 32;
  static constexpr uint64_t kDigit = 0xFFFFFFFFU;
  static constexpr int kLowest = -298;   // the exponent of the smallest product
  static constexpr size_t kDigits = 19;  // a product is below 2^256; room for their number, and a sign

  // Leaves all digits but the highest in [0, 2^32).
  void Carry() {
    for (size_t i = 0; i + 1 < kDigits; ++i) {
      digits_[i + 1] += digits_[i] >> kBits;
      digits_[i] &= static_cast<int64_t>(kDigit);
    }
  }

  int64_t digits_[kDigits] = {};
};

}  // namespace

float OverflowedDot(const float* x, const float* y, size_t length) {
  WideSum sum;
  for (size_t i = 0; i < length; ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
      return std::numeric_limits<float>::quiet_NaN();
    }
    sum.Add(Parts(x[i]), Parts(y[i]));
  }
  return sum.Round();
}

}  // namespace pomai::kernel
