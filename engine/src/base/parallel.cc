#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace pomai {

uint32_t ThreadCount(uint32_t requested) {
  return requested != 0 ? requested : std::max(1U, std::thread::hardware_concurrency());
}

void ParallelFor(size_t count, size_t grain, uint32_t threads,
                 const std::function<void(size_t, size_t, uint32_t)>& body) {
  if (count == 0) {
    return;
  }
  grain = std::max<size_t>(1, grain);
  const size_t ranges = (count + grain - 1) / grain;
  const auto workers = static_cast<uint32_t>(std::min<size_t>(std::max(1U, threads), ranges));

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

  std::vector<std::thread> started;
  started.reserve(workers - 1);
  for (uint32_t worker = 1; worker < workers; ++worker) {
    try {
      started.emplace_back(work, worker);
    } catch (const std::exception&) {
      break;  // no more threads, or no memory for one: those that run share the work
    }
  }
  work(0);
  for (auto& thread : started) {
    thread.join();
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace pomai
