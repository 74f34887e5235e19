#include "fault.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>

namespace fault {
namespace {

constexpr size_t kStutterBytes = 7;

struct State {
  std::mutex mutex;
  bool armed = false;
  Plan plan;
  std::mt19937_64 random;
  long calls = 0;
  long failures = 0;
  bool interrupted = false;
  Observer* observer = nullptr;
  std::map<int, std::string> descriptors;  // those opened below the root, by path
};

// Never destroyed: calls come as long as the process lives.
State& TheState() {
  static State* const state = new State;
  return *state;
}

bool Below(const State& state, const std::string& path) {
  const std::string& root = state.plan.root;
  return state.armed && path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

[[noreturn]] void Die() {
  ::kill(::getpid(), SIGKILL);
  ::_exit(1);
}

enum class Fate { kWork, kFail, kHalfThenFail, kHalfThenDie };

// Whether signals end a call early: those on names and mappings run to their end.
enum class Interruptible : bool { kNo, kYes };

// Decides over one call; with kFail and kHalfThenFail errno says why.
Fate Decide(State& state, Interruptible interruptible) {
  Plan& plan = state.plan;
  if (plan.stutter && interruptible == Interruptible::kYes) {
    state.interrupted = !state.interrupted;
    if (state.interrupted) {
      ++state.failures;
      errno = EINTR;
      return Fate::kFail;
    }
  }
  const long call = state.calls++;
  if (plan.kill_after >= 0 && call >= plan.kill_after) {
    return Fate::kHalfThenDie;
  }
  if (plan.fail_after >= 0 && (plan.only_one ? call == plan.fail_after : call >= plan.fail_after)) {
    ++state.failures;
    errno = plan.error;
    return Fate::kFail;
  }
  if (plan.per_million != 0 && state.random() % 1000000 < plan.per_million) {
    ++state.failures;
    errno = state.random() % 2 == 0 ? EIO : ENOSPC;
    return Fate::kHalfThenFail;
  }
  return Fate::kWork;
}

// One call other than a write: `work` does it and returns below zero where it fails; `tell` informs an observer.
template <typename Work, typename Tell>
auto Call(State& state, Interruptible interruptible, const Work& work, const Tell& tell) -> decltype(work()) {
  switch (Decide(state, interruptible)) {
    case Fate::kWork:
      break;
    case Fate::kHalfThenDie:
      Die();
    default:
      return -1;
  }
  const auto result = work();
  if (result >= 0 && state.observer != nullptr) {
    tell(*state.observer);
  }
  return result;
}

ssize_t Write(int descriptor, const void* data, size_t size, off_t offset, bool append) {
  State& state = TheState();
  const auto work = [&](size_t count) -> ssize_t {
    return append ? ::syscall(SYS_write, descriptor, data, count)
                  : ::syscall(SYS_pwrite64, descriptor, data, count, offset);
  };
  const std::lock_guard lock(state.mutex);
  if (!state.armed || !state.descriptors.contains(descriptor)) {
    return work(size);
  }
  const off_t at = append ? ::lseek(descriptor, 0, SEEK_CUR) : offset;
  const auto tell = [&](ssize_t wrote) {
    if (wrote > 0 && state.observer != nullptr) {
      state.observer->OnWrite(descriptor, static_cast<uint64_t>(at),
                              {static_cast<const std::byte*>(data), static_cast<size_t>(wrote)});
    }
    return wrote;
  };
  const Fate fate = Decide(state, Interruptible::kYes);
  const int error = errno;
  switch (fate) {
    case Fate::kWork:
      break;
    case Fate::kFail:
      return -1;
    case Fate::kHalfThenFail:
      tell(work(size / 2));
      errno = error;
      return -1;
    case Fate::kHalfThenDie:
      work(size / 2);
      Die();
  }
  if (state.plan.stutter) {
    return tell(work(std::min(size, kStutterBytes)));
  }
  if (state.plan.room >= 0) {
    if (state.plan.room == 0 && size != 0) {
      ++state.failures;
      errno = ENOSPC;
      return -1;
    }
    size = std::min(size, static_cast<size_t>(state.plan.room));
    state.plan.room -= static_cast<long>(size);
  }
  return tell(work(size));
}

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

long Number(const char* name, long otherwise) {
  const char* value = Variable(name);
  return *value != '\0' ? std::strtol(value, nullptr, 10) : otherwise;
}

// For programs that know nothing of this library.
[[maybe_unused]] const bool armed_by_environment = [] {
  Plan plan;
  plan.root = Variable("POMAI_FAULT_ROOT");
  if (plan.root.empty()) {
    return false;
  }
  plan.seed = static_cast<uint64_t>(Number("POMAI_FAULT_SEED", 0));
  plan.per_million = static_cast<uint32_t>(Number("POMAI_FAULT_PER_MILLION", 0));
  plan.room = Number("POMAI_FAULT_ROOM", -1);
  plan.kill_after = Number("POMAI_FAULT_KILL_AFTER", -1);
  Arm(plan);
  return true;
}();

}  // namespace

void Arm(const Plan& plan) {
  State& state = TheState();
  const std::lock_guard lock(state.mutex);
  state.armed = true;
  state.plan = plan;
  state.random.seed(plan.seed);
  state.calls = 0;
  state.failures = 0;
  state.interrupted = false;
}

void Disarm() {
  State& state = TheState();
  const std::lock_guard lock(state.mutex);
  state.armed = false;
}

long Calls() {
  State& state = TheState();
  const std::lock_guard lock(state.mutex);
  return state.calls;
}

long Failures() {
  State& state = TheState();
  const std::lock_guard lock(state.mutex);
  return state.failures;
}

void Observe(Observer* observer) {
  State& state = TheState();
  const std::lock_guard lock(state.mutex);
  state.observer = observer;
}

}  // namespace fault

using fault::Interruptible;
using fault::TheState;

// The calls themselves, as libc declares them, on the kernel directly: what libc or a sanitizer would do in between
// does not matter here, and nothing has to be looked up while the process is still being set up.
extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const auto work = [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); };
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!fault::Below(state, path)) {
    return work();
  }
  int opened = -1;
  return fault::Call(
      state, Interruptible::kYes,
      [&] {
        opened = work();
        if (opened >= 0) {
          state.descriptors[opened] = path;
        }
        return opened;
      },
      [&](fault::Observer& observer) { observer.OnOpen(opened, path, flags); });
}

