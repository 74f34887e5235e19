#include "segment/writer.h"

#include <fcntl.h>

#include <cstring>
#include <vector>

#include "base/crc32c.h"
#include "base/file.h"
#include "segment/format.h"

namespace pomai::segment {
namespace {

// Collects small writes, knows the position, and sums up the section under way. A failed write sticks: later calls do
// nothing, Finish reports it.
class Output {
 public:
  explicit Output(File file) : file_(std::move(file)) { buffer_.reserve(kBuffer); }

  void BeginSection(uint32_t kind, uint64_t bytes) {
    PadTo(bytes >= kLargeSection ? kPageAlignment : kAlignment);
    table_.push_back({kind, 0, position_, bytes, 0, 0});
  }

  // Part of the section begun last.
  void Put(std::span<const std::byte> bytes) {
    table_.back().crc = Crc32c(table_.back().crc, bytes);
    Raw(bytes);
  }

  template <typename T>
  void PutValues(std::span<const T> values) {
    Put(std::as_bytes(values));
  }

  // Table, then the header that makes the file a segment.
  Result<Written> Finish(Header header, Durability durability) {
    PadTo(kAlignment);
    header.table_offset = position_;
    header.table_entries = static_cast<uint32_t>(table_.size());
    const auto table = std::as_bytes(std::span(table_));
    header.table_crc = Crc32c(0, table);
    Raw(table);
    Flush();
    POMAI_RETURN_IF_ERROR(failure_);
    header.file_bytes = position_;
    const auto bytes = std::as_bytes(std::span(&header, 1));
    header.crc = Crc32c(0, bytes.first(offsetof(Header, crc)));
    POMAI_RETURN_IF_ERROR(file_.WriteAt(0, bytes));
    if (durability == Durability::kSynced) {
      POMAI_RETURN_IF_ERROR(file_.Sync());
    }
    return Written{position_, header.crc};
  }

  void SkipHeader() { Zeros(sizeof(Header)); }

 private:
  static constexpr size_t kBuffer = size_t{1} << 20;

  void Raw(std::span<const std::byte> bytes) {
    position_ += bytes.size();
    if (buffer_.size() + bytes.size() > kBuffer) {
      Flush();
    }
    if (bytes.size() > kBuffer) {
      Write(bytes);
    } else {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    }
  }

  void Zeros(uint64_t count) {
    static constexpr std::byte kZeros[kPageAlignment] = {};
    Raw(std::span(kZeros).first(count));
  }

  void PadTo(uint64_t alignment) {
    if (position_ % alignment != 0) {
      Zeros(alignment - position_ % alignment);
    }
  }

  void Flush() {
    Write(buffer_);
    buffer_.clear();
  }

  void Write(std::span<const std::byte> bytes) {
    if (failure_.ok()) {
      failure_ = file_.Append(bytes);
    }
  }

  File file_;
  std::vector<std::byte> buffer_;
  uint64_t position_ = 0;
  std::vector<TableEntry> table_;
  Status failure_;
};

void WriteRows(Output& out, const Contents& contents) {
  const auto& order = contents.built->order;
  const uint32_t rows = contents.rows.rows;
  const auto input = [&](uint32_t row) { return order.empty() ? row : order[row]; };

  out.BeginSection(kRowIds, rows * sizeof(uint64_t));
  for (uint32_t row = 0; row < rows; ++row) {
    out.PutValues(contents.ids.subspan(input(row), 1));
  }

  if (!order.empty()) {
    std::vector<uint32_t> stored(rows);  // input rows come by id, so the inverse of `order` is the id order
    for (uint32_t row = 0; row < rows; ++row) {
      stored[order[row]] = row;
    }
    out.BeginSection(kIdOrder, rows * sizeof(uint32_t));
    out.PutValues(std::span<const uint32_t>(stored));
  }

  const size_t dim = contents.rows.dim;
  out.BeginSection(kVectors, rows * dim * sizeof(float));
  for (uint32_t row = 0; row < rows; ++row) {
    out.PutValues(std::span(contents.rows.row(input(row)), dim));
  }

  if (contents.metadata) {
    out.BeginSection(kMetadataOffsets, (uint64_t{rows} + 1) * sizeof(uint64_t));
    uint64_t offset = 0;
    out.PutValues(std::span<const uint64_t>(&offset, 1));
    for (uint32_t row = 0; row < rows; ++row) {
      offset += contents.metadata(input(row)).size();
      out.PutValues(std::span<const uint64_t>(&offset, 1));
    }
    out.BeginSection(kMetadata, offset);
    for (uint32_t row = 0; row < rows; ++row) {
      out.Put(contents.metadata(input(row)));
    }
  }
}

}  // namespace

Result<Written> Write(const std::string& path, const Contents& contents, Durability durability) {
  auto file = File::Open(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) {
    return file.status();
  }
  Output out(std::move(file.value()));
  out.SkipHeader();
  if (contents.rows.rows != 0) {
    WriteRows(out, contents);
  }
  if (!contents.tombstones.empty()) {
    out.BeginSection(kTombstones, contents.tombstones.size_bytes());
    out.PutValues(contents.tombstones);
  }
  for (const auto& section : contents.built->sections) {
    out.BeginSection(section.kind, section.bytes.size());
    out.Put(section.bytes);
  }

  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.header_bytes = sizeof(Header);
  header.number = contents.number;
  header.rows = contents.rows.rows;
  header.tombstones = contents.tombstones.size();
  header.dim = contents.rows.dim;
  header.element_type = static_cast<uint8_t>(ElementType::kFloat32);
  header.metric = static_cast<uint8_t>(contents.params.metric);
  header.index_kind = static_cast<uint8_t>(contents.params.kind);
  header.m = contents.params.m;
  header.ef_construction = contents.params.ef_construction;
  return out.Finish(header, durability);
}

}  // namespace pomai::segment
