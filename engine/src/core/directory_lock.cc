#include "core/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace pomai::core {
namespace {

enum class Outcome { kHeld, kBusy, kFailed };  // kFailed: errno says why

// Linux: open file description locks, which turn from shared to exclusive in one step and work over NFS. Elsewhere
// flock, which may lose the shared lock on the way up to another waiting writer.
Outcome Lock(int descriptor, bool exclusive) {
#if defined(F_OFD_SETLK)
  struct flock request {};
  request.l_type = exclusive ? F_WRLCK : F_RDLCK;
  request.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &request) == 0) {
    return Outcome::kHeld;
  }
  return errno == EAGAIN || errno == EACCES ? Outcome::kBusy : Outcome::kFailed;
#else
  if (::flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) {
    return Outcome::kHeld;
  }
  const int error = errno;
  if (exclusive && ::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    return Outcome::kFailed;
  }
  errno = error;
  return error == EWOULDBLOCK ? Outcome::kBusy : Outcome::kFailed;
#endif
}

}  // namespace

Result<DirectoryLock> DirectoryLock::AcquireShared(const std::string& directory) {
  const std::string path = directory + "/LOCK";
  bool writable = true;
  auto file = File::Open(path, O_RDWR | O_CREAT);
  if (!file.ok() && (errno == EROFS || errno == EACCES || errno == EPERM)) {
    writable = false;
    file = File::Open(path, O_RDONLY);
    if (!file.ok() && errno == ENOENT) {
      return DirectoryLock(directory, File(), false);
    }
  }
  if (!file.ok()) {
    return file.status();
  }
  switch (Lock(file.value().descriptor(), false)) {
    case Outcome::kHeld:
      return DirectoryLock(directory, std::move(file.value()), writable);
    case Outcome::kBusy:
      return Status(Code::kIoError, "Cannot open " + directory +
                                        ": another handle is writing to it (close that one first; a directory has many "
                                        "readers or one writer)");
    case Outcome::kFailed:
      break;
  }
  return IoError("lock", path, errno);
}

Status DirectoryLock::Upgrade() {
  if (!writable_) {
    return {Code::kIoError, "Cannot write to " + directory_ + ": the directory is open for reading only (it or its " +
                                "LOCK file cannot be written to by this user)"};
  }
  switch (Lock(file_.descriptor(), true)) {
    case Outcome::kHeld:
      return {};
    case Outcome::kBusy:
      return {Code::kIoError, "Cannot write to " + directory_ +
                                  ": another handle has it open (close that one first; a directory has many readers or "
                                  "one writer)"};
    case Outcome::kFailed:
      break;
  }
  return IoError("lock", directory_ + "/LOCK", errno);
}

}  // namespace pomai::core
