// A walk over all rows of a snapshot by ascending id.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "core/memtable.h"
#include "core/search.h"
#include "core/view.h"

namespace pomai::core {

// The state of a database at one moment: what was frozen, and the log of what was not.
struct Snapshot {
  std::shared_ptr<const View> view;
  MemTable::Pin unfrozen;
};

class Iterator {
 public:
  // Stands on the first row with an id not below `start`. Checks all ids, vectors and metadata before it returns.
  static Result<std::unique_ptr<Iterator>> Open(const Snapshot& snapshot, uint64_t start, Deadline deadline);

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const Status& status() const { return status_; }
  // May throw std::bad_alloc; the walk then goes no further than Fail.
  void Next();
  void Fail(Status status) {
    valid_ = false;
    status_ = std::move(status);
  }

  // While valid; the spans hold until Next.
  [[nodiscard]] uint64_t id() const { return id_; }
  [[nodiscard]] std::span<const float> vector() const { return vector_; }
  [[nodiscard]] std::span<const std::byte> metadata() const { return metadata_; }

 private:
  explicit Iterator(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // Steps cursor i over hidden rows; a cursor at its segment's end stays there.
  void SkipHidden(size_t segment);
  // Brings the smallest id of all cursors into view, if any is left.
  void Settle();

  const Snapshot snapshot_;
  std::vector<MemTable::Item> items_;
  size_t item_ = 0;
  std::vector<size_t> ranks_;  // one cursor a segment
  Deadline deadline_;
  bool valid_ = false;
  Status status_;
  uint64_t id_ = 0;
  Record unfrozen_row_;
  std::span<const float> vector_;
  std::span<const std::byte> metadata_;
};

}  // namespace pomai::core
