// No memory, no disk: each is a status, nothing that was there is lost, and the call succeeds once there is room again.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>

#include "fixture.h"

namespace {

// Allocations that still succeed, in the thread that armed it; below zero: all do.
std::atomic<long> allowed{-1};
std::atomic<bool> only_one{false};
std::atomic<bool> refused{false};

// Nothing here has a use for more at once: who asks for it has taken a number from the caller at its word.
constexpr size_t kMostAtOnce = size_t{1} << 28;

bool Refuse() {
  if (allowed.load() < 0) {
    return false;
  }
  if (allowed.load() > 0) {
    allowed.fetch_sub(1);
    return false;
  }
  refused = true;
  if (only_one) {
    allowed = -1;
  }
  return true;
}

void* Allocate(size_t size, size_t alignment) {
  if (size > kMostAtOnce || Refuse()) {
    throw std::bad_alloc();
  }
  void* memory = std::aligned_alloc(alignment, (std::max<size_t>(size, 1) + alignment - 1) / alignment * alignment);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

}  // namespace

// Everything that the engine allocates by C++ comes through here, in this program only.
void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) { return Allocate(size, static_cast<size_t>(alignment)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

#if defined(__linux__)
// So does what it allocates by C and what it maps: the linker sends its calls here (CMakeLists.txt).
extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset);
void* __real_mremap(void* address, size_t old_size, size_t size, int flags);

void* __wrap_malloc(size_t size) { return Refuse() ? nullptr : __real_malloc(size); }
void* __wrap_calloc(size_t count, size_t size) { return Refuse() ? nullptr : __real_calloc(count, size); }
void* __wrap_mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if (Refuse()) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return __real_mmap(address, size, protection, flags, descriptor, offset);
}
void* __wrap_mremap(void* address, size_t old_size, size_t size, int flags) {
  if (Refuse()) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return __real_mremap(address, old_size, size, flags);
}
}
#endif

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Outcome;
using fixture::Rows;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Upsert;
using fixture::Vector;

// Runs `call` with the first allocation refused, then the second, and so on, until it runs without meeting a refusal;
// after each failure `check` looks at what the call has left behind.
// Each refusal stands alone first; then it is the first of many. `prepare` runs before either.
void RefuseEachInTurn(
    const std::function<pomai_status_t*()>& call, const std::function<void()>& check,
    const std::function<void()>& prepare = [] {}) {
  for (const bool one : {true, false}) {
    prepare();
    for (long n = 0;; ++n) {
      only_one = one;
      refused = false;
      allowed = n;
      pomai_status_t* status = call();
      allowed = -1;
      const bool met = refused;
      const Outcome outcome = Take(status);
      if (!outcome.ok()) {
        CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), outcome.code);
        CHECK(outcome.Says("memory"));
        check();
      } else if (!met) {
        break;
      }
      CHECK(n < 100000);
    }
  }
}

Rows SomeRows(uint64_t count) {
  Rows rows;
  for (uint64_t id = 0; id < count; ++id) {
    rows[id * 3] = {static_cast<float>(id % 10), static_cast<float>(id / 10)};
  }
  return rows;
}

TEST(memory_that_runs_out_while_opening) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  auto options = Options(2);
  options.fsync_policy = POMAI_FSYNC_ALWAYS;
  options.path = path.c_str();
  const Rows rows = SomeRows(50);
  {
    const auto database = Database::Open(path, options);
    CHECK_OK(database->PutAll(rows));
    CHECK_OK(database->Freeze());
    CHECK_OK(database->Put(1, {1, 1}));
  }
  pomai_db_t* handle = nullptr;
  RefuseEachInTurn(
      [&] {
        Take(pomai_close(std::exchange(handle, nullptr)));
        return pomai_open(&options, &handle);
      },
      [&] { CHECK(handle == nullptr); });
  CHECK(handle != nullptr);
  Take(pomai_close(handle));
  CHECK_EQ(rows.size() + 1, Database::Open(path, options)->Scan().size());
}

TEST(memory_that_runs_out_while_writing) {
  const TemporaryDirectory directory;
  for (const auto fsync : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
    auto options = Options(2);
    options.fsync_policy = fsync;
    options.adaptive_threshold = 0;
    options.hnsw_m = 4;
    options.hnsw_ef_construction = 20;
    options.search_threads = 2;
    const std::string path = directory / std::to_string(fsync);
    auto database = Database::Open(path, options);
    const Vector vector = {5, 5};
    const auto item = Upsert(1, vector);
    const Rows before = database->Scan();
    RefuseEachInTurn([&] { return pomai_put_batch(database->handle(), &item, 1); },
                     [&] {
                       const Rows now = database->Scan();
                       CHECK(now == before || now == (Rows{{1, {5, 5}}}));  // a call before this one succeeded
                     });
    RefuseEachInTurn([&] { return pomai_delete(database->handle(), 1); }, [] {});
    CHECK(database->Scan().empty());

    const Rows rows = SomeRows(60);
    RefuseEachInTurn([&] { return pomai_freeze(database->handle()); }, [&] { CHECK(database->Scan() == rows); },
                     [&] { CHECK_OK(database->PutAll(rows)); });
    CHECK_EQ(rows.size(), database->Search({0, 0}, 100).size());
    database.reset();
    database = Database::Open(path, options);
    CHECK(database->Scan() == rows);
  }
}

