// What threads gain, beside what the machine has to give: the same work by as many processes of one thread each, which
// share nothing but the machine. Always by the wall clock.
#pragma once

#include <string>
#include <vector>

#include "system.h"

namespace bench {

struct Scaling {
  std::string what;      // "build", or "search" and its ef
  double threads = 0;    // times faster than one thread, by the best of the rounds of each
  double processes = 0;  // the same of processes
};

// With params.threads threads, and as many processes. `system` is an index over `data`, which is saved to disk for all
// to open. Starts processes: no other thread may run.
std::vector<Scaling> MeasureScaling(const Data& data, const Params& params, System& system, uint32_t builds,
                                    uint32_t rounds);

}  // namespace bench
