// A row on its way in or out of the database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pomai::core {

// A row to put; it has as many floats as the database has dimensions, all finite. Not owned.
struct Upsert {
  uint64_t id = 0;
  const float* vector = nullptr;
  std::span<const std::byte> metadata;
};

// A copy of a row.
struct Record {
  uint64_t id = 0;
  std::vector<float> vector;
  std::vector<std::byte> metadata;
};

// What one store knows of an id. kDeleted hides whatever older stores hold.
enum class Known : uint8_t { kNothing, kDeleted, kRow };

}  // namespace pomai::core
