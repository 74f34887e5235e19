// The segment reader: any bytes are a status, or a segment of which every part can be read and searched. Byte 0:
// whether to make the checksums fit; bytes 1 and 2: k and ef; the rest is the file.
#include <cmath>
#include <set>

#include "../seal.h"
#include "scratch.h"
#include "segment/segment.h"

namespace {

using pomai::segment::Segment;

// The sanitizers see what lies outside of the file; the sum keeps the reads.
uint64_t Touch(std::span<const std::byte> bytes) {
  uint64_t sum = 0;
  for (const std::byte byte : bytes) {
    sum += static_cast<uint64_t>(byte);
  }
  return sum;
}

void ReadRows(const Segment& segment) {
  uint64_t sum = 0;
  for (size_t rank = 0; rank < segment.rows(); ++rank) {
    const uint32_t row = segment.RowAt(rank);
    FUZZ_CHECK(row < segment.rows());
    FUZZ_CHECK(rank == 0 || segment.Id(segment.RowAt(rank - 1)) < segment.Id(row));
    FUZZ_CHECK(segment.FindRow(segment.Id(row)) == row);
  }
  for (const uint64_t id : segment.tombstones()) {
    FUZZ_CHECK(segment.Deletes(id));
  }
  if (segment.CheckRows().ok()) {
    for (uint32_t row = 0; row < segment.rows(); ++row) {
      sum += Touch(std::as_bytes(segment.Vector(row))) + Touch(segment.Metadata(row));
    }
  }
  volatile uint64_t kept = sum;
  static_cast<void>(kept);
}

void Search(const Segment& segment, uint32_t k, uint32_t ef) {
  const auto scratch = segment.index().NewScratch();
  const std::vector<float> query(segment.header().dim, 1.5F);
  const std::vector<uint64_t> every_third((segment.rows() + 63) / 64, 0x9249249249249249U);
  pomai::index::SearchCounters counters;
  for (const bool hiding : {false, true}) {
    std::vector<pomai::index::Hit> hits;
    const auto hidden = hiding ? std::span<const uint64_t>(every_third) : std::span<const uint64_t>();
    segment.index().Search(query.data(), {.k = k, .ef = ef, .hidden = hidden}, *scratch, hits, counters);
    FUZZ_CHECK(hits.size() <= k);
    std::set<uint32_t> rows;
    for (const auto& hit : hits) {
      FUZZ_CHECK(hit.row < segment.rows());
      FUZZ_CHECK(rows.insert(hit.row).second);
      FUZZ_CHECK(!std::isnan(hit.score));
      FUZZ_CHECK(!hiding || (every_third[hit.row / 64] >> (hit.row % 64) & 1U) == 0);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const bool seal = input.Byte() % 4 != 0;
  const uint32_t k = 1 + input.Byte();
  const uint32_t ef = 1 + input.Byte();
  std::string bytes = input.Rest();
  if (seal && bytes.size() >= sizeof(pomai::segment::Header)) {
    fixture::SealSegment(bytes);
  }
  const std::string path = fuzz::Scratch() + "/00000000000000000001.seg";
  fixture::WriteWhole(path, bytes);
  const auto opened = Segment::Open(path);
  if (!opened.ok()) {
    FUZZ_CHECK(!opened.status().message().empty());
    return 0;
  }
  const Segment& segment = *opened.value();
  if (segment.CheckIds().ok()) {
    ReadRows(segment);
  }
  if (segment.rows() != 0 && segment.CheckIndex().ok()) {
    Search(segment, k, ef);
  }
  return 0;
}
