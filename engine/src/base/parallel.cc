#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/helpers.h"

namespace pomai {
namespace {

size_t RangeCount(size_t count, size_t grain) { return count / grain + (count % grain != 0 ? 1 : 0); }

}  // namespace

uint32_t ThreadCount(uint32_t requested) {
  return std::clamp(requested != 0 ? requested : std::thread::hardware_concurrency(), 1U, kMaxThreads);
}

uint32_t WorkerCount(size_t count, size_t grain, uint32_t threads) {
  const size_t ranges = std::max<size_t>(1, RangeCount(count, grain));
  return static_cast<uint32_t>(std::clamp<size_t>(threads, 1, std::min<size_t>(ranges, kMaxThreads)));
}

void ParallelFor(size_t count, size_t grain, uint32_t threads,
                 const std::function<void(size_t, size_t, uint32_t)>& body) {
  if (count == 0) {
    return;
  }
  const size_t ranges = RangeCount(count, grain);
  const uint32_t workers = WorkerCount(count, grain, threads);

  std::atomic<size_t> next{0};
  std::mutex failure_mutex;
  std::exception_ptr failure;
  const auto work = [&](uint32_t worker) {
    try {
      for (size_t range = next.fetch_add(1); range < ranges; range = next.fetch_add(1)) {
        body(range * grain, std::min(count, (range + 1) * grain), worker);
      }
    } catch (...) {
      next.store(ranges);
      const std::lock_guard lock(failure_mutex);
      if (!failure) {
        failure = std::current_exception();
      }
    }
  };

  if (workers == 1) {
    work(0);
  } else {
    RunWithHelpers(workers, std::ref(work));
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace pomai
