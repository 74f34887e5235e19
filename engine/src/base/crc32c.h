// CRC32C (Castagnoli), the checksum of every file the engine writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pomai {

// The checksum of what `crc` covers followed by `bytes`; start with 0.
[[nodiscard]] uint32_t Crc32c(uint32_t crc, std::span<const std::byte> bytes);

}  // namespace pomai
