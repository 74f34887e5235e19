// A directory opened by one handle: the frozen state (a View), what is not frozen yet (a MemTable and, with fsync, its
// log), and the files that make both last.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>

#include "base/file.h"
#include "base/status.h"
#include "core/directory_lock.h"
#include "core/iterator.h"
#include "core/manifest.h"
#include "core/memtable.h"
#include "core/options.h"
#include "core/record.h"
#include "core/search.h"
#include "core/view.h"
#include "core/wal.h"

namespace pomai::core {

// Thread-safe: writers take turns; searches wait for neither writers nor freezes, but for the moment in which a frozen
// state is replaced; other reads also for the moments in which rows are appended or, as a freeze begins, sorted. All
// methods may throw std::bad_alloc and have then changed nothing.
class Database {
 public:
  // Opens `options.path`, making the directory if there is none.
  static Result<std::unique_ptr<Database>> Open(const Options& options);

  [[nodiscard]] const Options& options() const { return options_; }

  // All rows or, after a failure, none. Vectors must be finite: the caller has seen to it.
  Status PutBatch(std::span<const Upsert> rows);
  Status Delete(uint64_t id);
  Status Freeze();
  // From now on this handle forces nothing to the disk. kInvalidArgument with fsync, which promises the opposite.
  Status LeaveUnsynced();

  Result<Known> Get(uint64_t id, Record& record) const;
  Result<Known> Find(uint64_t id) const;
  // exists[i]: whether there is a row of ids[i].
  Status FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const;
  // The vector of ids[i] at vectors[i * dim], and whether there is such a row; where there is none the place stays.
  Status GetAll(std::span<const uint64_t> ids, std::span<float> vectors, std::span<uint8_t> exists) const;
  [[nodiscard]] Snapshot TakeSnapshot() const;

  // What searches see.
  [[nodiscard]] std::shared_ptr<const View> view() const;

 private:
  class Replay;
  class Unlisted;

  Database(const Options& options, DirectoryLock lock);

  Status Load();
  Status OpenSegments();
  Status CheckSame(uint32_t dim, index::Metric metric) const;
  [[nodiscard]] std::string PathOf(const std::string& name) const { return options_.path + "/" + name; }
  [[nodiscard]] std::shared_ptr<MemTable> memtable() const;

  // The writing side; under write_mutex_.
  Status BecomeWriter();
  Status SyncFound();
  Status RemoveStaleFiles() const;
  Status OpenWal();
  Status MakeRoom(const MemTable::Extent& more);
  // What memory_budget_bytes bounds: the memory of unfrozen rows, and what a freeze of them needs on top of it.
  [[nodiscard]] uint64_t BytesOf(const MemTable::Extent& extent) const;
  [[nodiscard]] uint64_t FreezeBytesOf(const MemTable::Extent& extent) const;
  [[nodiscard]] index::BuildParams BuildParamsFor(uint32_t rows) const;
  Result<View::SegmentPointer> WriteSegment(const MemTable& table, std::span<const uint64_t> tombstones,
                                            const Unlisted& file, SegmentEntry& entry) const;
  Status Install(Manifest manifest, std::shared_ptr<const View> view);

  const Options options_;

  std::mutex write_mutex_;  // taken before state_mutex_
  DirectoryLock lock_;
  bool writer_ = false;
  bool found_synced_ = false;
  Durability durability_ = Durability::kSynced;
  Manifest manifest_;
  uint64_t wal_bytes_ = 0;  // whole bytes of the log of this generation, as far as it was replayed
  std::optional<WalWriter> wal_;
  // The manifest on the disk is or may be a later one than manifest_: what is logged from here on would be lost.
  bool behind_ = false;

  mutable std::shared_mutex state_mutex_;
  std::shared_ptr<MemTable> memtable_;
  std::shared_ptr<const View> view_;
};

}  // namespace pomai::core