TEST(memory_that_runs_out_while_reading) {
  const TemporaryDirectory directory;
  auto options = Options(2);
  options.adaptive_threshold = 20;
  options.hnsw_m = 4;
  options.search_threads = 2;
  const std::string path = directory / "db";
  const Rows rows = SomeRows(60);
  {
    const auto database = Database::Open(path, options);
    CHECK_OK(database->PutAll(rows));
    CHECK_OK(database->Freeze());
    CHECK_OK(database->PutAll({{0, {9, 9}}}));
    CHECK_OK(database->Delete(3));
    CHECK_OK(database->Freeze());
  }
  auto database = Database::Open(path, options);
  CHECK_OK(database->Put(7, {7, 7}));
  const auto nothing_to_check = [] {};

  const Vector vector = {1, 1};
  const std::vector<pomai_query_t> queries(5, fixture::Query(vector, 10));
  pomai_search_results_t* results = nullptr;
  RefuseEachInTurn(
      [&] {
        pomai_search_batch_free(std::exchange(results, nullptr), queries.size());
        return pomai_search_batch(database->handle(), queries.data(), queries.size(), &results);
      },
      [&] { CHECK(results == nullptr); });
  CHECK_EQ(10U, results[4].count);
  pomai_search_batch_free(results, queries.size());

  pomai_record_t* record = nullptr;
  RefuseEachInTurn(
      [&] {
        pomai_record_free(std::exchange(record, nullptr));
        return pomai_get(database->handle(), 6, &record);
      },
      nothing_to_check);
  pomai_record_free(record);

  size_t walked = 0;
  RefuseEachInTurn(
      [&]() -> pomai_status_t* {
        pomai_iter_t* iterator = nullptr;
        if (pomai_status_t* status = pomai_scan(database->handle(), nullptr, nullptr, &iterator)) {
          return status;
        }
        for (walked = 0; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
          ++walked;
        }
        pomai_status_t* status = pomai_iter_status(iterator);
        pomai_iter_free(iterator);
        return status;
      },
      nothing_to_check);
  CHECK_EQ(rows.size(), walked);
}

TEST(more_threads_than_any_machine_has) {
  const TemporaryDirectory directory;
  for (const uint8_t kind : {POMAI_INDEX_IVF, POMAI_INDEX_HNSW}) {
    auto options = Options(2);
    options.search_threads = UINT32_MAX;
    options.index_type = kind;
    options.adaptive_threshold = 0;
    const auto database = Database::Open(directory / std::to_string(kind), options);
    CHECK_OK(database->PutAll(SomeRows(60)));
    CHECK_OK(database->Freeze());
    std::vector<std::vector<fixture::Hit>> hits;
    CHECK_OK(database->SearchBatch(std::vector<Vector>(5, {1, 1}), 10, hits));
    CHECK_EQ(10U, hits[4].size());
  }
}

TEST(a_disk_that_is_full) {
  // The largest file size stands in for the disk; in a process of its own, since the limit cannot be raised again.
  const TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      std::signal(SIGXFSZ, SIG_IGN);
      const Rows rows = SomeRows(10000);
      for (const auto fsync : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        auto options = Options(2);
        options.fsync_policy = fsync;
        const auto database = Database::Open(directory / std::to_string(fsync), options);
        CHECK_OK(database->Put(1, {1, 1}));
        const rlimit tight{4096, limit.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
        if (fsync == POMAI_FSYNC_ALWAYS) {
          CHECK_EQ(static_cast<int>(POMAI_STATUS_IO_ERROR), database->PutAll(rows).code);
          CHECK_EQ(1U, database->Scan().size());
          CHECK_OK(database->Put(2, {2, 2}));
        } else {
          CHECK_OK(database->PutAll(rows));
          const Outcome outcome = database->Freeze();
          CHECK_EQ(static_cast<int>(POMAI_STATUS_IO_ERROR), outcome.code);
          CHECK(outcome.Says(".seg.tmp"));
          CHECK_EQ(rows.size() + 1, database->Scan().size());
          CHECK(::access((directory / "0/00000000000000000001.seg.tmp").c_str(), F_OK) != 0);
        }
        ::setrlimit(RLIMIT_FSIZE, &limit);
        CHECK_OK(database->PutAll(rows));
        CHECK_OK(database->Freeze());
        CHECK(database->Search({0, 0}, 20000).size() > rows.size());
      }
      code = 0;
    } catch (const std::exception& failure) {
      std::printf("in child: %s\n", failure.what());
      std::fflush(stdout);
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK_EQ(0, status);
}

}  // namespace
