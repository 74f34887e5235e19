// The write-ahead log of a handle opened with fsync "always": <generation>.wal beside the manifest of that generation
// holds every put and delete since. It is read by every handle that opens the directory, a reader too, and superseded
// by the next freeze. With fsync "never" there is none.
//
//   header (32 bytes) | record | record | ...
//   record: u64 payload bytes, u32 CRC32C of the payload, u32 CRC32C of the 12 bytes before; payload; padding to 16
//   payload: per row u64 id, u32 metadata bytes, u32 operation (1 put, 2 delete); for a put f32[dim], metadata
//
// A record is one call: it is replayed wholly or not at all. The last record of a crashed machine may be torn, and then
// was never acknowledged: it ends early, or sectors of it read as zeros, the one with its header perhaps among them.
// Anything else that does not match its checksum is corruption. To tell the two apart, payloads are stored with every
// byte XORed with 0xA5 and padded with 0xA5, so no sector that was written reads as zeros; and no record header
// straddles a sector.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status.h"
#include "core/record.h"
#include "index/index.h"

namespace pomai::core {

struct WalIdentity {
  uint64_t generation = 0;
  uint32_t dim = 0;
  index::Metric metric = index::Metric::kL2;
};

// Takes what the log says, in order.
class WalSink {
 public:
  virtual ~WalSink() = default;
  // Once, before all else; a failure ends the reading.
  virtual Status OnIdentity(const WalIdentity& identity) = 0;
  virtual Status OnPut(std::span<const Upsert> rows) = 0;
  virtual Status OnDelete(uint64_t id) = 0;
};

// Reads the log at `path` into `sink` and returns how many bytes of it are whole; 0 where there is no log, or one whose
// creation was cut short.
Result<uint64_t> ReplayWal(const std::string& path, WalSink& sink);

class WalWriter {
 public:
  // Goes on behind the first `whole` bytes of the log at `path`, or begins it where `whole` is 0.
  static Result<WalWriter> Open(const std::string& directory, const std::string& name, const WalIdentity& identity,
                                uint64_t whole);

  // Durable when they return. After a failure the log is as before, or, where even that fails, takes no more. A batch
  // passes through a small buffer, never as a second copy of it.
  Status Put(std::span<const Upsert> rows);
  Status Delete(uint64_t id);

  // Whether it takes no more. It may then end with a record that was reported as failed.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  WalWriter(File file, uint32_t dim, uint64_t whole)
      : file_(std::move(file)), dim_(dim), whole_(whole), buffer_(kBuffer) {}

  static constexpr size_t kBuffer = size_t{256} << 10;

  // `payload` writes the payload to the stream it is given, whenever it is called.
  template <typename Payload>
  Status Commit(const Payload& payload);
  template <typename Payload>
  Status Write(const Payload& payload, uint64_t& bytes);

  File file_;
  uint32_t dim_;
  uint64_t whole_;
  bool broken_ = false;
  std::vector<std::byte> buffer_;
};

}  // namespace pomai::core
