#include "core/wal.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "base/crc32c.h"

namespace pomai::core {
namespace {

constexpr char kMagic[8] = {'P', 'O', 'M', 'A', 'I', 'W', 'A', 'L'};
constexpr uint32_t kVersion = 1;
constexpr uint64_t kSector = 512;
constexpr uint64_t kRecordAlignment = 16;
constexpr auto kMask = std::byte{0xA5};
constexpr uint32_t kPut = 1;
constexpr uint32_t kDelete = 2;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t dim;
  uint64_t generation;
  uint32_t metric;
  uint32_t crc;
};
static_assert(sizeof(Header) == 32);

struct RecordHeader {
  uint64_t payload_bytes;
  uint32_t payload_crc;
  uint32_t crc;
};
static_assert(sizeof(RecordHeader) == kRecordAlignment);

struct RowHeader {
  uint64_t id;
  uint32_t metadata_bytes;
  uint32_t operation;
};
static_assert(sizeof(RowHeader) == 16);

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

bool AllZero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

uint64_t Padded(uint64_t bytes) { return (bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment; }

uint32_t CrcOf(const RecordHeader& header) { return Crc32c(0, BytesOf(header).first(offsetof(RecordHeader, crc))); }

// Masks what it is given and hands it on in pieces as large as a buffer. After a failure nothing more is handed on.
template <typename Take>
class MaskedStream {
 public:
  MaskedStream(std::span<std::byte> buffer, const Take& take) : buffer_(buffer), take_(take) {}

  void AddPlain(std::span<const std::byte> bytes) { Add(bytes, std::byte{0}); }
  void Add(std::span<const std::byte> bytes) { Add(bytes, kMask); }
  void AddZeros(size_t count) {
    static constexpr std::byte kZeros[kRecordAlignment] = {};
    Add(std::span(kZeros).first(count));
  }
  void AddRow(const RowHeader& row, std::span<const float> vector, std::span<const std::byte> metadata) {
    Add(BytesOf(row));
    Add(std::as_bytes(vector));
    Add(metadata);
    AddZeros(Padded(metadata.size()) - metadata.size());
  }
  Status Finish() {
    HandOn();
    return failure_;
  }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  void Add(std::span<const std::byte> bytes, std::byte mask) {
    bytes_ += bytes.size();
    while (!bytes.empty()) {
      const auto piece = bytes.first(std::min(bytes.size(), buffer_.size() - used_));
      std::transform(piece.begin(), piece.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_),
                     [mask](std::byte byte) { return byte ^ mask; });
      used_ += piece.size();
      bytes = bytes.subspan(piece.size());
      if (used_ == buffer_.size()) {
        HandOn();
      }
    }
  }

  void HandOn() {
    if (failure_.ok() && used_ != 0) {
      failure_ = take_(std::span<const std::byte>(buffer_.first(used_)));
    }
    used_ = 0;
  }

  std::span<std::byte> buffer_;
  const Take& take_;
  size_t used_ = 0;
  uint64_t bytes_ = 0;
  Status failure_;
};

class Reader {
 public:
  Reader(const std::string& path, std::span<const std::byte> file, WalSink& sink)
      : path_(path), file_(file), sink_(sink) {}

  Result<uint64_t> Replay() {
    Header header{};
    if (file_.size() < sizeof header || AllZero(file_)) {
      return uint64_t{0};
    }
    std::memcpy(&header, file_.data(), sizeof header);
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 ||
        Crc32c(0, file_.first(offsetof(Header, crc))) != header.crc || header.metric > 1 || header.dim == 0) {
      return Corrupt();
    }
    if (header.version != kVersion) {
      return Status(Code::kUnimplemented, "Cannot open log " + path_ + ": format version " +
                                              std::to_string(header.version) +
                                              " (a newer version of the engine wrote it)");
    }
    dim_ = header.dim;
    POMAI_RETURN_IF_ERROR(sink_.OnIdentity({header.generation, header.dim, static_cast<index::Metric>(header.metric)}));
    whole_ = sizeof header;
    while (true) {
      const auto more = ReplayRecord();
      if (!more.ok()) {
        return more.status();
      }
      if (!more.value()) {
        return whole_;
      }
    }
  }

