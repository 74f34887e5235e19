// The writing side of a Database: becoming the writer, and freezing.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "core/database.h"
#include "segment/writer.h"

namespace pomai::core {

// The file of a segment that no manifest lists: removed with the object, unless the manifest has come to list it.
class Database::Unlisted {
 public:
  // `replaced`: whether a manifest that lists it may stand on the disk.
  Unlisted(std::string path, const bool& replaced)
      : path_(std::move(path)), temporary_(path_ + ".tmp"), replaced_(replaced) {}
  ~Unlisted() {
    if (!listed_ && !replaced_) {
      TryRemove(temporary_);
      TryRemove(path_);
    }
  }
  Unlisted(const Unlisted&) = delete;
  Unlisted& operator=(const Unlisted&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& temporary() const { return temporary_; }
  void Keep() { listed_ = true; }

 private:
  std::string path_;
  std::string temporary_;
  const bool& replaced_;
  bool listed_ = false;
};

Status Database::BecomeWriter() {
  if (behind_) {
    return {Code::kIoError, "Cannot write to " + options_.path +
                                ": a freeze replaced its manifest and could not finish (open the database again)"};
  }
  if (!writer_) {
    POMAI_RETURN_IF_ERROR(lock_.Upgrade());
    POMAI_RETURN_IF_ERROR(SyncFound());
    POMAI_RETURN_IF_ERROR(RemoveStaleFiles());
    writer_ = true;
  }
  return options_.fsync && !wal_ ? OpenWal() : Status();
}

// Makes sure of the manifest that was found: its writer may have died between replacing and syncing it. Were power to
// fail now, the one before it would come back, without what is removed as stale, and less than what a freeze that finds
// nothing to do has confirmed.
Status Database::SyncFound() {
  if (durability_ == Durability::kSynced && !found_synced_ && manifest_.generation != 0 && lock_.writable()) {
    POMAI_RETURN_IF_ERROR(SyncDirectory(options_.path));
  }
  found_synced_ = true;
  return {};
}

// What a crash has left behind: files of ours that the manifest does not know. Files of others are not touched.
Status Database::RemoveStaleFiles() const {
  const auto names = ListDirectory(options_.path);
  if (!names.ok()) {
    return names.status();
  }
  const std::string log = NumberedName(manifest_.generation, ".wal");
  for (const auto& name : names.value()) {
    bool stale = IsNumbered(name, ".seg.tmp") || name == std::string(kManifestName) + ".tmp" ||
                 (IsNumbered(name, ".wal") && name != log);
    if (IsNumbered(name, ".seg")) {
      stale = std::none_of(manifest_.segments.begin(), manifest_.segments.end(),
                           [&](const SegmentEntry& entry) { return NumberedName(entry.number, ".seg") == name; });
    }
    if (stale) {
      POMAI_RETURN_IF_ERROR(Remove(PathOf(name)));
    }
  }
  return {};
}

Status Database::OpenWal() {
  auto wal = WalWriter::Open(options_.path, NumberedName(manifest_.generation, ".wal"),
                             {manifest_.generation, manifest_.dim, manifest_.metric}, wal_bytes_);
  if (!wal.ok()) {
    return wal.status();
  }
  wal_.emplace(std::move(wal.value()));
  return {};
}

Status Database::LeaveUnsynced() {
  if (options_.fsync) {
    return {Code::kInvalidArgument, "Cannot leave " + options_.path +
                                        " unsynced: it is open with fsync always, which promises that puts last "
                                        "(accepted: fsync never)"};
  }
  const std::lock_guard writing(write_mutex_);
  durability_ = Durability::kUnsynced;
  return {};
}

Status Database::Freeze() {
  const std::lock_guard writing(write_mutex_);
  auto table = memtable();
  // A broken log is superseded even where nothing is to be frozen: it may bring back a write that was reported as
  // failed.
  if (table->entries() == 0 && !(wal_ && wal_->broken())) {
    return SyncFound();
  }
  POMAI_RETURN_IF_ERROR(BecomeWriter());
  if (!table->Compact()) {
    // A snapshot or a scan still reads the log as it stands.
    const uint64_t needed = 2 * BytesOf(table->extent()) + FreezeBytesOf(table->extent());
    if (options_.memory_budget_bytes != 0 && needed > options_.memory_budget_bytes) {
      return {Code::kResourceExhausted,
              "Cannot freeze " + options_.path +
                  ": a snapshot or a scan holds the rows, and a second copy of them and "
                  "its freeze need " +
                  std::to_string(needed) +
                  " bytes (free the snapshot or the iterator first, or raise memory_budget_bytes from " +
                  std::to_string(options_.memory_budget_bytes) + ")"};
    }
    table = table->Clone();
    table->Compact();
  }
  std::vector<uint64_t> tombstones;
  for (const uint64_t id : table->deleted_ids()) {
    const auto older = view_->Find(id);
    if (!older.ok()) {
      return older.status();
    }
    if (older.value() == Known::kRow) {
      tombstones.push_back(id);
    }
  }

  Manifest next = manifest_;
  ++next.generation;
  if (table->rows() == 0 && tombstones.empty()) {
    return Install(std::move(next), view_);
  }
  // A freeze that fails leaves the number to the next one: no manifest lists it, or there is no next one (behind_).
  SegmentEntry entry;
  entry.number = next.next_segment++;
  Unlisted file(PathOf(NumberedName(entry.number, ".seg")), behind_);
  auto segment = WriteSegment(*table, tombstones, file, entry);
  if (!segment.ok()) {
    return segment.status();
  }
  next.segments.push_back(entry);
  auto view = view_->With(std::move(segment.value()));
  POMAI_RETURN_IF_ERROR(Install(std::move(next), std::move(view)));
  file.Keep();
  return {};
}

Result<View::SegmentPointer> Database::WriteSegment(const MemTable& table, std::span<const uint64_t> tombstones,
                                                    const Unlisted& file, SegmentEntry& entry) const {
  const index::Matrix rows = table.matrix();
  const index::BuildParams params = BuildParamsFor(rows.rows);
  const auto built = index::Build(rows, params);
  if (!built.ok()) {
    return built.status();
  }
  const auto ids = table.row_ids();
  segment::Contents contents{entry.number, rows, ids, tombstones, {}, params, &built.value()};
  std::vector<std::span<const std::byte>> metadata;
  if (table.has_metadata()) {
    metadata = table.row_metadata();
    contents.metadata = [&](uint32_t row) { return metadata[row]; };
  }

  const auto written = segment::Write(file.temporary(), contents, durability_);
  if (!written.ok()) {
    return written.status();
  }
  POMAI_RETURN_IF_ERROR(Rename(file.temporary(), file.path()));
  if (durability_ == Durability::kSynced) {
    POMAI_RETURN_IF_ERROR(SyncDirectory(options_.path));
  }
  entry.bytes = written.value().bytes;
  entry.header_crc = written.value().header_crc;
  auto segment = segment::Segment::Open(file.path());
  if (!segment.ok()) {
    return segment.status();
  }
  return std::move(segment.value());
}

// The one step in which a freeze takes place.
Status Database::Install(Manifest manifest, std::shared_ptr<const View> view) {
  auto fresh = std::make_shared<MemTable>(options_.dim);
  const std::string old_log = PathOf(NumberedName(manifest_.generation, ".wal"));
  const bool had_log = wal_ || wal_bytes_ != 0;
  if (had_log || view != view_) {
    const Status status = WriteManifest(options_.path, manifest, durability_, behind_);
    if (!status.ok()) {
      return !behind_ ? status
                      : Status(status.code(), status.message() +
                                                  " (the freeze has taken place, but a crash may undo it: open the "
                                                  "database again)");
    }
    behind_ = false;
    manifest_ = std::move(manifest);
  }
  {
    const std::unique_lock lock(state_mutex_);
    memtable_ = std::move(fresh);
    view_ = std::move(view);
  }
  wal_.reset();
  wal_bytes_ = 0;
  // Superseded: should its removal fail, the next writer's will do.
  if (had_log) {
    TryRemove(old_log);
  }
  return {};
}

}  // namespace pomai::core
