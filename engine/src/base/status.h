// Status and Result: how a failure travels inside the engine. Code numbers are the ABI's (pomai_status_code).
// Running out of memory is the one failure that travels as an exception (std::bad_alloc) up to the C boundary, which
// turns it into kResourceExhausted.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace pomai {

enum class Code : int32_t {
  kOk = 0,
  kInvalidArgument = 1,
  kNotFound = 2,
  kAlreadyExists = 3,
  kIoError = 4,
  kCorruption = 5,
  kResourceExhausted = 6,
  kDeadlineExceeded = 7,
  kInternal = 8,
  kUnimplemented = 9,
  kPartialFailure = 10,
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] bool ok() const { return code_ == Code::kOk; }
  [[nodiscard]] Code code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

// A value, or the status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Result(Status status) : held_(std::in_place_index<1>, std::move(status)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  [[nodiscard]] Status status() const { return ok() ? Status() : std::get<1>(held_); }
  [[nodiscard]] T& value() { return std::get<0>(held_); }
  [[nodiscard]] const T& value() const { return std::get<0>(held_); }

 private:
  std::variant<T, Status> held_;
};

}  // namespace pomai

// Returns the failure of `expression` (a Status) from the enclosing function.
#define POMAI_RETURN_IF_ERROR(expression)                        \
  do {                                                           \
    if (::pomai::Status status_ = (expression); !status_.ok()) { \
      return status_;                                            \
    }                                                            \
  } while (false)
