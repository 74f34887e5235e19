// Threads that help callers for a while and wait for the next one in between: a thread that wakes begins thousands of
// times sooner than one that the system has yet to make and, on a busy machine, to find a core for.
#pragma once

#include <cstdint>
#include <functional>

namespace pomai {

// Runs work(0) here, and at the same time work(1) up to work(workers - 1) on as many other threads, fewer where the
// system refuses them. When work(0) has returned, what no thread has begun by then is not begun any more; returns when
// all that was begun is done. `work` must not throw. Thread-safe, also from within `work`.
void RunWithHelpers(uint32_t workers, const std::function<void(uint32_t worker)>& work);

}  // namespace pomai
