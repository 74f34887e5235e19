#include "core/view.h"

#include <algorithm>
#include <utility>

#include "core/id_cursor.h"

namespace pomai::core {
namespace {

using segment::Segment;

void Hide(std::vector<uint64_t>& bits, const Segment& segment, uint32_t row) {
  if (bits.empty()) {
    bits.resize((size_t{segment.rows()} + 63) / 64);
  }
  bits[row / 64] |= uint64_t{1} << (row % 64);
}

// Hides the rows of `older` whose ids `newer` holds or deletes. Walks the smaller of the two and looks up in the other.
void HideReplaced(const Segment& older, std::vector<uint64_t>& bits, const Segment& newer) {
  if (newer.rows() <= older.rows()) {
    size_t rank = 0;
    for (size_t i = 0; i < newer.rows() && rank < older.rows(); ++i) {
      const uint64_t id = newer.Id(newer.RowAt(i));
      rank = older.LowerBound(id, rank);
      if (rank < older.rows() && older.Id(older.RowAt(rank)) == id) {
        Hide(bits, older, older.RowAt(rank));
      }
    }
  } else {
    for (uint32_t row = 0; row < older.rows(); ++row) {
      if (newer.FindRow(older.Id(row))) {
        Hide(bits, older, row);
      }
    }
  }
  for (const uint64_t id : newer.tombstones()) {
    if (const auto row = older.FindRow(id)) {
      Hide(bits, older, *row);
    }
  }
}

}  // namespace

View::View(std::vector<SegmentPointer> segments) : segments_(std::move(segments)), hidden_(segments_.size()) {}

std::shared_ptr<const View> View::With(SegmentPointer newer) const {
  auto segments = segments_;
  segments.push_back(std::move(newer));
  auto view = std::make_shared<View>(std::move(segments));
  if (hidden_checked_.succeeded()) {
    for (size_t i = 0; i < hidden_.size(); ++i) {
      view->hidden_[i] = hidden_[i];
    }
    view->marked_ = segments_.size();
  }
  return view;
}

uint64_t View::rows() const {
  uint64_t rows = 0;
  for (const auto& segment : segments_) {
    rows += segment->rows();
  }
  return rows;
}

const Status& View::CheckHidden() const {
  return hidden_checked_.Run([this] { return MarkHidden(); });
}

Status View::MarkHidden() const {
  if (segments_.size() < 2) {
    return {};
  }
  for (const auto& segment : segments_) {
    POMAI_RETURN_IF_ERROR(segment->CheckIds());
  }
  for (size_t newer = std::max<size_t>(marked_, 1); newer < segments_.size(); ++newer) {
    for (size_t older = 0; older < newer; ++older) {
      HideReplaced(*segments_[older], hidden_[older], *segments_[newer]);
    }
  }
  return {};
}

Result<View::Place> View::Locate(uint64_t id) const {
  for (size_t i = segments_.size(); i-- > 0;) {
    const Segment& segment = *segments_[i];
    POMAI_RETURN_IF_ERROR(segment.CheckIds());
    if (const auto row = segment.FindRow(id)) {
      return Place{Known::kRow, &segment, *row};
    }
    if (segment.Deletes(id)) {
      return Place{Known::kDeleted, &segment, 0};
    }
  }
  return Place{};
}

Result<Known> View::Find(uint64_t id) const {
  const auto place = Locate(id);
  return place.ok() ? Result<Known>(place.value().known) : place.status();
}

Status View::FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const {
  std::fill(exists.begin(), exists.end(), uint8_t{0});
  // Oldest first, so that what newer segments say stands in the end.
  for (const auto& segment : segments_) {
    POMAI_RETURN_IF_ERROR(segment->CheckIds());
    IdCursor cursor(*segment);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (cursor.Find(ids[i])) {
        exists[i] = 1;
      } else if (exists[i] != 0 && segment->Deletes(ids[i])) {
        exists[i] = 0;
      }
    }
  }
  return {};
}

Result<Known> View::Get(uint64_t id, Record& record) const {
  const auto found = Locate(id);
  if (!found.ok()) {
    return found.status();
  }
  const Place& place = found.value();
  if (place.known == Known::kRow) {
    POMAI_RETURN_IF_ERROR(place.segment->CheckRows());
    const auto vector = place.segment->Vector(place.row);
    const auto metadata = place.segment->Metadata(place.row);
    record.id = id;
    record.vector.assign(vector.begin(), vector.end());
    record.metadata.assign(metadata.begin(), metadata.end());
  }
  return place.known;
}

}  // namespace pomai::core
