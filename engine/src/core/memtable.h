// The rows and deletes that are not frozen yet: a log in memory, of which the last entry of an id counts, with a hash
// table over it. A log, so that a snapshot is no more than the log's length at the time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/mapped_array.h"
#include "core/record.h"
#include "index/index.h"

namespace pomai::core {

// Methods that change the table are called by one thread at a time; Get, Find and Pin by any number beside it. The
// accessors for a freeze belong to the changing thread.
class MemTable {
 public:
  explicit MemTable(uint32_t dim) : dim_(dim) {}

  static constexpr uint32_t kMaxEntries = 0xFFFFFFF0U;

  // Makes room for `rows`, or for one delete where there are none, so that the Put or Delete that follows cannot fail.
  void Prepare(std::span<const Upsert> rows);
  // Both apply wholly or, throwing std::bad_alloc, not at all. The caller keeps entries() at or below kMaxEntries.
  void Put(std::span<const Upsert> rows);
  void Delete(uint64_t id);

  // Drops what later entries have replaced and brings rows into the order of their ids, in place. False, and nothing
  // changed, where there was something to do and the table is pinned.
  bool Compact();
  [[nodiscard]] std::unique_ptr<MemTable> Clone() const;

  [[nodiscard]] size_t entries() const { return entries_.size(); }
  [[nodiscard]] size_t rows() const { return vectors_.size() / dim_; }

  // What a table holds, in the measures that its memory depends on.
  struct Extent {
    uint64_t entries = 0;
    uint64_t rows = 0;
    uint64_t metadata_bytes = 0;
  };
  [[nodiscard]] Extent extent() const { return {entries_.size(), rows(), metadata_.size()}; }
  [[nodiscard]] static Extent ExtentOf(std::span<const Upsert> rows);
  // The memory of a table of that extent, and what compacting it and listing its rows for a freeze take on top; but for
  // what an empty table has.
  [[nodiscard]] static uint64_t BytesOf(const Extent& extent, uint32_t dim);
  [[nodiscard]] static uint64_t CompactionBytesOf(const Extent& extent);
  [[nodiscard]] static uint64_t ListingBytesOf(const Extent& extent);

  Known Get(uint64_t id, Record& record) const;
  Known Find(uint64_t id) const;
  // Sets exists[i] where the table says something of ids[i]: 1 for a row, 0 for a delete.
  void FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const;

  // For a freeze, of a compact table.
  [[nodiscard]] index::Matrix matrix() const;
  [[nodiscard]] std::vector<uint64_t> row_ids() const;
  [[nodiscard]] std::vector<uint64_t> deleted_ids() const;
  [[nodiscard]] bool has_metadata() const { return !metadata_.empty(); }
  [[nodiscard]] std::vector<std::span<const std::byte>> row_metadata() const;

  // One id's last entry within a pinned length of the log.
  struct Item {
    uint64_t id = 0;
    uint32_t entry = 0;
    bool deleted = false;
  };

  // Holds the log as it was when the pin was made, however the table goes on. Thread-safe.
  class Pin {
   public:
    explicit Pin(std::shared_ptr<MemTable> table);
    ~Pin();
    Pin(const Pin& other) : Pin(other.table_, other.entries_) {}
    Pin& operator=(const Pin&) = delete;

    // By ascending id.
    [[nodiscard]] std::vector<Item> Items() const;
    void Read(const Item& item, Record& record) const;

   private:
    Pin(std::shared_ptr<MemTable> table, size_t entries);

    std::shared_ptr<MemTable> table_;
    size_t entries_;
  };

 private:
  static constexpr uint32_t kNoRow = UINT32_MAX;

  struct Entry {
    uint64_t id;
    uint64_t metadata_offset;
    uint32_t metadata_bytes;
    uint32_t row;  // kNoRow: a delete
  };

  static constexpr size_t kLeastSlots = 1024;

  // At most half of them are in use.
  [[nodiscard]] static size_t SlotsFor(size_t entries) {
    return std::bit_ceil(std::max<size_t>(entries * 2, kLeastSlots));
  }
  [[nodiscard]] static uint64_t SlotBytesFor(size_t entries) {
    return (SlotsFor(entries) - kLeastSlots) * sizeof(uint32_t);
  }
  void Reserve(std::span<const Upsert> rows);
  void ReserveSlots(size_t entries);
  void Index(uint32_t entry);
  [[nodiscard]] size_t SlotOf(uint64_t id) const;
  [[nodiscard]] const Entry* FindEntry(uint64_t id) const;
  void Read(const Entry& entry, Record& record) const;
  void OrderRows(std::span<const Entry> live);
  [[nodiscard]] std::span<const std::byte> MetadataOf(const Entry& entry) const;

  const uint32_t dim_;
  mutable std::shared_mutex mutex_;  // over all below
  mutable uint32_t pins_ = 0;
  bool compact_ = true;
  MappedArray<Entry> entries_;
  MappedArray<float> vectors_;
  MappedArray<std::byte> metadata_;
  MappedArray<uint32_t> slots_;  // entry number + 1, 0: free; open addressing, a power of two
};

}  // namespace pomai::core
