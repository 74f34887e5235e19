#include "segment/layout.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/crc32c.h"
#include "index/index.h"

namespace pomai::segment {
namespace {

Status Corrupt(const std::string& path, const std::string& what) {
  return {Code::kCorruption,
          "Cannot open segment " + path + ": " + what + " (the file is damaged or cut short; restore it from a copy)"};
}

Status Newer(const std::string& path, const std::string& what) {
  return {Code::kUnimplemented,
          "Cannot open segment " + path + ": " + what + " (a newer version of the engine wrote it)"};
}

Result<Header> ReadHeader(std::span<const std::byte> file, const std::string& path) {
  if (file.size() < sizeof(Header)) {
    return Corrupt(path, "it has " + std::to_string(file.size()) + " bytes, fewer than a header");
  }
  Header header{};
  std::memcpy(&header, file.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    return Corrupt(path, "it does not begin like a segment file");
  }
  if (Crc32c(0, file.first(offsetof(Header, crc))) != header.crc) {
    return Corrupt(path, "its header does not match its checksum");
  }
  if (header.version != kVersion || header.header_bytes != sizeof(Header)) {
    return Newer(path, "format version " + std::to_string(header.version));
  }
  if (header.file_bytes != file.size()) {
    return Corrupt(path, "it has " + std::to_string(file.size()) + " bytes, and its header says " +
                             std::to_string(header.file_bytes));
  }
  if (header.element_type != static_cast<uint8_t>(ElementType::kFloat32)) {
    return Newer(path, "element type " + std::to_string(header.element_type));
  }
  if (header.index_kind > static_cast<uint8_t>(index::Kind::kIvf)) {
    return Newer(path, "index kind " + std::to_string(header.index_kind));
  }
  if (header.metric > static_cast<uint8_t>(index::Metric::kInnerProduct)) {
    return Newer(path, "metric " + std::to_string(header.metric));
  }
  if (header.rows > kMaxRows || header.tombstones > file.size() / sizeof(uint64_t)) {
    return Corrupt(path, "impossible row counts in its header");
  }
  return header;
}

// The size that a section of a kind of format.h must have, where the header fixes it.
std::optional<uint64_t> ExpectedBytes(const Header& header, uint32_t kind) {
  switch (kind) {
    case kRowIds:
      return header.rows * sizeof(uint64_t);
    case kIdOrder:
      return header.rows * sizeof(uint32_t);
    case kVectors:
      return header.rows * header.dim * sizeof(float);  // at most 2^32 * 2^32 * 2^2: checked for overflow by the caller
    case kMetadataOffsets:
      return (header.rows + 1) * sizeof(uint64_t);
    case kTombstones:
      return header.tombstones * sizeof(uint64_t);
    default:
      return std::nullopt;
  }
}

Status CheckSection(const Header& header, const TableEntry& entry, const std::string& path) {
  if (entry.offset % kAlignment != 0 || entry.offset > header.file_bytes ||
      entry.bytes > header.file_bytes - entry.offset) {
    return Corrupt(path, SectionName(entry.kind) + " does not lie inside the file");
  }
  const auto expected = ExpectedBytes(header, entry.kind);
  if (expected && *expected != entry.bytes) {
    return Corrupt(path, SectionName(entry.kind) + " has " + std::to_string(entry.bytes) + " bytes instead of " +
                             std::to_string(*expected));
  }
  const bool known = (entry.kind >= kRowIds && entry.kind <= kTombstones) || entry.kind >= index::kFirstIndexSection;
  if (!known && (entry.flags & kRequired) != 0) {
    return Newer(path, SectionName(entry.kind));
  }
  return {};
}

}  // namespace

std::string SectionName(uint32_t kind) {
  static constexpr const char* kNames[] = {"row ids",          "id order", "vectors",
                                           "metadata offsets", "metadata", "tombstones"};
  std::string name = "section " + std::to_string(kind);
  if (kind >= kRowIds && kind <= kTombstones) {
    name += std::string(" (") + kNames[kind - kRowIds] + ")";
  } else if (kind >= index::kFirstIndexSection) {
    name += " (index)";
  }
  return name;
}

Result<Layout> ReadLayout(std::span<const std::byte> file, const std::string& path) {
  const auto header = ReadHeader(file, path);
  if (!header.ok()) {
    return header.status();
  }
  Layout layout{header.value(), {}};
  const Header& head = layout.header;
  const uint64_t table_bytes = uint64_t{head.table_entries} * sizeof(TableEntry);
  if (head.table_entries > kMaxSections || head.table_offset > file.size() ||
      table_bytes > file.size() - head.table_offset) {
    return Corrupt(path, "its section table does not lie inside the file");
  }
  const auto table = file.subspan(head.table_offset, table_bytes);
  if (Crc32c(0, table) != head.table_crc) {
    return Corrupt(path, "its section table does not match its checksum");
  }
  // Bounds dim by what the file can hold, so that no product of rows and dim below overflows.
  if (head.rows != 0 && (head.dim == 0 || head.dim > file.size() / sizeof(float) / head.rows)) {
    return Corrupt(path, "impossible dimension in its header");
  }
  layout.sections.resize(head.table_entries);
  if (!layout.sections.empty()) {
    std::memcpy(layout.sections.data(), table.data(), table.size());
  }
  std::vector<uint32_t> kinds;
  for (const auto& entry : layout.sections) {
    POMAI_RETURN_IF_ERROR(CheckSection(head, entry, path));
    kinds.push_back(entry.kind);
  }
  std::sort(kinds.begin(), kinds.end());
  if (std::adjacent_find(kinds.begin(), kinds.end()) != kinds.end()) {
    return Corrupt(path, "a section stands in it twice");
  }
  const auto has = [&](uint32_t kind) { return std::binary_search(kinds.begin(), kinds.end(), kind); };
  if ((head.rows != 0 && (!has(kRowIds) || !has(kVectors))) || (head.tombstones != 0 && !has(kTombstones)) ||
      has(kMetadataOffsets) != has(kMetadata)) {
    return Corrupt(path, "a section is missing");
  }
  return layout;
}

}  // namespace pomai::segment
