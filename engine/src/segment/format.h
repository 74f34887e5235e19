// The segment file: the rows of one freeze, their index included, immutable, searched where it lies (mapped).
//
//   header (128 bytes) | section | section | ... | section table
//
// All numbers are little-endian; the engine is built for little-endian machines only. Each section begins at a multiple
// of 64 bytes (of 4096 where it is large: its pages hold nothing else) and has a CRC32C in the table; header and table
// have one each of their own. So opening a file reads one page at either end, and a section is checked when it is first
// used. Bytes between sections are zero and mean nothing.
//
// Rows are numbered 0 to rows - 1 in the order in which they are stored, which is the index's choice (neighbours in the
// graph stand close together in the file). Row numbers are 32 bits wide inside an index and counts 64 bits wide in the
// header: a database of a billion vectors is many segments in many shards, none larger than 2^32 - 2 rows.
//
// How the format grows without breaking:
//   - A new section kind is ignored by readers that do not know it, unless its entry has kRequired set: then they
//   refuse
//     the file by name. Codes of quantised vectors are sections beside kVectors (kinds 16 to 63 are kept for them), an
//     index's own data are kinds from 64 on, chosen by the index.
//   - element_type says what kVectors holds; a reader refuses types it does not know.
//   - `version` moves only when old readers would misread the file.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace pomai::segment {

static_assert(std::endian::native == std::endian::little, "files are used where they lie, without swapping bytes");

inline constexpr char kMagic[8] = {'P', 'O', 'M', 'A', 'I', 'S', 'E', 'G'};
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kAlignment = 64;
inline constexpr uint64_t kPageAlignment = 4096;
inline constexpr uint64_t kLargeSection = uint64_t{64} << 10;  // from here on a section begins on a page
inline constexpr uint32_t kMaxSections = 1024;
inline constexpr uint64_t kMaxRows = 0xFFFFFFFEU;

enum SectionKind : uint32_t {
  kRowIds = 1,           // u64[rows]: the id of each row
  kIdOrder = 2,          // u32[rows]: row numbers by ascending id; absent where the rows stand in that order
  kVectors = 3,          // element_type[rows * dim]
  kMetadataOffsets = 4,  // u64[rows + 1]: row i's metadata are the bytes [offset i, offset i + 1); absent: none has any
  kMetadata = 5,         // bytes
  kTombstones = 6,       // u64[tombstones], ascending: ids that this segment deletes from older ones
};

enum class ElementType : uint8_t { kFloat32 = 0 };

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;
  uint64_t file_bytes;
  uint64_t number;  // of the segment in its directory; the higher number is the newer state of a row
  uint64_t rows;
  uint64_t tombstones;
  uint32_t dim;
  uint8_t element_type;
  uint8_t metric;
  uint8_t index_kind;
  uint8_t reserved0;
  uint32_t m;                // the build's parameters, for the record: an index stores what its search needs
  uint32_t ef_construction;  //
  uint64_t table_offset;
  uint32_t table_entries;
  uint32_t table_crc;
  uint8_t reserved1[44];
  uint32_t crc;  // of all bytes of the header before this one
};
static_assert(sizeof(Header) == 128 && std::is_trivially_copyable_v<Header>);

inline constexpr uint32_t kRequired = 1;  // TableEntry::flags: a reader that does not know the kind refuses the file

struct TableEntry {
  uint32_t kind;
  uint32_t flags;
  uint64_t offset;
  uint64_t bytes;
  uint32_t crc;
  uint32_t reserved;
};
static_assert(sizeof(TableEntry) == 32 && std::is_trivially_copyable_v<TableEntry>);

}  // namespace pomai::segment
