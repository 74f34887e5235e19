#include "segment/segment.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/crc32c.h"

namespace pomai::segment {

Segment::Segment(std::string path, Mapping mapping, Layout layout)
    : path_(std::move(path)),
      mapping_(std::move(mapping)),
      layout_(std::move(layout)),
      verified_(std::make_unique<Lazy[]>(layout_.sections.size())) {}

Result<std::shared_ptr<const Segment>> Segment::Open(const std::string& path) {
  auto mapping = MapFile(path);
  if (!mapping.ok()) {
    return mapping.status();
  }
  auto layout = ReadLayout(mapping.value().bytes(), path);
  if (!layout.ok()) {
    return layout.status();
  }
  struct Opened : Segment {
    Opened(std::string p, Mapping m, Layout l) : Segment(std::move(p), std::move(m), std::move(l)) {}
  };
  return std::shared_ptr<const Segment>(
      std::make_shared<Opened>(path, std::move(mapping.value()), std::move(layout.value())));
}

Status Segment::Corrupt(const std::string& what) const {
  return {Code::kCorruption,
          "Cannot read segment " + path_ + ": " + what + " (the file is damaged; restore it from a copy)"};
}

Result<std::span<const std::byte>> Segment::Find(uint32_t kind) const {
  for (size_t i = 0; i < layout_.sections.size(); ++i) {
    const TableEntry& entry = layout_.sections[i];
    if (entry.kind == kind) {
      const auto bytes = mapping_.bytes().subspan(entry.offset, entry.bytes);
      POMAI_RETURN_IF_ERROR(verified_[i].Run([&]() -> Status {
        return Crc32c(0, bytes) == entry.crc ? Status() : Corrupt(SectionName(kind) + " does not match its checksum");
      }));
      return bytes;
    }
  }
  return std::span<const std::byte>();
}

// Sizes were checked against the header with the layout.
template <typename T>
Status Segment::Load(uint32_t kind, std::span<const T>& values) const {
  const auto bytes = Find(kind);
  if (!bytes.ok()) {
    return bytes.status();
  }
  values = {reinterpret_cast<const T*>(bytes.value().data()), bytes.value().size() / sizeof(T)};
  return {};
}

const Status& Segment::CheckIds() const {
  return ids_checked_.Run([this] { return LoadIds(); });
}

Status Segment::LoadIds() const {
  POMAI_RETURN_IF_ERROR(Load(kRowIds, ids_));
  POMAI_RETURN_IF_ERROR(Load(kIdOrder, id_order_));
  POMAI_RETURN_IF_ERROR(Load(kTombstones, tombstones_));
  // Strictly ascending ids along the order make it a permutation: no row can come twice, so none is left out.
  for (size_t rank = 0; rank < rows(); ++rank) {
    if (RowAt(rank) >= rows() || (rank > 0 && Id(RowAt(rank - 1)) >= Id(RowAt(rank)))) {
      return Corrupt(SectionName(id_order_.empty() ? kRowIds : kIdOrder) + " is not in order");
    }
  }
  if (std::adjacent_find(tombstones_.begin(), tombstones_.end(), std::greater_equal<>()) != tombstones_.end()) {
    return Corrupt(SectionName(kTombstones) + " is not in order");
  }
  return {};
}

size_t Segment::LowerBound(uint64_t id, size_t from) const {
  size_t first = from;
  size_t count = rows() - from;
  while (count > 0) {
    const size_t half = count / 2;
    if (Id(RowAt(first + half)) < id) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

std::optional<uint32_t> Segment::FindRow(uint64_t id) const {
  const size_t rank = LowerBound(id);
  if (rank == rows() || Id(RowAt(rank)) != id) {
    return std::nullopt;
  }
  return RowAt(rank);
}

bool Segment::Deletes(uint64_t id) const { return std::binary_search(tombstones_.begin(), tombstones_.end(), id); }

const Status& Segment::CheckVectors() const {
  return vectors_checked_.Run([this] { return Load(kVectors, vectors_); });
}

const Status& Segment::CheckRows() const {
  return rows_checked_.Run([this] { return LoadRows(); });
}

Status Segment::LoadRows() const {
  POMAI_RETURN_IF_ERROR(CheckVectors());
  POMAI_RETURN_IF_ERROR(Load(kMetadataOffsets, metadata_offsets_));
  POMAI_RETURN_IF_ERROR(Load(kMetadata, metadata_));
  const auto& offsets = metadata_offsets_;
  bool in_order = offsets.empty() || (offsets.front() == 0 && offsets.back() == metadata_.size());
  for (size_t i = 1; i < offsets.size() && in_order; ++i) {
    in_order = offsets[i - 1] <= offsets[i] && offsets[i] - offsets[i - 1] <= UINT32_MAX;
  }
  return in_order ? Status() : Corrupt(SectionName(kMetadataOffsets) + " is not in order");
}

std::span<const float> Segment::Vector(uint32_t row) const {
  const size_t dim = header().dim;
  return vectors_.subspan(row * dim, dim);
}

std::span<const std::byte> Segment::Metadata(uint32_t row) const {
  if (metadata_offsets_.empty()) {
    return {};
  }
  const uint64_t begin = metadata_offsets_[row];
  return metadata_.subspan(begin, metadata_offsets_[row + 1] - begin);
}

const Status& Segment::CheckIndex() const {
  return index_checked_.Run([this] { return LoadIndex(); });
}

Status Segment::LoadIndex() const {
  POMAI_RETURN_IF_ERROR(CheckIds());
  POMAI_RETURN_IF_ERROR(CheckVectors());
  auto index = index::Open(static_cast<index::Kind>(header().index_kind), static_cast<index::Metric>(header().metric),
                           {vectors_.data(), rows(), header().dim}, *this);
  if (!index.ok()) {
    const Status why = index.status();
    return why.code() == Code::kCorruption ? Corrupt(why.message()) : why;
  }
  index_ = std::move(index.value());
  return {};
}

}  // namespace pomai::segment
