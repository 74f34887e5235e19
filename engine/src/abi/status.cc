#include "abi/handles.h"
#include "abi/layout.h"

namespace pomai::abi {
namespace {

// Handed out when there is no memory left to make a status in, and so never freed.
pomai_status_t& OutOfMemory() {
  static pomai_status_t status{POMAI_STATUS_RESOURCE_EXHAUSTED, "Out of memory"};
  return status;
}

// Made at load time, when there still is memory.
[[maybe_unused]] const pomai_status_t& made_early = OutOfMemory();

}  // namespace

pomai_status_t* ToC(const Status& status) noexcept {
  if (status.ok()) {
    return nullptr;
  }
  try {
    auto out = std::make_unique<pomai_status_t>();
    out->code = static_cast<int>(status.code());
    out->message = status.message();
    return out.release();
  } catch (...) {
    return &OutOfMemory();
  }
}

Status CheckBatch(const char* action, size_t n) {
  if (n <= kMaxBatch) {
    return {};
  }
  return {Code::kInvalidArgument, std::string("Cannot ") + action + ": n is " + std::to_string(n) +
                                      " (accepted: 0 to " + std::to_string(kMaxBatch) + ")"};
}

Status FromException() noexcept {
  try {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      return {Code::kResourceExhausted, "Out of memory"};
    } catch (const std::exception& failure) {
      return {Code::kInternal, std::string("Internal error: ") + failure.what()};
    } catch (...) {
      return {Code::kInternal, "Internal error"};
    }
  } catch (...) {
    return {Code::kResourceExhausted, {}};
  }
}

}  // namespace pomai::abi

extern "C" {

uint32_t pomai_abi_version(void) { return 0x010100; }

const char* pomai_version_string(void) { return POMAI_VERSION; }

int pomai_status_code(const pomai_status_t* status) { return status == nullptr ? POMAI_STATUS_OK : status->code; }

const char* pomai_status_message(const pomai_status_t* status) {
  return status == nullptr ? "OK" : status->message.c_str();
}

void pomai_status_free(pomai_status_t* status) {
  if (status != &pomai::abi::OutOfMemory()) {
    std::unique_ptr<pomai_status_t>(status).reset();
  }
}

}  // extern "C"
