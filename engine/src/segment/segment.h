// One opened segment file. Opening maps it and reads header and table; everything else is checked (checksum, then every
// number that later code follows) when it is first used, once, and a failure of that check stays the answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/lazy.h"
#include "base/status.h"
#include "index/index.h"
#include "segment/layout.h"

namespace pomai::segment {

// Thread-safe. What stands below a Check method may be called once that has succeeded.
class Segment : public index::SectionSource {
 public:
  static Result<std::shared_ptr<const Segment>> Open(const std::string& path);

  [[nodiscard]] const Header& header() const { return layout_.header; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] uint32_t rows() const { return static_cast<uint32_t>(layout_.header.rows); }

  // Ids, id order and tombstones. A rank is a row's place by ascending id.
  const Status& CheckIds() const;
  [[nodiscard]] uint64_t Id(uint32_t row) const { return ids_[row]; }
  [[nodiscard]] uint32_t RowAt(size_t rank) const {
    return id_order_.empty() ? static_cast<uint32_t>(rank) : id_order_[rank];
  }
  [[nodiscard]] std::span<const uint64_t> tombstones() const { return tombstones_; }
  // The first rank, not below `from`, whose id is not below `id`; rows() where there is none.
  [[nodiscard]] size_t LowerBound(uint64_t id, size_t from = 0) const;
  [[nodiscard]] std::optional<uint32_t> FindRow(uint64_t id) const;
  [[nodiscard]] bool Deletes(uint64_t id) const;

  // Vectors and metadata.
  const Status& CheckRows() const;
  [[nodiscard]] std::span<const float> Vector(uint32_t row) const;
  [[nodiscard]] std::span<const std::byte> Metadata(uint32_t row) const;

  // The index, opened on first use, and the ids of its hits.
  const Status& CheckIndex() const;
  [[nodiscard]] const index::Index& index() const { return *index_; }

  Result<std::span<const std::byte>> Find(uint32_t kind) const override;

 private:
  Segment(std::string path, Mapping mapping, Layout layout);

  const Status& CheckVectors() const;
  Status LoadIds() const;
  Status LoadRows() const;
  Status LoadIndex() const;
  [[nodiscard]] Status Corrupt(const std::string& what) const;
  template <typename T>
  Status Load(uint32_t kind, std::span<const T>& values) const;

  const std::string path_;
  const Mapping mapping_;
  const Layout layout_;
  const std::unique_ptr<Lazy[]> verified_;  // one a section

  mutable Lazy ids_checked_;
  mutable std::span<const uint64_t> ids_;
  mutable std::span<const uint32_t> id_order_;
  mutable std::span<const uint64_t> tombstones_;

  mutable Lazy vectors_checked_;
  mutable std::span<const float> vectors_;
  mutable Lazy rows_checked_;
  mutable std::span<const uint64_t> metadata_offsets_;
  mutable std::span<const std::byte> metadata_;

  mutable Lazy index_checked_;
  mutable std::unique_ptr<index::Index> index_;
};

}  // namespace pomai::segment
