// A test runner of one header: no C++ test library is on a machine that has only a compiler and CMake, and the build
// fetches none. A *_test.cc includes it and declares its cases with TEST(name) { ... }; main is here.
//   CHECK(condition), CHECK_EQ(expected, actual), CHECK_OK(status-like): a failure ends the case and says where.
//   SKIP("why"): ends the case, which then counts as skipped.
//   ./some_test [substring]: runs the cases whose name contains it.
// CHECK_OWN_MAIN, defined before the inclusion, is for programs that only borrow the checks.
#pragma once

#include <cstdio>
#include <exception>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace check {

struct Case {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline bool Register(const char* name, std::function<void()> body) {
  Cases().push_back({name, std::move(body)});
  return true;
}

template <typename Expected, typename Actual>
void Equal(const Expected& expected, const Actual& actual, const char* text, const char* file, int line) {
  if (!(expected == actual)) {
    std::ostringstream out;
    out << file << ":" << line << ": " << text << ": expected " << expected << ", got " << actual;
    throw Failure(out.str());
  }
}

inline void True(bool condition, const char* text, const char* file, int line) {
  if (!condition) {
    throw Failure(std::string(file) + ":" + std::to_string(line) + ": " + text);
  }
}

inline int Run(std::string_view filter) {
  int failed = 0;
  int passed = 0;
  int skipped = 0;
  for (const auto& test : Cases()) {
    if (std::string_view(test.name).find(filter) == std::string_view::npos) {
      continue;
    }
    try {
      test.body();
      ++passed;
    } catch (const Skipped& reason) {
      ++skipped;
      std::printf("SKIPPED %s: %s\n", test.name, reason.what());
    } catch (const std::exception& failure) {
      ++failed;
      std::printf("FAILED %s: %s\n", test.name, failure.what());
    }
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  if (failed != 0) {
    return 1;
  }
  return passed == 0 ? 77 : 0;  // 77: ctest's sign for "skipped"
}

}  // namespace check

#define TEST(name)                                                      \
  static void name();                                                   \
  static const bool name##_registered = ::check::Register(#name, name); \
  static void name()
#define CHECK(condition) ::check::True((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(expected, actual) ::check::Equal((expected), (actual), #expected " == " #actual, __FILE__, __LINE__)
#define CHECK_OK(expression)                                                    \
  do {                                                                          \
    const auto& status_ = (expression);                                         \
    ::check::True(status_.ok(), status_.message().c_str(), __FILE__, __LINE__); \
  } while (false)
#define SKIP(why) throw ::check::Skipped(why)

#if !defined(CHECK_OWN_MAIN)
int main(int argc, char** argv) { return ::check::Run(argc > 1 ? argv[1] : ""); }
#endif
