// Work split over threads that stay for the next call: all of it is done once, whoever calls, forks or fails meanwhile.
#include "base/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.h"

namespace {

using pomai::ParallelFor;

// Each of `count` numbers is met once, in ranges of at most `grain`.
void CheckCovers(size_t count, size_t grain, uint32_t threads) {
  std::vector<std::atomic<uint32_t>> met(count);
  std::atomic<bool> within{true};
  const uint32_t workers = pomai::WorkerCount(count, grain, threads);
  ParallelFor(count, grain, threads, [&](size_t begin, size_t end, uint32_t worker) {
    within = within && end - begin <= grain && worker < workers;
    for (size_t i = begin; i < end; ++i) {
      met[i].fetch_add(1);
    }
  });
  CHECK(within);
  for (const auto& times : met) {
    CHECK_EQ(1U, times.load());
  }
}

TEST(every_number_is_met_once) {
  for (const size_t count : {0, 1, 2, 7, 100, 1000}) {
    for (const size_t grain : {1, 3, 64, 5000}) {
      for (const uint32_t threads : {1U, 2U, 3U, 16U}) {
        CheckCovers(count, grain, threads);
      }
    }
  }
}

TEST(many_callers_share_the_threads) {
  std::vector<std::thread> callers;
  std::atomic<uint64_t> sum{0};
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&] {
      for (int call = 0; call < 200; ++call) {
        ParallelFor(50, 1, 4, [&](size_t begin, size_t, uint32_t) { sum += begin; });
      }
    });
  }
  for (auto& caller : callers) {
    caller.join();
  }
  CHECK_EQ(uint64_t{8 * 200} * (50 * 49 / 2), sum.load());
}

TEST(work_may_be_split_further) {
  std::atomic<uint32_t> met{0};
  ParallelFor(10, 1, 3, [&](size_t, size_t, uint32_t) {
    ParallelFor(10, 1, 3, [&](size_t, size_t, uint32_t) { met.fetch_add(1); });
  });
  CHECK_EQ(100U, met.load());
}

TEST(the_first_exception_reaches_the_caller_and_the_next_call_works) {
  for (uint32_t round = 0; round < 50; ++round) {
    bool thrown = false;
    try {
      ParallelFor(100, 1, 4, [&](size_t begin, size_t, uint32_t) {
        if (begin == round) {
          throw std::runtime_error("stop");
        }
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    CHECK(thrown);
    CheckCovers(100, 1, 4);
  }
}

TEST(a_fork_gets_threads_of_its_own_and_ends) {
#if defined(__SANITIZE_THREAD__)
  SKIP("ThreadSanitizer allows no threads after the fork of a process that has some");
#endif
  CheckCovers(100, 1, 4);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    int code = 0;
    try {
      CheckCovers(100, 1, 4);
    } catch (const std::exception&) {
      code = 1;
    }
    std::exit(code);  // with what a library does at the end of a process
  }
  int status = 0;
  CHECK_EQ(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status));
  CHECK_EQ(0, WEXITSTATUS(status));
  CheckCovers(100, 1, 4);
}

}  // namespace
