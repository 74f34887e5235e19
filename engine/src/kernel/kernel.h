// Distance kernels: one table of function pointers for each instruction set, and the best one this machine can run,
// chosen once. A file that is compiled for an instruction set (avx2.cc, neon_dot.cc) includes nothing but this folder's
// headers and the intrinsics: an inline function of the standard library compiled there could be the copy that the
// linker keeps for the whole library.
//
// All pointers may stand at any alignment, all lengths may be any number, and nothing outside of the given rows is
// read. All tables give the same bits for the same input, so neither what an index holds nor what a search finds
// depends on the machine (shapes.h says how float32 is summed).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pomai::kernel {

// Distances of one query to four rows at once hide memory latency and share the query's loads.
using RowPair = float (*)(const void* a, const void* b, size_t length);
using RowQuad = void (*)(const void* query, const void* const rows[4], size_t length, float out[4]);

// The rows of a tile's right side, packed in groups of kTileGroup so that one register holds the same four bytes of
// each row of the group: byte d of row j is packed[(j / 16) * 16 * length + (d / 4) * 64 + (j % 16) * 4 + d % 4]. The
// length is a multiple of 4.
inline constexpr size_t kTileGroup = 16;

struct TileColumns {
  const uint8_t* packed;
  const int32_t* terms;  // one a row, 16 * groups
  size_t groups;
};

// The rows of a tile's left side.
struct TileRows {
  const int8_t* rows;
  size_t stride;  // in bytes
  const int32_t* terms;
  size_t count;
};

inline constexpr size_t kSelectSlack = 15;

// What is near one row of a tile's left side, as far as it was collected.
struct Near {
  int32_t limit;  // only what is below it
  size_t count;
  int32_t* distances;
  uint32_t* numbers;
};

// Products of codes so long are below 2^27.
inline constexpr size_t kLongestNear = 4096;

// What comparing by tiles takes, in picoseconds as measured where the table is the best one; only relations matter.
struct TileCost {
  uint32_t node;  // a distance, whatever the length, until the nearest of many are chosen
  uint32_t byte;  // more for each byte of the codes
  uint32_t pack;  // for each byte of a column that is packed
};

struct Table {
  const char* name;

  // float32, length in components: the squared L2 distance, the dot product, and minus the dot product, which is lower
  // for what is nearer as a distance is. Of finite components the result is never NaN: a dot product
  // whose terms or partial sums overflow is computed exactly, and infinite only if it is beyond the largest float
  // itself.
  RowPair l2;
  RowQuad l2_quad;
  RowPair dot;
  RowQuad dot_quad;
  RowPair negative_dot;
  RowQuad negative_dot_quad;

  // Unsigned 8-bit codes, length in bytes, at most 65,536: the squared L2 distance, and minus the dot product of what
  // the codes stand for when 128 is zero.
  RowPair code_l2;
  RowQuad code_l2_quad;
  RowPair code_negative_dot;
  RowQuad code_negative_dot_quad;

  // All distances between the rows of a and of b, for j in [0, 16 * groups):
  // out[i * out_stride + j] = a.terms[i] + b.terms[j] - 2 * (sum over d of a.row(i)[d] * b.row(j)[d]).
  void (*code_tile)(const TileRows& a, const TileColumns& b, size_t length, int32_t* out, size_t out_stride);

  // Of the same distances, those of row i below near[i].limit, appended to what near[i] has, with `first` plus j; both
  // in the order of j. There is room for all and kSelectSlack more, which may be written to. The length is at most
  // kLongestNear, and terms leave room for a sum with twice the products.
  void (*near_tile)(const TileRows& a, const TileColumns& b, size_t length, uint32_t first, Near* near);

  // Packs the codes of kTileGroup rows as a group of columns. squares[j] becomes the sum of squares of what stands
  // above or below 128 in row j. The length is a multiple of 4.
  void (*pack_group)(const uint8_t* const rows[kTileGroup], size_t length, uint8_t* packed, int32_t* squares);

  TileCost tile_cost;  // zeros: no tile is worth while

  // How many of `count` values are below `limit`.
  size_t (*count_below)(const int32_t* values, size_t count, int32_t limit);
  // Copies the values below `limit` to `below`, and `first` plus their positions to `numbers`, both in order; returns
  // how many. Both have room for `count` and kSelectSlack more, which may be written to. They are not `values`.
  size_t (*select_below)(const int32_t* values, size_t count, int32_t limit, uint32_t first, int32_t* below,
                         uint32_t* numbers);

  // The number of bits set.
  uint64_t (*popcount)(const uint64_t* words, size_t count);
};

// The best table of this machine. The environment variable POMAI_KERNEL (scalar, avx2, avx512, amx, neon, neon_dot)
// read on first use chooses a lesser one, for tests and for comparing; a name that this machine cannot run is ignored.
const Table& Active();

// Every table this machine can run, from the scalar one to the best; `count` receives how many.
const Table* const* Available(size_t& count);

// The tables. A build has those of its processor's kind.
const Table* Scalar();
const Table* Avx2();
const Table* Avx512();
const Table* Amx();
const Table* Neon();
const Table* NeonDot();

// Whether this machine, which can run the table of AVX-512, also can that of AMX, and its system lets it.
bool HasAmx();

// The exact dot product of rows, rounded to a float and infinite only beyond the largest one: for the tables, where
// their sum of float32 is not finite. NaN where a component is not.
float OverflowedDot(const float* x, const float* y, size_t length);

}  // namespace pomai::kernel
