#include "core/memtable.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace pomai::core {
namespace {

uint64_t Hash(uint64_t id) {  // the finalizer of splitmix64: neighbouring ids must not crowd neighbouring slots
  id = (id ^ (id >> 30)) * 0xBF58476D1CE4E5B9U;
  id = (id ^ (id >> 27)) * 0x94D049BB133111EBU;
  return id ^ (id >> 31);
}

}  // namespace

size_t MemTable::SlotOf(uint64_t id) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = Hash(id) & mask;
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].id != id) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

const MemTable::Entry* MemTable::FindEntry(uint64_t id) const {
  if (slots_.empty()) {
    return nullptr;
  }
  const uint32_t entry = slots_[SlotOf(id)];
  return entry == 0 ? nullptr : &entries_[entry - 1];
}

void MemTable::Index(uint32_t entry) { slots_[SlotOf(entries_[entry].id)] = entry + 1; }

void MemTable::ReserveSlots(size_t entries) {
  if (entries * 2 <= slots_.size()) {
    return;
  }
  MappedArray<uint32_t> larger;
  larger.Resize(SlotsFor(entries));
  slots_ = std::move(larger);
  for (uint32_t entry = 0; entry < entries_.size(); ++entry) {
    Index(entry);
  }
}

void MemTable::Reserve(std::span<const Upsert> rows) {
  size_t metadata_bytes = 0;
  for (const auto& row : rows) {
    metadata_bytes += row.metadata.size();
  }
  const size_t entries = entries_.size() + std::max<size_t>(rows.size(), 1);
  entries_.Reserve(entries);
  vectors_.Reserve(vectors_.size() + rows.size() * dim_);
  metadata_.Reserve(metadata_.size() + metadata_bytes);
  ReserveSlots(entries);
}

void MemTable::Prepare(std::span<const Upsert> rows) {
  const std::unique_lock lock(mutex_);
  Reserve(rows);
}

void MemTable::Put(std::span<const Upsert> rows) {
  const std::unique_lock lock(mutex_);
  Reserve(rows);
  for (const auto& row : rows) {
    const auto entry = static_cast<uint32_t>(entries_.size());
    compact_ = compact_ && (entry == 0 || entries_[entry - 1].id < row.id);
    entries_.Append({row.id, metadata_.size(), static_cast<uint32_t>(row.metadata.size()),
                     static_cast<uint32_t>(vectors_.size() / dim_)});
    vectors_.Append(std::span(row.vector, dim_));
    metadata_.Append(row.metadata);
    Index(entry);
  }
}

void MemTable::Delete(uint64_t id) {
  const std::unique_lock lock(mutex_);
  Reserve({});
  const auto entry = static_cast<uint32_t>(entries_.size());
  compact_ = compact_ && (entry == 0 || entries_[entry - 1].id < id);
  entries_.Append({id, metadata_.size(), 0, kNoRow});
  Index(entry);
}

MemTable::Extent MemTable::ExtentOf(std::span<const Upsert> rows) {
  Extent extent{rows.size(), rows.size(), 0};
  for (const auto& row : rows) {
    extent.metadata_bytes += row.metadata.size();
  }
  return extent;
}

uint64_t MemTable::BytesOf(const Extent& extent, uint32_t dim) {
  // A hash table that grows stands beside the one it grew from for a moment; that one is half as large.
  return extent.entries * sizeof(Entry) + extent.rows * dim * sizeof(float) + extent.metadata_bytes +
         SlotBytesFor(extent.entries) * 3 / 2;
}

uint64_t MemTable::CompactionBytesOf(const Extent& extent) {
  return extent.entries * sizeof(Entry) + extent.metadata_bytes + SlotBytesFor(extent.entries) +
         extent.rows * sizeof(uint32_t) + extent.rows / 8;
}

uint64_t MemTable::ListingBytesOf(const Extent& extent) {
  return extent.entries * sizeof(uint64_t) +
         (extent.metadata_bytes != 0 ? extent.rows * sizeof(std::span<const std::byte>) : 0);
}

std::span<const std::byte> MemTable::MetadataOf(const Entry& entry) const {
  return metadata_.values().subspan(entry.metadata_offset, entry.metadata_bytes);
}

void MemTable::Read(const Entry& entry, Record& record) const {
  const auto vector = vectors_.values().subspan(size_t{entry.row} * dim_, dim_);
  const auto metadata = MetadataOf(entry);
  record.id = entry.id;
  record.vector.assign(vector.begin(), vector.end());
  record.metadata.assign(metadata.begin(), metadata.end());
}

Known MemTable::Get(uint64_t id, Record& record) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = FindEntry(id);
  if (entry == nullptr) {
    return Known::kNothing;
  }
  if (entry->row == kNoRow) {
    return Known::kDeleted;
  }
  Read(*entry, record);
  return Known::kRow;
}

Known MemTable::Find(uint64_t id) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = FindEntry(id);
  if (entry == nullptr) {
    return Known::kNothing;
  }
  return entry->row == kNoRow ? Known::kDeleted : Known::kRow;
}

void MemTable::FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const {
  const std::shared_lock lock(mutex_);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (const Entry* entry = FindEntry(ids[i]); entry != nullptr) {
      exists[i] = entry->row == kNoRow ? 0 : 1;
    }
  }
}

