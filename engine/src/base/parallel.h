// Work split over threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace pomai {

// No call uses more threads than this, whatever it is told.
inline constexpr uint32_t kMaxThreads = 1024;

// The number of threads to use where the caller asked for `requested` (0: all cores of this machine): at least 1, at
// most kMaxThreads.
uint32_t ThreadCount(uint32_t requested);

// The number of workers that ParallelFor has for the same arguments, at least 1: what belongs to a worker is made this
// many times, not once for each thread there might be.
uint32_t WorkerCount(size_t count, size_t grain, uint32_t threads);

// Runs body(begin, end, worker) over disjoint ranges that cover [0, count), each at most `grain` >= 1 long, on up to
// WorkerCount threads of which the caller is one; worker is below that. Ranges are handed out in order, on demand.
// Returns when all are done. The first exception a body throws is rethrown here after the other workers have stopped.
// Where the system refuses more threads, the work is done by those that could start.
void ParallelFor(size_t count, size_t grain, uint32_t threads,
                 const std::function<void(size_t begin, size_t end, uint32_t worker)>& body);

}  // namespace pomai
