#include <cstdint>
#include <cstring>

#include "abi/handles.h"

namespace pomai::abi {

size_t FirstNotFinite(const float* vector, size_t dim) {
  static constexpr uint32_t kExponent = 0x7F800000U;
  // Most vectors are fine: one pass without a branch says so, and vectorises.
  uint32_t any = 0;
  for (size_t i = 0; i < dim; ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, vector + i, sizeof bits);
    any |= static_cast<uint32_t>((bits & kExponent) == kExponent);
  }
  if (any == 0) {
    return dim;
  }
  size_t i = 0;
  for (uint32_t bits = 0; i < dim; ++i) {
    std::memcpy(&bits, vector + i, sizeof bits);
    if ((bits & kExponent) == kExponent) {
      break;
    }
  }
  return i;
}

}  // namespace pomai::abi
