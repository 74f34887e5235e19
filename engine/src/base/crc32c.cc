#include "base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace pomai {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78U;  // Castagnoli's, bits reversed

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    }
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < 8; ++slice) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t previous = tables[slice - 1][byte];
      tables[slice][byte] = (previous >> 8) ^ tables[0][previous & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

uint64_t Load64(const std::byte* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

uint32_t ExtendByte(uint32_t crc, std::byte byte) {
  return (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint32_t>(byte)) & 0xFFU];
}

uint32_t ExtendPortable(uint32_t crc, const std::byte* data, size_t size) {
  for (; size >= 8; size -= 8, data += 8) {
    const uint64_t word = Load64(data) ^ crc;
    crc = 0;
    for (size_t slice = 0; slice < 8; ++slice) {
      crc ^= kTables[7 - slice][(word >> (8 * slice)) & 0xFFU];
    }
  }
  for (; size > 0; --size, ++data) {
    crc = ExtendByte(crc, *data);
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ExtendSse42(uint32_t crc, const std::byte* data, size_t size) {
  uint64_t wide = crc;
  for (; size >= 8; size -= 8, data += 8) {
    wide = _mm_crc32_u64(wide, Load64(data));
  }
  crc = static_cast<uint32_t>(wide);
  for (; size > 0; --size, ++data) {
    crc = _mm_crc32_u8(crc, static_cast<uint8_t>(*data));
  }
  return crc;
}
#endif

using Extend = uint32_t (*)(uint32_t, const std::byte*, size_t);

Extend Choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) {
    return ExtendSse42;
  }
#endif
  return ExtendPortable;
}

}  // namespace

uint32_t Crc32c(uint32_t crc, std::span<const std::byte> bytes) {
  static const Extend extend = Choose();
  return ~extend(~crc, bytes.data(), bytes.size());
}

}  // namespace pomai
