// A layer between the engine and the file system, for tests: system calls that fail, stutter, meet a full disk or kill
// the process, and an observer that learns what a power failure would leave of them. A library of its own: tests link
// it in front of libc. Programs of their own arm it by the variables POMAI_FAULT_ROOT, POMAI_FAULT_SEED,
// POMAI_FAULT_PER_MILLION, POMAI_FAULT_ROOM and POMAI_FAULT_KILL_AFTER, which are fields of Plan. Not by LD_PRELOAD,
// which ignores what it cannot load and any path with a space.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace fault {

// What becomes of the calls that open, write, cut, sync, rename, remove, make or map something at or below `root`.
// Calls elsewhere, and closing, always work.
struct Plan {
  std::string root;
  long fail_after = -1;      // calls that work before one fails with `error`; below zero: none fails
  bool only_one = true;      // that call alone fails; else all behind it do as well
  int error = EIO;           //
  uint32_t per_million = 0;  // beside that, the chance of each call to fail with EIO or ENOSPC, a write half done
  uint64_t seed = 0;         // of those chances
  long room = -1;            // bytes that can still be written before the disk is full; below zero: any number
  long kill_after = -1;      // calls that work before the process is killed in one, a write half done
  bool stutter = false;      // each call is interrupted once before it works, and a write moves a few bytes at a time
  bool skip_syncs = false;   // for tests in which no machine dies: a sync that works does nothing
};

// Counts begin anew.
void Arm(const Plan& plan);
void Disarm();

// Since the last Arm.
long Calls();
long Failures();

// Told of each call of the above that worked, before the next one of any thread. Paths are as the caller wrote them.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnOpen(int descriptor, const std::string& path, int flags) = 0;
  virtual void OnWrite(int descriptor, uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual void OnTruncate(int descriptor, uint64_t size) = 0;
  virtual void OnSync(int descriptor) = 0;
  virtual void OnRename(const std::string& from, const std::string& to) = 0;
  virtual void OnRemove(const std::string& path) = 0;
};

// For as long as a plan is armed; nullptr: nobody.
void Observe(Observer* observer);

}  // namespace fault