 private:
  // False at the end of what is whole.
  Result<bool> ReplayRecord() {
    const auto rest = file_.subspan(whole_);
    RecordHeader header{};
    if (rest.size() < sizeof header || AllZero(rest)) {
      return false;
    }
    std::memcpy(&header, rest.data(), sizeof header);
    if (CrcOf(header) != header.crc || header.payload_bytes > UINT64_MAX / 2) {
      return BeginsInHole() ? Result<bool>(false) : Corrupt();
    }
    const uint64_t record_bytes = sizeof header + Padded(header.payload_bytes);
    if (record_bytes > rest.size()) {
      return false;
    }
    const auto payload = rest.subspan(sizeof header, header.payload_bytes);
    if (Crc32c(0, payload) != header.payload_crc) {
      if (record_bytes == rest.size() && MissesSector(record_bytes)) {
        return false;
      }
      return Corrupt();
    }
    POMAI_RETURN_IF_ERROR(ReplayPayload(payload));
    whole_ += record_bytes;
    return true;
  }

  // Whether a sector of the record that begins at whole_ was never written.
  [[nodiscard]] bool MissesSector(uint64_t record_bytes) const {
    const uint64_t end = whole_ + record_bytes;
    for (uint64_t sector = (whole_ / kSector + 1) * kSector; sector < end; sector += kSector) {
      if (AllZero(file_.subspan(sector, std::min(kSector, end - sector)))) {
        return true;
      }
    }
    return false;
  }

  // Whether the sector that the record begins in was never written, and no record follows that one.
  [[nodiscard]] bool BeginsInHole() const {
    const uint64_t next = std::min<uint64_t>((whole_ / kSector + 1) * kSector, file_.size());
    if (!AllZero(file_.subspan(whole_, next - whole_))) {
      return false;
    }
    for (uint64_t at = next; at + sizeof(RecordHeader) <= file_.size(); at += kRecordAlignment) {
      RecordHeader header{};
      std::memcpy(&header, file_.data() + at, sizeof header);
      if (CrcOf(header) == header.crc) {
        return false;
      }
    }
    return true;
  }

  Status ReplayPayload(std::span<const std::byte> stored) {
    // Through a copy, aligned for floats.
    std::vector<std::byte> payload(stored.size());
    std::transform(stored.begin(), stored.end(), payload.begin(), [](std::byte byte) { return byte ^ kMask; });
    const size_t vector_bytes = dim_ * sizeof(float);
    std::vector<Upsert> rows;
    for (size_t at = 0; at < payload.size();) {
      RowHeader row{};
      if (payload.size() - at < sizeof row) {
        return Corrupt();
      }
      std::memcpy(&row, payload.data() + at, sizeof row);
      at += sizeof row;
      if (row.operation == kDelete) {
        POMAI_RETURN_IF_ERROR(sink_.OnDelete(row.id));
        continue;
      }
      if (row.operation != kPut || payload.size() - at < vector_bytes + Padded(row.metadata_bytes)) {
        return Corrupt();
      }
      const auto metadata = std::span(payload).subspan(at + vector_bytes, row.metadata_bytes);
      rows.push_back({row.id, reinterpret_cast<const float*>(payload.data() + at), metadata});
      at += vector_bytes + Padded(row.metadata_bytes);
    }
    return rows.empty() ? Status() : sink_.OnPut(rows);
  }

  [[nodiscard]] Status Corrupt() const {
    return {Code::kCorruption, "Cannot open log " + path_ + ": the record at byte " + std::to_string(whole_) +
                                   " does not match its checksum (the file is damaged; restore it from a copy, or "
                                   "remove it to go back to the last freeze)"};
  }

