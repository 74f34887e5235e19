// Work that is done on first use, by one thread, and whose outcome is kept. Unlike std::call_once it may be left by an
// exception (out of memory) on every platform; the next caller then tries again.
#pragma once

#include <atomic>
#include <mutex>

#include "base/status.h"

namespace pomai {

class Lazy {
 public:
  // The status of `work`, which runs if it has not yet run to its end.
  template <typename Work>
  const Status& Run(const Work& work) {
    if (!done_.load(std::memory_order_acquire)) {
      const std::lock_guard lock(mutex_);
      if (!done_.load(std::memory_order_relaxed)) {
        status_ = work();
        done_.store(true, std::memory_order_release);
      }
    }
    return status_;
  }

  // Whether the work is done and went well.
  [[nodiscard]] bool succeeded() const { return done_.load(std::memory_order_acquire) && status_.ok(); }

 private:
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  Status status_;
};

}  // namespace pomai
