// What the opaque types of the C header are, and the frame in which every exported function runs.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "base/status.h"
#include "core/database.h"
#include "core/iterator.h"
#include "pomai/pomai_c.h"

struct pomai_status_t {
  int code = POMAI_STATUS_OK;
  std::string message;
};

struct pomai_db_t {
  std::unique_ptr<pomai::core::Database> database;
};

struct pomai_snapshot_t {
  pomai::core::Snapshot snapshot;
};

struct pomai_iter_t {
  std::unique_ptr<pomai::core::Iterator> iterator;
};

namespace pomai::abi {

// NULL for a success. Never fails: where there is no memory for a status, it is one that always exists.
pomai_status_t* ToC(const Status& status) noexcept;

// The index of the first component that is NaN or infinite; `dim` where all are finite.
[[nodiscard]] size_t FirstNotFinite(const float* vector, size_t dim);

// What became of an exception that reached the boundary.
Status FromException() noexcept;

// Beyond what any call can be meant to hold: a count that has not been set, or a difference that went below zero.
inline constexpr size_t kMaxBatch = core::MemTable::kMaxEntries;

// kInvalidArgument where `n` items are too many for one call that would "Cannot <action>".
Status CheckBatch(const char* action, size_t n);

// Runs `body` (to a Status) so that nothing is thrown at the caller.
template <typename Body>
pomai_status_t* Guard(const Body& body) noexcept {
  try {
    return ToC(body());
  } catch (...) {
    return ToC(FromException());
  }
}

// Returns kInvalidArgument from the enclosing function where an argument is NULL.
#define POMAI_REQUIRE(argument)                                                                              \
  do {                                                                                                       \
    if ((argument) == nullptr) {                                                                             \
      return ::pomai::Status(::pomai::Code::kInvalidArgument,                                                \
                             "Cannot run the call: " #argument " is NULL (accepted: what the header says)"); \
    }                                                                                                        \
  } while (false)

}  // namespace pomai::abi