std::unique_ptr<MemTable> MemTable::Clone() const {
  const std::shared_lock lock(mutex_);
  auto copy = std::make_unique<MemTable>(dim_);
  copy->compact_ = compact_;
  copy->entries_.Append(entries_.values());
  copy->vectors_.Append(vectors_.values());
  copy->metadata_.Append(metadata_.values());
  copy->slots_.Append(slots_.values());
  return copy;
}

bool MemTable::Compact() {
  const std::unique_lock lock(mutex_);
  if (compact_ || pins_ != 0) {
    return compact_;
  }
  std::vector<Entry> live;
  live.reserve(entries_.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (FindEntry(entries_[i].id) == &entries_[i]) {
      live.push_back(entries_[i]);
    }
  }
  std::sort(live.begin(), live.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });

  MappedArray<std::byte> metadata;
  metadata.Reserve(metadata_.size());
  MappedArray<uint32_t> slots;
  slots.Resize(slots_.size());

  OrderRows(live);  // the last step that can fail for want of memory, and it does so before it moves a row
  uint32_t rows = 0;
  for (auto& entry : live) {
    const auto bytes = MetadataOf(entry);
    entry.metadata_offset = metadata.size();
    metadata.Append(bytes);
    if (entry.row != kNoRow) {
      entry.row = rows++;
    }
  }
  vectors_.Resize(size_t{rows} * dim_);
  metadata_ = std::move(metadata);
  entries_.Resize(0);
  entries_.Append(live);
  slots_ = std::move(slots);
  for (uint32_t entry = 0; entry < entries_.size(); ++entry) {
    Index(entry);
  }
  compact_ = true;
  return true;
}

// Moves the rows of `live` to the front, in its order, along the cycles of the permutation: one row of extra memory.
void MemTable::OrderRows(std::span<const Entry> live) {
  std::vector<uint32_t> source;  // row i comes from row source[i]; dead rows fill the end
  source.reserve(rows());
  std::vector<bool> kept(rows());
  for (const auto& entry : live) {
    if (entry.row != kNoRow) {
      source.push_back(entry.row);
      kept[entry.row] = true;
    }
  }
  for (uint32_t row = 0; row < kept.size(); ++row) {
    if (!kept[row]) {
      source.push_back(row);
    }
  }
  std::vector<float> held(dim_);
  float* const data = vectors_.data();
  const auto at = [&](uint32_t row) { return data + size_t{row} * dim_; };
  for (uint32_t start = 0; start < source.size(); ++start) {
    if (source[start] == start) {
      continue;
    }
    std::copy_n(at(start), dim_, held.data());
    uint32_t row = start;
    while (source[row] != start) {
      std::copy_n(at(source[row]), dim_, at(row));
      row = std::exchange(source[row], row);
    }
    std::copy_n(held.data(), dim_, at(row));
    source[row] = row;
  }
}

index::Matrix MemTable::matrix() const { return {vectors_.data(), static_cast<uint32_t>(rows()), dim_}; }

std::vector<uint64_t> MemTable::row_ids() const {
  std::vector<uint64_t> ids;
  ids.reserve(rows());
  for (const auto& entry : entries_.values()) {
    if (entry.row != kNoRow) {
      ids.push_back(entry.id);
    }
  }
  return ids;
}

std::vector<uint64_t> MemTable::deleted_ids() const {
  std::vector<uint64_t> ids;
  ids.reserve(entries_.size() - rows());
  for (const auto& entry : entries_.values()) {
    if (entry.row == kNoRow) {
      ids.push_back(entry.id);
    }
  }
  return ids;
}

std::vector<std::span<const std::byte>> MemTable::row_metadata() const {
  std::vector<std::span<const std::byte>> metadata;
  metadata.reserve(rows());
  for (const auto& entry : entries_.values()) {
    if (entry.row != kNoRow) {
      metadata.push_back(MetadataOf(entry));
    }
  }
  return metadata;
}

MemTable::Pin::Pin(std::shared_ptr<MemTable> table) : table_(std::move(table)) {
  const std::unique_lock lock(table_->mutex_);
  entries_ = table_->entries_.size();
  ++table_->pins_;
}

MemTable::Pin::Pin(std::shared_ptr<MemTable> table, size_t entries) : table_(std::move(table)), entries_(entries) {
  const std::unique_lock lock(table_->mutex_);
  ++table_->pins_;
}

MemTable::Pin::~Pin() {
  const std::unique_lock lock(table_->mutex_);
  --table_->pins_;
}

std::vector<MemTable::Item> MemTable::Pin::Items() const {
  const std::shared_lock lock(table_->mutex_);
  std::vector<Item> items;
  items.reserve(entries_);
  for (uint32_t entry = 0; entry < entries_; ++entry) {
    const Entry& logged = table_->entries_[entry];
    items.push_back({logged.id, entry, logged.row == kNoRow});
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.id != b.id ? a.id < b.id : a.entry > b.entry; });
  items.erase(std::unique(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.id == b.id; }),
              items.end());
  return items;
}

void MemTable::Pin::Read(const Item& item, Record& record) const {
  const std::shared_lock lock(table_->mutex_);
  table_->Read(table_->entries_[item.entry], record);
}

}  // namespace pomai::core
