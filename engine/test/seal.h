// Makes the checksums of a file fit what it holds, so that what lies behind them meets contents no writer would write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "base/crc32c.h"
#include "segment/format.h"

namespace fixture {

inline uint32_t CrcOf(const std::string& bytes, size_t offset, size_t size) {
  return pomai::Crc32c(0, std::as_bytes(std::span(bytes).subspan(offset, size)));
}

// A segment file of at least a header's size, as far as its header and table make sense. Returns the header's checksum.
inline uint32_t SealSegment(std::string& bytes) {
  using pomai::segment::Header;
  using pomai::segment::TableEntry;
  Header header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  const uint64_t table_bytes = uint64_t{header.table_entries} * sizeof(TableEntry);
  if (header.table_offset <= bytes.size() && table_bytes <= bytes.size() - header.table_offset) {
    for (uint32_t i = 0; i < header.table_entries; ++i) {
      char* const at = bytes.data() + header.table_offset + i * sizeof(TableEntry);
      TableEntry entry{};
      std::memcpy(&entry, at, sizeof entry);
      if (entry.offset <= bytes.size() && entry.bytes <= bytes.size() - entry.offset) {
        entry.crc = CrcOf(bytes, entry.offset, entry.bytes);
        std::memcpy(at, &entry, sizeof entry);
      }
    }
    header.table_crc = CrcOf(bytes, header.table_offset, table_bytes);
    std::memcpy(bytes.data(), &header, sizeof header);
  }
  header.crc = CrcOf(bytes, 0, offsetof(Header, crc));
  std::memcpy(bytes.data(), &header, sizeof header);
  return header.crc;
}

// The text of a manifest without its last line, and that line.
inline std::string SealManifest(const std::string& body) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const uint32_t crc = CrcOf(body, 0, body.size());
  std::string line = "crc32c ";
  for (int shift = 28; shift >= 0; shift -= 4) {
    line += kDigits[(crc >> shift) & 0xFU];
  }
  return body + line + "\n";
}

// A write-ahead log (core/wal.h): its header, and the records as far as their sizes lead.
inline void SealLog(std::string& bytes) {
  constexpr size_t kHeader = 32;
  constexpr size_t kRecordHeader = 16;
  const auto put = [&](size_t at, uint32_t crc) { std::memcpy(bytes.data() + at, &crc, sizeof crc); };
  if (bytes.size() < kHeader) {
    return;
  }
  put(kHeader - 4, CrcOf(bytes, 0, kHeader - 4));
  for (size_t at = kHeader; bytes.size() - at >= kRecordHeader;) {
    uint64_t payload = 0;
    std::memcpy(&payload, bytes.data() + at, sizeof payload);
    const size_t rest = bytes.size() - at - kRecordHeader;
    if (payload <= rest) {
      put(at + 8, CrcOf(bytes, at + kRecordHeader, payload));
    }
    put(at + 12, CrcOf(bytes, at, 12));
    if (payload > rest || (payload + 15) / 16 * 16 > rest) {
      return;
    }
    at += kRecordHeader + (payload + 15) / 16 * 16;
  }
}

}  // namespace fixture
