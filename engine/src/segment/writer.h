// Writes one segment file, section by section, out of memory that stays where it is: rows are gathered into their
// stored order through a small buffer, never by a second copy of all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/file.h"
#include "base/status.h"
#include "index/index.h"

namespace pomai::segment {

// What goes into the file. Input rows come in the order of strictly ascending ids.
struct Contents {
  uint64_t number = 0;
  index::Matrix rows;
  std::span<const uint64_t> ids;         // of the input rows
  std::span<const uint64_t> tombstones;  // strictly ascending
  // The metadata of an input row; empty function: no row has any.
  std::function<std::span<const std::byte>(uint32_t)> metadata;
  index::BuildParams params;
  const index::Built* built = nullptr;
};

// What the manifest remembers of a written file, so that it can tell it from any other.
struct Written {
  uint64_t bytes = 0;
  uint32_t header_crc = 0;
};

// Writes the file at `path` and, unless it is to be left unsynced, syncs it. After a failure what stands at `path` is
// worthless.
Result<Written> Write(const std::string& path, const Contents& contents, Durability durability);

}  // namespace pomai::segment
