// What stands where in a segment file: header and section table, read and checked against the file's size without
// touching any section.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "segment/format.h"

namespace pomai::segment {

struct Layout {
  Header header;
  std::vector<TableEntry> sections;
};

// kCorruption for whatever cannot be a segment file as it was written; kUnimplemented for one of a newer format.
// Sections of the returned layout lie inside `file`, begin at multiples of kAlignment, have distinct kinds, and those
// of format.h the sizes that the header asks for. `path` is for messages.
Result<Layout> ReadLayout(std::span<const std::byte> file, const std::string& path);

// "section 3 (vectors)"
std::string SectionName(uint32_t kind);

}  // namespace pomai::segment
