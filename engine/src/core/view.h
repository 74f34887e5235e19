// The frozen state of a database at one moment: its segments, oldest first, and which of their rows newer segments have
// replaced or deleted. Immutable; searches and scans hold one for as long as they run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/lazy.h"
#include "base/status.h"
#include "core/record.h"
#include "segment/segment.h"

namespace pomai::core {

// Thread-safe.
class View {
 public:
  using SegmentPointer = std::shared_ptr<const segment::Segment>;

  explicit View(std::vector<SegmentPointer> segments);

  // This state and one newer segment. What is known of hidden rows is kept, so that a freeze costs later searches a
  // pass over what it wrote, not over all there is.
  [[nodiscard]] std::shared_ptr<const View> With(SegmentPointer newer) const;

  [[nodiscard]] const std::vector<SegmentPointer>& segments() const { return segments_; }
  [[nodiscard]] uint64_t rows() const;  // hidden ones included

  // Finds the hidden rows, on first use; reads all ids unless there is one segment only.
  const Status& CheckHidden() const;
  // After CheckHidden. Bit i: row i of this segment is not to be seen; empty: all rows are.
  [[nodiscard]] std::span<const uint64_t> hidden(size_t segment) const { return hidden_[segment]; }
  [[nodiscard]] bool IsHidden(size_t segment, uint32_t row) const {
    const auto& bits = hidden_[segment];
    return !bits.empty() && ((bits[row / 64] >> (row % 64)) & 1U) != 0;
  }

  // What the segments say of an id.
  Result<Known> Find(uint64_t id) const;
  // exists[i]: whether the newest that is said of ids[i] is a row.
  Status FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const;
  Result<Known> Get(uint64_t id, Record& record) const;

 private:
  struct Place {
    Known known = Known::kNothing;
    const segment::Segment* segment = nullptr;
    uint32_t row = 0;
  };

  Result<Place> Locate(uint64_t id) const;
  Status MarkHidden() const;

  const std::vector<SegmentPointer> segments_;
  size_t marked_ = 1;  // how many of the oldest segments hidden_ was already worked out for
  mutable Lazy hidden_checked_;
  mutable std::vector<std::vector<uint64_t>> hidden_;
};

}  // namespace pomai::core