  const std::string& path_;
  std::span<const std::byte> file_;
  WalSink& sink_;
  uint32_t dim_ = 0;
  uint64_t whole_ = 0;
};

}  // namespace

Result<uint64_t> ReplayWal(const std::string& path, WalSink& sink) {
  const auto mapping = MapFile(path);
  if (!mapping.ok()) {
    return mapping.status().code() == Code::kNotFound ? Result<uint64_t>(uint64_t{0}) : mapping.status();
  }
  return Reader(path, mapping.value().bytes(), sink).Replay();
}

Result<WalWriter> WalWriter::Open(const std::string& directory, const std::string& name, const WalIdentity& identity,
                                  uint64_t whole) {
  auto file = File::Open(directory + "/" + name, O_WRONLY | O_CREAT);
  if (!file.ok()) {
    return file.status();
  }
  POMAI_RETURN_IF_ERROR(file.value().Truncate(whole));
  WalWriter writer(std::move(file.value()), identity.dim, whole);
  if (whole == 0) {
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.dim = identity.dim;
    header.generation = identity.generation;
    header.metric = static_cast<uint32_t>(identity.metric);
    header.crc = Crc32c(0, BytesOf(header).first(offsetof(Header, crc)));
    POMAI_RETURN_IF_ERROR(writer.file_.WriteAt(0, BytesOf(header)));
    writer.whole_ = sizeof header;
  }
  POMAI_RETURN_IF_ERROR(writer.file_.Sync());
  POMAI_RETURN_IF_ERROR(SyncDirectory(directory));
  return writer;
}

template <typename Payload>
Status WalWriter::Write(const Payload& payload, uint64_t& bytes) {
  // The header holds the checksum of all that follows it, so the payload is gone through twice.
  RecordHeader header{};
  const auto sum_up = [&](std::span<const std::byte> piece) -> Status {
    header.payload_crc = Crc32c(header.payload_crc, piece);
    return {};
  };
  MaskedStream summed(buffer_, sum_up);
  payload(summed);
  POMAI_RETURN_IF_ERROR(summed.Finish());
  header.payload_bytes = summed.bytes();
  header.crc = CrcOf(header);

  uint64_t at = whole_;
  const auto write = [&](std::span<const std::byte> piece) -> Status {
    POMAI_RETURN_IF_ERROR(file_.WriteAt(at, piece));
    at += piece.size();
    return {};
  };
  MaskedStream written(buffer_, write);
  written.AddPlain(BytesOf(header));
  payload(written);
  written.AddZeros(Padded(header.payload_bytes) - header.payload_bytes);
  bytes = written.bytes();
  return written.Finish();
}

template <typename Payload>
Status WalWriter::Commit(const Payload& payload) {
  if (broken_) {
    return {Code::kIoError,
            "Cannot write " + file_.path() + ": an earlier write to it failed (freeze, or open the database again)"};
  }
  broken_ = true;  // until the record stands or is gone, whatever ends this call
  uint64_t bytes = 0;
  Status status = Write(payload, bytes);
  const bool complete = status.ok();
  if (complete) {
    status = file_.Sync();
  }
  if (status.ok()) {
    whole_ += bytes;
    broken_ = false;
    return status;
  }
  // Synced, or else a later record could meet the rest of this one after a power failure. What a failed sync has left
  // on the disk is anybody's guess, so after one the log takes no more.
  const bool gone = file_.Truncate(whole_).ok() && file_.Sync().ok();
  broken_ = complete || !gone;
  return status;
}

Status WalWriter::Put(std::span<const Upsert> rows) {
  return Commit([&](auto& out) {
    for (const auto& row : rows) {
      out.AddRow({row.id, static_cast<uint32_t>(row.metadata.size()), kPut}, std::span(row.vector, dim_), row.metadata);
    }
  });
}

Status WalWriter::Delete(uint64_t id) {
  return Commit([&](auto& out) { out.AddRow({id, 0, kDelete}, {}, {}); });
}

}  // namespace pomai::core
