#include "core/iterator.h"

#include <algorithm>

namespace pomai::core {

Result<std::unique_ptr<Iterator>> Iterator::Open(const Snapshot& snapshot, uint64_t start, Deadline deadline) {
  const View& view = *snapshot.view;
  POMAI_RETURN_IF_ERROR(view.CheckHidden());
  struct Opened : Iterator {
    explicit Opened(const Snapshot& s) : Iterator(s) {}
  };
  std::unique_ptr<Iterator> iterator = std::make_unique<Opened>(snapshot);
  iterator->deadline_ = deadline;
  for (const auto& segment : view.segments()) {
    POMAI_RETURN_IF_ERROR(segment->CheckIds());
    POMAI_RETURN_IF_ERROR(segment->CheckRows());
    iterator->ranks_.push_back(segment->LowerBound(start));
  }
  iterator->items_ = snapshot.unfrozen.Items();
  const auto first = std::lower_bound(iterator->items_.begin(), iterator->items_.end(), start,
                                      [](const MemTable::Item& item, uint64_t id) { return item.id < id; });
  iterator->item_ = static_cast<size_t>(first - iterator->items_.begin());
  for (size_t i = 0; i < view.segments().size(); ++i) {
    iterator->SkipHidden(i);
  }
  iterator->Settle();
  return iterator;
}

void Iterator::SkipHidden(size_t segment) {
  const auto& rows = *snapshot_.view->segments()[segment];
  size_t& rank = ranks_[segment];
  while (rank < rows.rows() && snapshot_.view->IsHidden(segment, rows.RowAt(rank))) {
    ++rank;
  }
}

void Iterator::Settle() {
  valid_ = false;
  if (HasPassed(deadline_)) {
    status_ = {Code::kDeadlineExceeded, "Cannot scan on: the deadline has passed (raise deadline_ms)"};
    return;
  }
  const auto& segments = snapshot_.view->segments();
  while (true) {
    // Of the rows that are not hidden no two segments hold the same id.
    size_t smallest = segments.size();
    uint64_t id = 0;
    for (size_t i = 0; i < segments.size(); ++i) {
      if (ranks_[i] < segments[i]->rows()) {
        const uint64_t candidate = segments[i]->Id(segments[i]->RowAt(ranks_[i]));
        if (smallest == segments.size() || candidate < id) {
          smallest = i;
          id = candidate;
        }
      }
    }
    const bool frozen = smallest != segments.size();
    if (item_ < items_.size() && (!frozen || items_[item_].id <= id)) {
      const auto& item = items_[item_++];
      if (frozen && item.id == id) {
        ++ranks_[smallest];
        SkipHidden(smallest);
      }
      if (item.deleted) {
        continue;
      }
      snapshot_.unfrozen.Read(item, unfrozen_row_);
      id_ = item.id;
      vector_ = unfrozen_row_.vector;
      metadata_ = unfrozen_row_.metadata;
    } else if (frozen) {
      const uint32_t row = segments[smallest]->RowAt(ranks_[smallest]++);
      SkipHidden(smallest);
      id_ = id;
      vector_ = segments[smallest]->Vector(row);
      metadata_ = segments[smallest]->Metadata(row);
    } else {
      return;
    }
    valid_ = true;
    return;
  }
}

void Iterator::Next() {
  if (valid_) {
    Settle();
  }
}

}  // namespace pomai::core
