// memory_budget_bytes: what a put leaves in memory and what the freeze after it takes stay within it, whatever the
// index; what does not fit is refused, and nothing is lost by that.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>
#include <random>
#include <set>

#include "fixture.h"

#if defined(__linux__)

#include <malloc.h>

namespace {

std::atomic<size_t> in_use{0};
std::atomic<size_t> most{0};

void Count(size_t bytes) {
  const size_t now = in_use.fetch_add(bytes) + bytes;
  size_t before = most.load();
  while (before < now && !most.compare_exchange_weak(before, now)) {
  }
}

void* Allocate(size_t size, size_t alignment) {
  void* memory = std::aligned_alloc(alignment, (std::max<size_t>(size, 1) + alignment - 1) / alignment * alignment);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  Count(::malloc_usable_size(memory));
  return memory;
}

std::mutex mapped_mutex;
std::set<void*> mapped_memory;  // anonymous; what else is unmapped is a file

void Free(void* memory) {
  if (memory != nullptr) {
    in_use.fetch_sub(::malloc_usable_size(memory));
    std::free(memory);
  }
}

}  // namespace

// Everything that the engine allocates by C++ or maps comes through here, in this program only.
void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) { return Allocate(size, static_cast<size_t>(alignment)); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }

extern "C" {
void* __real_mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset);
void* __real_mremap(void* address, size_t old_size, size_t size, int flags);
int __real_munmap(void* address, size_t size);

void* __wrap_mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  void* mapped = __real_mmap(address, size, protection, flags, descriptor, offset);
  if (mapped != MAP_FAILED && descriptor < 0) {
    Count(size);
    const std::lock_guard lock(mapped_mutex);
    mapped_memory.insert(mapped);
  }
  return mapped;
}
void* __wrap_mremap(void* address, size_t old_size, size_t size, int flags) {
  void* mapped = __real_mremap(address, old_size, size, flags);
  if (mapped != MAP_FAILED) {
    in_use.fetch_sub(old_size);
    Count(size);
    const std::lock_guard lock(mapped_mutex);
    mapped_memory.erase(address);
    mapped_memory.insert(mapped);
  }
  return mapped;
}
int __wrap_munmap(void* address, size_t size) {
  {
    const std::lock_guard lock(mapped_mutex);
    if (mapped_memory.erase(address) != 0) {
      in_use.fetch_sub(size);
    }
  }
  return __real_munmap(address, size);
}
}

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Outcome;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Vector;

constexpr size_t kFixed = size_t{6} << 20;  // what the header leaves out: some 4 MiB and the threads'

struct Shape {
  const char* name;
  uint32_t dim;
  uint8_t index_type;
  uint32_t adaptive_threshold;
  uint32_t m;
  uint32_t ef_construction;
  uint32_t metadata_bytes;
  float step;  // between the values that a component takes: whole numbers make codes that lose nothing
};

constexpr Shape kShapes[] = {{"scan", 16, POMAI_INDEX_HNSW, UINT32_MAX, 16, 100, 0, 1.0F},
                             {"scan with metadata", 4, POMAI_INDEX_HNSW, UINT32_MAX, 16, 100, 100, 1.0F},
                             {"lists", 16, POMAI_INDEX_IVF, 0, 16, 100, 0, 0.37F},
                             {"graph of few links", 16, POMAI_INDEX_HNSW, 0, 4, 40, 0, 0.37F},
                             {"graph", 48, POMAI_INDEX_HNSW, 0, 16, 100, 0, 0.37F},
                             {"graph of wide rows", 400, POMAI_INDEX_HNSW, 0, 16, 60, 0, 1.0F},
                             {"graph of many links", 24, POMAI_INDEX_HNSW, 0, 32, 100, 20, 1.0F}};

// Rows in no order, so that the freeze has to sort them.
class Batch {
 public:
  Batch(const Shape& shape, size_t rows) : vectors_(rows * shape.dim), metadata_(shape.metadata_bytes, 'm') {
    std::mt19937 random(3);
    std::generate(vectors_.begin(), vectors_.end(), [&] { return static_cast<float>(random() % 200) * shape.step; });
    for (size_t i = 0; i < rows; ++i) {
      pomai_upsert_t item{};
      item.struct_size = sizeof item;
      item.id = i * 7919 % 1000003;
      item.vector = vectors_.data() + i * shape.dim;
      item.dim = shape.dim;
      item.metadata = reinterpret_cast<const uint8_t*>(metadata_.data());
      item.metadata_len = shape.metadata_bytes;
      items_.push_back(item);
    }
  }

  [[nodiscard]] size_t rows() const { return items_.size(); }
  Outcome PutFirst(const Database& database, size_t rows) const {
    return Take(pomai_put_batch(database.handle(), items_.data(), rows));
  }

 private:
  std::vector<float> vectors_;
  std::string metadata_;
  std::vector<pomai_upsert_t> items_;
};

