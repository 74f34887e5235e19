// Single rows out of the database.
#include <cstdlib>
#include <cstring>

#include "abi/handles.h"

namespace pomai::abi {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// The record and all it points to in one block, so that one free returns it.
pomai_record_t* RecordToC(const core::Record& record) {
  const size_t vector_bytes = record.vector.size() * sizeof(float);
  std::unique_ptr<void, Free> block(std::malloc(sizeof(pomai_record_t) + vector_bytes + record.metadata.size()));
  if (!block) {
    throw std::bad_alloc();
  }
  auto* const vector = static_cast<std::byte*>(block.get()) + sizeof(pomai_record_t);
  std::byte* const metadata = vector + vector_bytes;
  std::memcpy(vector, record.vector.data(), vector_bytes);
  pomai_record_t out{};
  out.struct_size = sizeof out;
  out.id = record.id;
  out.dim = static_cast<uint32_t>(record.vector.size());
  out.vector = reinterpret_cast<const float*>(vector);
  if (!record.metadata.empty()) {
    std::memcpy(metadata, record.metadata.data(), record.metadata.size());
    out.metadata = reinterpret_cast<const uint8_t*>(metadata);
    out.metadata_len = static_cast<uint32_t>(record.metadata.size());
  }
  std::memcpy(block.get(), &out, sizeof out);
  return static_cast<pomai_record_t*>(block.release());
}

}  // namespace
}  // namespace pomai::abi

using pomai::Status;

extern "C" {

pomai_status_t* pomai_get(pomai_db_t* db, uint64_t id, pomai_record_t** out_record) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(out_record);
    pomai::core::Record record;
    const auto known = db->database->Get(id, record);
    if (!known.ok()) {
      return known.status();
    }
    if (known.value() != pomai::core::Known::kRow) {
      return {pomai::Code::kNotFound,
              "Cannot get id " + std::to_string(id) + ": " + db->database->options().path + " holds no such row"};
    }
    *out_record = pomai::abi::RecordToC(record);
    return {};
  });
}

void pomai_record_free(pomai_record_t* record) { std::free(record); }

pomai_status_t* pomai_exists(pomai_db_t* db, uint64_t id, bool* out_exists) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(out_exists);
    const auto known = db->database->Find(id);
    if (!known.ok()) {
      return known.status();
    }
    *out_exists = known.value() == pomai::core::Known::kRow;
    return {};
  });
}

void pomai_free(void* memory) { std::free(memory); }

}  // extern "C"
