#include "core/database.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"

namespace pomai::core {

Database::Database(const Options& options, DirectoryLock lock)
    : options_(options),
      lock_(std::move(lock)),
      memtable_(std::make_shared<MemTable>(options.dim)),
      view_(std::make_shared<View>(std::vector<View::SegmentPointer>())) {}

Result<std::unique_ptr<Database>> Database::Open(const Options& options) {
  POMAI_RETURN_IF_ERROR(Validate(options));
  POMAI_RETURN_IF_ERROR(MakeDirectories(options.path));
  auto lock = DirectoryLock::AcquireShared(options.path);
  if (!lock.ok()) {
    return lock.status();
  }
  struct Opened : Database {
    Opened(const Options& o, DirectoryLock l) : Database(o, std::move(l)) {}
  };
  std::unique_ptr<Database> database = std::make_unique<Opened>(options, std::move(lock.value()));
  POMAI_RETURN_IF_ERROR(database->Load());
  return database;
}

// Feeds the log of a directory to the memtable of the handle that opens it.
class Database::Replay final : public WalSink {
 public:
  explicit Replay(Database& database) : database_(database) {}

  Status OnIdentity(const WalIdentity& identity) override {
    if (identity.generation != database_.manifest_.generation) {
      return {Code::kCorruption, "Cannot open " + database_.options_.path + ": its log is of generation " +
                                     std::to_string(identity.generation) + " (its manifest is of generation " +
                                     std::to_string(database_.manifest_.generation) + "; restore both from one copy)"};
    }
    return database_.CheckSame(identity.dim, identity.metric);
  }
  Status OnPut(std::span<const Upsert> rows) override {
    database_.memtable_->Put(rows);
    return {};
  }
  Status OnDelete(uint64_t id) override {
    database_.memtable_->Delete(id);
    return {};
  }