TEST(a_batch_and_its_freeze_stay_within_the_budget) {
  for (const auto& shape : kShapes) {
    const TemporaryDirectory directory(TemporaryDirectory::Place::kMemory);
    auto options = Options(shape.dim);
    options.index_type = shape.index_type;
    options.adaptive_threshold = shape.adaptive_threshold;
    options.hnsw_m = shape.m;
    options.hnsw_ef_construction = shape.ef_construction;
    options.search_threads = 2;
    options.memory_budget_bytes = uint64_t{24} << 20;
    const Batch batch(shape, 60000);
    const auto database = Database::Open(directory / "db", options);
    const size_t before = in_use;
    size_t rows = batch.rows();
    Outcome outcome = batch.PutFirst(*database, rows);
    while (outcome.code == POMAI_STATUS_RESOURCE_EXHAUSTED) {
      CHECK(outcome.Says("memory_budget_bytes"));
      CHECK(database->Scan().empty());
      rows = rows * 15 / 16;
      outcome = batch.PutFirst(*database, rows);
    }
    CHECK_OK(outcome);
    most = in_use.load();
    CHECK_OK(database->Freeze());
    const size_t peak = most - before;
    std::printf("%s: %zu rows, peak %.1f MiB\n", shape.name, rows, static_cast<double>(peak) / (1 << 20));
    CHECK(rows > 1000);
    CHECK(peak <= options.memory_budget_bytes + kFixed);
    CHECK(rows == batch.rows() || peak >= options.memory_budget_bytes / 3);  // or the bound would be good for nothing
    CHECK_EQ(rows, database->Scan().size());
  }
}

TEST(a_budget_that_is_used_up_refuses_writes_until_a_freeze) {
  const TemporaryDirectory directory;
  auto options = Options(8);
  options.adaptive_threshold = 0;
  options.hnsw_m = 4;
  options.memory_budget_bytes = 100000;
  const auto database = Database::Open(directory / "db", options);
  uint64_t rows = 0;
  for (int round = 0; round < 3; ++round) {
    const uint64_t first = rows;
    Outcome outcome;
    while ((outcome = database->Put(rows, Vector(8, static_cast<float>(rows)))).ok()) {
      ++rows;
      CHECK(rows < 10000);
    }
    CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), outcome.code);
    CHECK(rows > first + 50);
    CHECK_EQ(rows, database->Scan().size());
    CHECK_OK(database->Freeze());
    CHECK_EQ(rows, database->Search(Vector(8, 0), 100000).size());
  }
  // Deletes take room too, and give some where they undo a put.
  Outcome outcome;
  uint64_t deleted = 0;
  while ((outcome = database->Delete(1000000 + deleted)).ok()) {
    ++deleted;
    CHECK(deleted < 10000);
  }
  CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), outcome.code);
  CHECK_OK(database->Freeze());
  for (int i = 0; i < 5000; ++i) {
    CHECK_OK(database->Put(5, Vector(8, 1)));
    CHECK_OK(database->Delete(5));
  }
  CHECK_EQ(rows - 1, database->Scan().size());
}

TEST(a_freeze_beside_a_snapshot_needs_room_for_both) {
  const TemporaryDirectory directory;
  auto options = Options(64);
  options.memory_budget_bytes = 500000;
  const auto database = Database::Open(directory / "db", options);
  // Replaced rows, for without any there is nothing to compact and nothing to copy.
  for (int round = 0; round < 2; ++round) {
    for (uint64_t id = 0; id < 600; ++id) {
      CHECK_OK(database->Put(id, Vector(64, static_cast<float>(round))));
    }
  }
  pomai_snapshot_t* snapshot = nullptr;
  CHECK_OK(Take(pomai_get_snapshot(database->handle(), &snapshot)));
  const Outcome outcome = database->Freeze();
  CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), outcome.code);
  CHECK(outcome.Says("free the snapshot"));
  CHECK_EQ(600U, database->Scan(snapshot).size());
  pomai_snapshot_free(snapshot);
  CHECK_OK(database->Freeze());
  CHECK_EQ(600U, database->Scan().size());
  CHECK_EQ(600U, database->Search(Vector(64, 0), 1000).size());
}

TEST(a_log_larger_than_the_budget_is_read_and_frozen) {
  const TemporaryDirectory directory;
  auto options = Options(16);
  options.fsync_policy = POMAI_FSYNC_ALWAYS;
  const Batch batch(kShapes[0], 2000);
  {
    const auto database = Database::Open(directory / "db", options);
    CHECK_OK(batch.PutFirst(*database, 2000));
  }
  options.memory_budget_bytes = 50000;
  const auto database = Database::Open(directory / "db", options);
  CHECK_EQ(2000U, database->Scan().size());
  CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), database->Put(UINT64_MAX, Vector(16, 1)).code);
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(UINT64_MAX, Vector(16, 1)));
  CHECK_EQ(2001U, database->Scan().size());
}

}  // namespace

#else

TEST(a_budget_of_memory) { SKIP("what is mapped is counted on Linux only"); }

#endif
