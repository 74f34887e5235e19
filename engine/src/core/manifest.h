// MANIFEST: which segment files make up the frozen state of a directory. A small text file, replaced as a whole; the
// last line is the CRC32C of all lines before it.
//
//   pomai manifest 1
//   generation 7
//   dim 128
//   metric l2
//   next_segment 4
//   segment 1 2600128 8c3f00e1      number, bytes, checksum in the file's header
//   segment 3 104857728 00aa17b2    oldest first: of two rows with one id the one in the later line counts
//   crc32c 5a0f3c21
//
// A directory without the file is a database in which nothing was ever frozen. A crash may have left the first segment
// and the first log in it, and nothing of a higher number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/status.h"
#include "index/index.h"

namespace pomai::core {

struct SegmentEntry {
  uint64_t number = 0;
  uint64_t bytes = 0;
  uint32_t header_crc = 0;
};

struct Manifest {
  uint64_t generation = 0;  // counts the replacements
  uint32_t dim = 0;
  index::Metric metric = index::Metric::kL2;
  uint64_t next_segment = 1;
  std::vector<SegmentEntry> segments;
};

inline constexpr char kManifestName[] = "MANIFEST";

// kNotFound where the directory has none, kCorruption, kUnimplemented for a newer version.
Result<Manifest> ReadManifest(const std::string& directory);
// Durable when it returns, unless it was to be left unsynced. `replaced` as for WriteFileAtomically, exceptions
// included.
Status WriteManifest(const std::string& directory, const Manifest& manifest, Durability durability, bool& replaced);

std::string FormatManifest(const Manifest& manifest);
Result<Manifest> ParseManifest(const std::string& text, const std::string& path);

// "00000000000000000007.seg": the names of the files that belong to a number.
std::string NumberedName(uint64_t number, const char* suffix);
bool IsNumbered(std::string_view name, std::string_view suffix);

}  // namespace pomai::core