int close(int descriptor) {
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  state.descriptors.erase(descriptor);
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t write(int descriptor, const void* data, size_t size) { return fault::Write(descriptor, data, size, 0, true); }

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return fault::Write(descriptor, data, size, offset, false);
}

int ftruncate(int descriptor, off_t size) noexcept {
  const auto work = [&] { return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size)); };
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!state.armed || !state.descriptors.contains(descriptor)) {
    return work();
  }
  return fault::Call(state, Interruptible::kYes, work,
                     [&](fault::Observer& observer) { observer.OnTruncate(descriptor, static_cast<uint64_t>(size)); });
}

int fsync(int descriptor) {
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  const auto work = [&] {
    return state.armed && state.plan.skip_syncs ? 0 : static_cast<int>(::syscall(SYS_fsync, descriptor));
  };
  if (!state.armed || !state.descriptors.contains(descriptor)) {
    return work();
  }
  return fault::Call(state, Interruptible::kYes, work, [&](fault::Observer& observer) { observer.OnSync(descriptor); });
}

int rename(const char* from, const char* to) noexcept {
  const auto work = [&] { return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)); };
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!fault::Below(state, from)) {
    return work();
  }
  return fault::Call(state, Interruptible::kNo, work, [&](fault::Observer& observer) { observer.OnRename(from, to); });
}

int unlink(const char* path) noexcept {
  const auto work = [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); };
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!fault::Below(state, path)) {
    return work();
  }
  return fault::Call(state, Interruptible::kNo, work, [&](fault::Observer& observer) { observer.OnRemove(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  const auto work = [&] { return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode)); };
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!fault::Below(state, path)) {
    return work();
  }
  return fault::Call(state, Interruptible::kNo, work, [](fault::Observer&) {});
}

void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) noexcept {
  const auto work = [&] { return ::syscall(SYS_mmap, address, size, protection, flags, descriptor, offset); };
  if (descriptor < 0) {  // memory, not a file; and malloc itself may be what asks for it
    return reinterpret_cast<void*>(work());
  }
  auto& state = TheState();
  const std::lock_guard lock(state.mutex);
  if (!state.armed || !state.descriptors.contains(descriptor)) {
    return reinterpret_cast<void*>(work());
  }
  return reinterpret_cast<void*>(fault::Call(state, Interruptible::kNo, work, [](fault::Observer&) {}));
}

}  // extern "C"
