// What the fuzz targets share: a place in memory for the files they hand to the engine, and a reader of the input's
// bytes.
#pragma once

#define CHECK_OWN_MAIN
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "../files.h"
#include "../fixture.h"

// A finding: libFuzzer keeps the input of a process that aborts.
#define FUZZ_CHECK(condition)                                                            \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

namespace fuzz {

// A directory of this process, on a file system in memory where there is one.
inline const std::string& Scratch() {
  static const fixture::TemporaryDirectory directory(fixture::TemporaryDirectory::Place::kMemory);
  return directory.path();
}

// Takes the input apart from the front; zeros behind its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  [[nodiscard]] bool empty() const { return size_ == 0; }
  uint8_t Byte() {
    if (size_ == 0) {
      return 0;
    }
    --size_;
    return *data_++;
  }
  uint64_t Number() {
    uint64_t number = 0;
    for (int i = 0; i < 8; ++i) {
      number = number << 8 | Byte();
    }
    return number;
  }
  std::string Rest() {
    std::string rest(reinterpret_cast<const char*>(data_), size_);
    size_ = 0;
    return rest;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

}  // namespace fuzz
