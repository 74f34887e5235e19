// Work split over threads: the one place where the engine starts any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace pomai {

// The number of threads to use where the caller asked for `requested` (0: all cores of this machine), at least 1.
uint32_t ThreadCount(uint32_t requested);

// Runs body(begin, end, worker) over disjoint ranges that cover [0, count), each at most `grain` long, on up to
// `threads` threads of which the caller is one; worker is in [0, threads). Ranges are handed out in order, on demand.
// Returns when all are done. The first exception a body throws is rethrown here after the other workers have stopped.
// Where the system refuses more threads, the work is done by those that could start.
void ParallelFor(size_t count, size_t grain, uint32_t threads,
                 const std::function<void(size_t begin, size_t end, uint32_t worker)>& body);

}  // namespace pomai
