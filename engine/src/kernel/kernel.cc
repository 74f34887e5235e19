#include "kernel/kernel.h"

#include <array>
#include <cstdlib>
#include <string_view>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace pomai::kernel {
namespace {

#if defined(__x86_64__)
bool HasAvx2() { return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0; }

bool HasAvx512() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
}
#elif defined(__aarch64__)
bool HasNeonDot() {
#if defined(__linux__)
  constexpr unsigned long kDotProducts = 1UL << 20U;  // HWCAP_ASIMDDP, which older headers lack
  return (::getauxval(AT_HWCAP) & kDotProducts) != 0;
#else
  return true;  // macOS runs on nothing older than the M1
#endif
}
#endif

struct Tables {
  std::array<const Table*, 4> tables{};
  size_t count = 0;

  Tables() {
    Add(Scalar());
#if defined(__x86_64__)
    if (HasAvx2()) {
      Add(Avx2());
    }
    if (HasAvx512()) {
      Add(Avx512());
#if defined(POMAI_AMX)
      if (HasAmx()) {
        Add(Amx());
      }
#endif
    }
#elif defined(__aarch64__)
    Add(Neon());
    if (HasNeonDot()) {
      Add(NeonDot());
    }
#endif
  }

  void Add(const Table* table) { tables[count++] = table; }
};

const Tables& Runnable() {
  static const Tables tables;
  return tables;
}

const Table& Choose() {
  const Tables& runnable = Runnable();
  if (const char* wanted = std::getenv("POMAI_KERNEL"); wanted != nullptr) {
    for (size_t i = 0; i < runnable.count; ++i) {
      if (std::string_view(runnable.tables[i]->name) == wanted) {
        return *runnable.tables[i];
      }
    }
  }
  return *runnable.tables[runnable.count - 1];
}

}  // namespace

const Table& Active() {
  static const Table& chosen = Choose();
  return chosen;
}

const Table* const* Available(size_t& count) {
  count = Runnable().count;
  return Runnable().tables.data();
}

}  // namespace pomai::kernel
