// The sections of a graph index. Numbers are little-endian.
//   kGraphHeader   GraphHeader, then `dim` float32 offsets of the codes
//   kGraphLinks    nodes x degree numbers of link_bytes: a node's links, nearest first, ended by the first number that
//                  is no node; then zeros, so that the last number can be read as four bytes
//   kGraphCodes    nodes x code_stride bytes; absent where the graph is walked on float32 rows
//   kGraphEntries  entries uint32 nodes where walks start, zeros up to a multiple of 64 bytes, then their codes or
//                  float32 rows side by side
//   kGraphRows     nodes + 1 uint32: node i is the equal stored rows [r[i], r[i + 1]); absent where each node is one
//   row
#pragma once

#include <cstddef>
#include <cstdint>

#include "index/index.h"

namespace pomai::index {

inline constexpr uint32_t kGraphHeader = kFirstIndexSection;
inline constexpr uint32_t kGraphLinks = kFirstIndexSection + 1;
inline constexpr uint32_t kGraphCodes = kFirstIndexSection + 2;
inline constexpr uint32_t kGraphEntries = kFirstIndexSection + 3;
inline constexpr uint32_t kGraphRows = kFirstIndexSection + 4;

inline constexpr uint32_t kGraphVersion = 1;

struct GraphHeader {
  uint32_t version = kGraphVersion;
  uint32_t rows = 0;
  uint32_t dim = 0;
  uint32_t nodes = 0;
  uint32_t degree = 0;
  uint32_t entries = 0;
  uint32_t grouped = 0;      // 1: kGraphRows is present
  uint32_t code_stride = 0;  // 0: no codes
  uint32_t code_levels = 0;
  uint32_t code_lossless = 0;
  float code_scale = 0;
  uint32_t link_bytes = 4;
  float code_longest = 0;   // with inner product: of the longest row, in steps of the codes; 0: not known
  uint32_t code_slack = 0;  // how many more than ten candidates codes need to have the nearest ten rows among them
  uint32_t reserved[2] = {};
};
static_assert(sizeof(GraphHeader) == 64);

// The most that code_slack may be. Where codes would need more for most rows, rows are walked instead.
inline constexpr uint32_t kMostSlack = 12;

// Three bytes hold all nodes and one number that is none.
inline constexpr uint32_t LinkBytes(uint32_t nodes) { return nodes < (1U << 24U) ? 3 : 4; }
inline constexpr uint64_t LinksBytes(uint64_t nodes, uint32_t degree, uint32_t link_bytes) {
  return nodes * degree * link_bytes + (sizeof(uint32_t) - link_bytes);
}

inline constexpr size_t EntryVectorsAt(uint64_t entries) { return (entries * sizeof(uint32_t) + 63U) / 64U * 64U; }

}  // namespace pomai::index
