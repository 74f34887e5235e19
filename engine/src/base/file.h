// Files and directories over POSIX calls. Every failure is kIoError (for want of memory kResourceExhausted) and names
// the path and the system's reason. Signals interrupt nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace pomai {

// "Cannot <action> <path>: <what errno says>".
Status IoError(const std::string& action, const std::string& path, int error);

// Whether what is written is forced to the disk: of what is not, a crash of the process loses nothing, a power failure
// anything.
enum class Durability { kSynced, kUnsynced };

// An open file descriptor, closed with the object.
class File {
 public:
  // `flags` as for open(2); the descriptor is not inherited by programs this process starts. After a failure errno
  // holds the reason.
  static Result<File> Open(const std::string& path, int flags);

  File() = default;
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] Result<uint64_t> Size() const;
  Status Append(std::span<const std::byte> bytes);
  Status WriteAt(uint64_t offset, std::span<const std::byte> bytes);
  Status Truncate(uint64_t size);
  Status Sync();

 private:
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

// A file mapped for reading; unmapped with the object. An empty file maps to an empty span.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const std::byte* data, size_t size) : data_(data), size_(size) {}
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Both kNotFound where there is no such file.
Result<Mapping> MapFile(const std::string& path);
Result<std::string> ReadFile(const std::string& path);
// Replaces a file in one step: a reader, and a crash at any instant, finds the old contents or the new ones. `replaced`
// receives, whatever becomes of the call, whether readers may find the new ones from now on: they do so after a failure
// too where all but the sync of the directory has been done.
Status WriteFileAtomically(const std::string& directory, const std::string& name, std::span<const std::byte> bytes,
                           Durability durability, bool& replaced);
Status MakeDirectories(const std::string& path);  // those that there are not yet, parents included
Status SyncDirectory(const std::string& path);
Status Rename(const std::string& from, const std::string& to);
Status Remove(const std::string& path);            // a file that is not there is a success
void TryRemove(const std::string& path) noexcept;  // where a file that stays does no harm
Result<std::vector<std::string>> ListDirectory(const std::string& path);

}  // namespace pomai