 private:
  Database& database_;
};

Status Database::Load() {
  auto manifest = ReadManifest(options_.path);
  if (manifest.ok()) {
    manifest_ = std::move(manifest.value());
    POMAI_RETURN_IF_ERROR(CheckSame(manifest_.dim, manifest_.metric));
    POMAI_RETURN_IF_ERROR(OpenSegments());
  } else if (manifest.status().code() == Code::kNotFound) {
    manifest_.dim = options_.dim;
    manifest_.metric = options_.metric;
  } else {
    return manifest.status();
  }
  Replay replay(*this);
  const auto bytes = ReplayWal(PathOf(NumberedName(manifest_.generation, ".wal")), replay);
  if (!bytes.ok()) {
    return bytes.status();
  }
  wal_bytes_ = bytes.value();
  return {};
}

Status Database::CheckSame(uint32_t dim, index::Metric metric) const {
  const auto name = [](index::Metric m) { return m == index::Metric::kL2 ? "L2" : "inner product"; };
  if (dim != options_.dim) {
    return {Code::kInvalidArgument, "Cannot open " + options_.path + ": dim is " + std::to_string(options_.dim) +
                                        " (the database in it has " + std::to_string(dim) + ")"};
  }
  if (metric != options_.metric) {
    return {Code::kInvalidArgument, "Cannot open " + options_.path + ": metric is " + name(options_.metric) +
                                        " (the database in it has " + name(metric) + ")"};
  }
  return {};
}

Status Database::OpenSegments() {
  std::vector<View::SegmentPointer> segments;
  for (const auto& entry : manifest_.segments) {
    const std::string path = PathOf(NumberedName(entry.number, ".seg"));
    auto segment = segment::Segment::Open(path);
    if (!segment.ok()) {
      const Status why = segment.status();
      return why.code() == Code::kNotFound
                 ? Status(Code::kCorruption, why.message() + " (the manifest lists it; restore it from a copy)")
                 : why;
    }
    const auto& header = segment.value()->header();
    if (header.number != entry.number || header.file_bytes != entry.bytes || header.crc != entry.header_crc ||
        header.dim != manifest_.dim || header.metric != static_cast<uint8_t>(manifest_.metric)) {
      return {Code::kCorruption, "Cannot open segment " + path +
                                     ": it is not the file that the manifest lists (restore both from one copy)"};
    }
    segments.push_back(std::move(segment.value()));
  }
  view_ = std::make_shared<View>(std::move(segments));
  return {};
}

std::shared_ptr<const View> Database::view() const {
  const std::shared_lock lock(state_mutex_);
  return view_;
}

std::shared_ptr<MemTable> Database::memtable() const {
  const std::shared_lock lock(state_mutex_);
  return memtable_;
}

Snapshot Database::TakeSnapshot() const {
  const std::shared_lock lock(state_mutex_);
  return {view_, MemTable::Pin(memtable_)};
}

Result<Known> Database::Get(uint64_t id, Record& record) const {
  std::shared_lock lock(state_mutex_);
  const auto table = memtable_;
  const auto view = view_;
  lock.unlock();
  const Known unfrozen = table->Get(id, record);
  return unfrozen != Known::kNothing ? Result<Known>(unfrozen) : view->Get(id, record);
}

Result<Known> Database::Find(uint64_t id) const {
  std::shared_lock lock(state_mutex_);
  const auto table = memtable_;
  const auto view = view_;
  lock.unlock();
  const Known unfrozen = table->Find(id);
  return unfrozen != Known::kNothing ? Result<Known>(unfrozen) : view->Find(id);
}

Status Database::FindAll(std::span<const uint64_t> ids, std::span<uint8_t> exists) const {
  std::shared_lock lock(state_mutex_);
  const auto table = memtable_;
  const auto view = view_;
  lock.unlock();
  POMAI_RETURN_IF_ERROR(view->FindAll(ids, exists));
  table->FindAll(ids, exists);
  return {};
}

Status Database::GetAll(std::span<const uint64_t> ids, std::span<float> vectors, std::span<uint8_t> exists) const {
  std::shared_lock lock(state_mutex_);
  const auto table = memtable_;
  const auto view = view_;
  lock.unlock();
  Record record;
  for (size_t i = 0; i < ids.size(); ++i) {
    Known known = table->Get(ids[i], record);
    if (known == Known::kNothing) {
      const auto frozen = view->Get(ids[i], record);
      POMAI_RETURN_IF_ERROR(frozen.status());
      known = frozen.value();
    }
    exists[i] = known == Known::kRow ? 1 : 0;
    if (known == Known::kRow) {
      std::copy(record.vector.begin(), record.vector.end(),
                vectors.begin() + static_cast<std::ptrdiff_t>(i * options_.dim));
    }
  }
  return {};
}

Status Database::PutBatch(std::span<const Upsert> rows) {
  if (rows.empty()) {
    return {};
  }
  const std::lock_guard writing(write_mutex_);
  POMAI_RETURN_IF_ERROR(MakeRoom(MemTable::ExtentOf(rows)));
  POMAI_RETURN_IF_ERROR(BecomeWriter());
  const auto table = memtable();
  table->Prepare(rows);  // what is logged must not fail to be applied
  if (wal_) {
    POMAI_RETURN_IF_ERROR(wal_->Put(rows));
  }
  table->Put(rows);
  return {};
}

Status Database::Delete(uint64_t id) {
  const std::lock_guard writing(write_mutex_);
  POMAI_RETURN_IF_ERROR(MakeRoom({1, 0, 0}));
  POMAI_RETURN_IF_ERROR(BecomeWriter());
  const auto table = memtable();
  table->Prepare({});
  if (wal_) {
    POMAI_RETURN_IF_ERROR(wal_->Delete(id));
  }
  table->Delete(id);
  return {};
}

// Replaced rows are dropped before a write is refused.
Status Database::MakeRoom(const MemTable::Extent& more) {
  const auto table = memtable();
  const uint64_t budget = options_.memory_budget_bytes;
  const auto with_more = [&] {
    const auto held = table->extent();
    return MemTable::Extent{held.entries + more.entries, held.rows + more.rows,
                            held.metadata_bytes + more.metadata_bytes};
  };
  const auto fits = [&] {
    const auto wanted = with_more();
    return wanted.entries <= MemTable::kMaxEntries &&
           (budget == 0 || BytesOf(wanted) + FreezeBytesOf(wanted) <= budget);
  };
  if (fits() || (table->Compact() && fits())) {
    return {};
  }
  const auto wanted = with_more();
  return {Code::kResourceExhausted,
          "Cannot put " + std::to_string(more.entries) + " rows into " + options_.path + ": with the " +
              std::to_string(table->entries()) + " that wait to be frozen they need " +
              std::to_string(BytesOf(wanted)) + " bytes, and " + std::to_string(FreezeBytesOf(wanted)) +
              " more while they are frozen (freeze first, put fewer at a time, or raise memory_budget_bytes from " +
              std::to_string(budget) + ")"};
}

uint64_t Database::BytesOf(const MemTable::Extent& extent) const { return MemTable::BytesOf(extent, options_.dim); }

uint64_t Database::FreezeBytesOf(const MemTable::Extent& extent) const {
  const auto rows = static_cast<uint32_t>(std::min<uint64_t>(extent.rows, MemTable::kMaxEntries));
  return std::max(MemTable::CompactionBytesOf(extent),
                  MemTable::ListingBytesOf(extent) + index::BuildBytes(rows, options_.dim, BuildParamsFor(rows)));
}

index::BuildParams Database::BuildParamsFor(uint32_t rows) const {
  index::BuildParams params;
  params.kind = rows == 0 || rows < options_.adaptive_threshold ? index::Kind::kFlat : options_.index_kind;
  params.metric = options_.metric;
  params.m = options_.m;
  params.ef_construction = options_.ef_construction;
  params.threads = ThreadCount(options_.search_threads);
  return params;
}

}  // namespace pomai::core
