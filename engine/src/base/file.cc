#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace pomai {
namespace {

// Linux writes at most 2 GiB a call; a smaller piece also keeps a signal from undoing much.
constexpr size_t kMaxTransfer = size_t{1} << 30;

// What `call` returns once no signal has cut it short.
template <typename Call>
auto Uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

// Calls `transfer(bytes, offset)` (write or pwrite) until all bytes are out.
template <typename Transfer>
Status TransferAll(const std::string& path, std::span<const std::byte> bytes, const Transfer& transfer) {
  size_t done = 0;
  while (done < bytes.size()) {
    const size_t size = std::min(bytes.size() - done, kMaxTransfer);
    const ssize_t wrote = Uninterrupted([&] { return transfer(bytes.data() + done, size, done); });
    if (wrote <= 0) {
      // A device that takes nothing and does not say why would be asked for ever.
      return IoError("write", path, wrote < 0 ? errno : ENOSPC);
    }
    done += static_cast<size_t>(wrote);
  }
  return {};
}

int SyncDescriptor(int descriptor) {
#if defined(__APPLE__)
  // On macOS fsync leaves the data in the drive's cache.
  if (::fcntl(descriptor, F_FULLFSYNC) == 0) {
    return 0;
  }
#endif
  return Uninterrupted([&] { return ::fsync(descriptor); });
}

}  // namespace

Status IoError(const std::string& action, const std::string& path, int error) {
  return {error == ENOMEM ? Code::kResourceExhausted : Code::kIoError,
          "Cannot " + action + " " + path + ": " + std::generic_category().message(error)};
}

Result<File> File::Open(const std::string& path, int flags) {
  const int descriptor = Uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (descriptor < 0) {
    const int error = errno;
    auto status = IoError("open", path, error);
    errno = error;
    return status;
  }
  return File(descriptor, path);
}

File::~File() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

Result<uint64_t> File::Size() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) {
    return IoError("read the size of", path_, errno);
  }
  return static_cast<uint64_t>(info.st_size);
}

Status File::Append(std::span<const std::byte> bytes) {
  return TransferAll(path_, bytes,
                     [&](const std::byte* data, size_t size, size_t) { return ::write(descriptor_, data, size); });
}

Status File::WriteAt(uint64_t offset, std::span<const std::byte> bytes) {
  return TransferAll(path_, bytes, [&](const std::byte* data, size_t size, size_t done) {
    return ::pwrite(descriptor_, data, size, static_cast<off_t>(offset + done));
  });
}

Status File::Truncate(uint64_t size) {
  const auto cut = [&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); };
  return Uninterrupted(cut) == 0 ? Status() : IoError("truncate", path_, errno);
}

Status File::Sync() { return SyncDescriptor(descriptor_) == 0 ? Status() : IoError("sync", path_, errno); }

Result<Mapping> MapFile(const std::string& path) {
  auto file = File::Open(path, O_RDONLY);
  if (!file.ok()) {
    return errno == ENOENT ? Status(Code::kNotFound, file.status().message()) : file.status();
  }
  const auto size = file.value().Size();
  if (!size.ok()) {
    return size.status();
  }
  if (size.value() == 0) {
    return Mapping();
  }
  void* data = ::mmap(nullptr, size.value(), PROT_READ, MAP_SHARED, file.value().descriptor(), 0);
  if (data == MAP_FAILED) {
    return IoError("map", path, errno);
  }
  return Mapping(static_cast<const std::byte*>(data), size.value());
}

Mapping::~Mapping() {
  if (data_ != nullptr) {
    ::munmap(const_cast<std::byte*>(data_), size_);
  }
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Result<std::string> ReadFile(const std::string& path) {
  const auto mapping = MapFile(path);
  if (!mapping.ok()) {
    return mapping.status();
  }
  const auto bytes = mapping.value().bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Status WriteFileAtomically(const std::string& directory, const std::string& name, std::span<const std::byte> bytes,
                           Durability durability, bool& replaced) {
  replaced = false;
  const std::string path = directory + "/" + name;
  const std::string temporary = path + ".tmp";
  // Opened first: once the file is replaced nothing but the sync itself may fail.
  auto parent = File::Open(directory, O_RDONLY | O_DIRECTORY);
  if (!parent.ok()) {
    return parent.status();
  }
  auto file = File::Open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) {
    return file.status();
  }
  Status status = file.value().Append(bytes);
  if (status.ok() && durability == Durability::kSynced) {
    status = file.value().Sync();
  }
  if (!status.ok()) {
    TryRemove(temporary);
    return status;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    // Over a network a rename can take place and report a failure; one that did not has left its source.
    replaced = ::access(temporary.c_str(), F_OK) != 0;
    TryRemove(temporary);
    return IoError("rename " + temporary + " to", path, error);
  }
  replaced = true;
  return durability == Durability::kSynced ? parent.value().Sync() : Status();
}

Status MakeDirectories(const std::string& path) {
  const size_t end_of_name = path.find_last_not_of('/');
  const size_t slash = end_of_name == std::string::npos ? std::string::npos : path.rfind('/', end_of_name);
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
  int error = ::mkdir(path.c_str(), 0777) == 0 ? 0 : errno;
  if (error == ENOENT && parent != path && parent != ".") {
    POMAI_RETURN_IF_ERROR(MakeDirectories(parent));
    error = ::mkdir(path.c_str(), 0777) == 0 ? 0 : errno;
  }
  if (error == 0) {
    // Where the parent may not be read it cannot be synced either; the directory is usable all the same.
    static_cast<void>(SyncDirectory(parent));
    return {};
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    return S_ISDIR(info.st_mode) ? Status() : IoError("use as a directory", path, ENOTDIR);
  }
  return IoError("make directory", path, error);
}

Status SyncDirectory(const std::string& path) {
  auto directory = File::Open(path, O_RDONLY | O_DIRECTORY);
  return directory.ok() ? directory.value().Sync() : directory.status();
}

Status Rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Status() : IoError("rename " + from + " to", to, errno);
}

Status Remove(const std::string& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : IoError("remove", path, errno);
}

void TryRemove(const std::string& path) noexcept { static_cast<void>(::unlink(path.c_str())); }

Result<std::vector<std::string>> ListDirectory(const std::string& path) {
  struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) {
    return IoError("list", path, errno);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(name);
    }
    errno = 0;
  }
  if (errno != 0) {
    return IoError("list", path, errno);
  }
  return names;
}

}  // namespace pomai
