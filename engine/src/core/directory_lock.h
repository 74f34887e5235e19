// Many readers or one writer of a directory, across handles, threads and processes: a lock on the file LOCK in it, held
// by an open file description, so that it ends with its holder however that ends.
#pragma once

#include <string>

#include "base/file.h"
#include "base/status.h"

namespace pomai::core {

class DirectoryLock {
 public:
  // Enters as a reader. Where the directory cannot be written to and has no LOCK file (a read-only file system, a copy
  // made by somebody else), there is nothing to lock and, by that, no writer to keep out: the lock is then empty.
  static Result<DirectoryLock> AcquireShared(const std::string& directory);

  // From reader to the one writer. Fails, the reader's lock kept, while anybody else holds one.
  Status Upgrade();

  // Whether it could become the writer's, as far as the file's permissions go.
  [[nodiscard]] bool writable() const { return writable_; }

 private:
  DirectoryLock(std::string directory, File file, bool writable)
      : directory_(std::move(directory)), file_(std::move(file)), writable_(writable) {}

  std::string directory_;
  File file_;
  bool writable_ = false;
};

}  // namespace pomai::core
