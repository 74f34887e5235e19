// What the tests of the storage side share: a directory of their own, and the C ABI in a form that reads well.
#pragma once

#include <ftw.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "pomai/pomai_c.h"

namespace fixture {

inline void RemoveTree(const std::string& path) {
  ::nftw(
      path.c_str(), [](const char* name, const struct stat*, int, struct FTW*) { return std::remove(name); }, 16,
      FTW_DEPTH | FTW_PHYS);
}

// A new directory, removed with the object.
class TemporaryDirectory {
 public:
  // In $TMPDIR or /tmp; or, for tests that make thousands of files and lose none of them, in memory where that is to be
  // had.
  enum class Place : uint8_t { kDisk, kMemory };
  explicit TemporaryDirectory(Place place = Place::kDisk) {
    const char* const given = std::getenv("TMPDIR");
    const bool memory = place == Place::kMemory && ::access("/dev/shm", W_OK) == 0;
    const char* const parent = memory ? "/dev/shm" : (given != nullptr ? given : "/tmp");
    path_ = std::string(parent) + "/pomai test " + std::string(6, 'X');
    if (::mkdtemp(path_.data()) == nullptr) {
      throw check::Failure("cannot make " + path_);
    }
  }
  ~TemporaryDirectory() { RemoveTree(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// The outcome of a call, its status freed.
struct Outcome {
  int code = POMAI_STATUS_OK;
  std::string text;

  [[nodiscard]] bool ok() const { return code == POMAI_STATUS_OK; }
  [[nodiscard]] const std::string& message() const { return text; }
  [[nodiscard]] bool Says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

inline Outcome Take(pomai_status_t* status) {
  Outcome outcome{pomai_status_code(status), pomai_status_message(status)};
  pomai_status_free(status);
  return outcome;
}

using Vector = std::vector<float>;
using Rows = std::map<uint64_t, Vector>;

struct Hit {
  uint64_t id = 0;
  float score = 0;

  bool operator==(const Hit&) const = default;
};

inline pomai_options_t Options(uint32_t dim) {
  pomai_options_t options{};
  pomai_options_init(&options);
  options.dim = dim;
  options.index_type = POMAI_INDEX_HNSW;
  options.search_threads = 1;
  return options;
}

inline pomai_upsert_t Upsert(uint64_t id, const Vector& vector) {
  pomai_upsert_t item{};
  item.struct_size = sizeof item;
  item.id = id;
  item.vector = vector.data();
  item.dim = static_cast<uint32_t>(vector.size());
  return item;
}

inline pomai_query_t Query(const Vector& vector, uint32_t topk) {
  pomai_query_t query{};
  query.struct_size = sizeof query;
  query.vector = vector.data();
  query.dim = static_cast<uint32_t>(vector.size());
  query.topk = topk;
  return query;
}

// A handle, closed with the object.
class Database {
 public:
  static Outcome TryOpen(const std::string& path, pomai_options_t options, std::unique_ptr<Database>& database) {
    options.path = path.c_str();
    pomai_db_t* handle = nullptr;
    auto outcome = Take(pomai_open(&options, &handle));
    database = outcome.ok() ? std::unique_ptr<Database>(new Database(handle)) : nullptr;
    return outcome;
  }

  static std::unique_ptr<Database> Open(const std::string& path, const pomai_options_t& options) {
    std::unique_ptr<Database> database;
    CHECK_OK(TryOpen(path, options, database));
    return database;
  }

  ~Database() { Take(pomai_close(handle_)); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] pomai_db_t* handle() const { return handle_; }

  Outcome Put(uint64_t id, const Vector& vector) {
    const auto item = Upsert(id, vector);
    return Take(pomai_put(handle_, &item));
  }

  Outcome PutAll(const Rows& rows) {
    std::vector<pomai_upsert_t> items;
    for (const auto& [id, vector] : rows) {
      items.push_back(Upsert(id, vector));
    }
    return Take(pomai_put_batch(handle_, items.data(), items.size()));
  }

  Outcome Delete(uint64_t id) { return Take(pomai_delete(handle_, id)); }
  Outcome Freeze() { return Take(pomai_freeze(handle_)); }

  Outcome Get(uint64_t id, Vector& vector) const {
    pomai_record_t* record = nullptr;
    auto outcome = Take(pomai_get(handle_, id, &record));
    if (outcome.ok()) {
      vector.assign(record->vector, record->vector + record->dim);
      pomai_record_free(record);
    }
    return outcome;
  }

  [[nodiscard]] bool Exists(uint64_t id) const {
    bool exists = false;
    CHECK_OK(Take(pomai_exists(handle_, id, &exists)));
    return exists;
  }

  Outcome SearchBatch(const std::vector<Vector>& vectors, uint32_t topk, std::vector<std::vector<Hit>>& hits) const {
    std::vector<pomai_query_t> queries;
    for (const auto& vector : vectors) {
      queries.push_back(Query(vector, topk));
    }
    pomai_search_results_t* results = nullptr;
    auto outcome = Take(pomai_search_batch(handle_, queries.data(), queries.size(), &results));
    hits.clear();
    if (outcome.ok()) {
      for (size_t i = 0; i < queries.size(); ++i) {
        auto& list = hits.emplace_back();
        for (size_t rank = 0; rank < results[i].count; ++rank) {
          list.push_back({results[i].ids[rank], results[i].scores[rank]});
        }
      }
      pomai_search_batch_free(results, queries.size());
    }
    return outcome;
  }

  [[nodiscard]] std::vector<Hit> Search(const Vector& vector, uint32_t topk) const {
    std::vector<std::vector<Hit>> hits;
    CHECK_OK(SearchBatch({vector}, topk, hits));
    return hits[0];
  }

  Outcome TryScan(const pomai_scan_options_t* options, const pomai_snapshot_t* snapshot, Rows& rows) const {
    pomai_iter_t* iterator = nullptr;
    auto outcome = Take(pomai_scan(handle_, options, snapshot, &iterator));
    rows.clear();
    if (!outcome.ok()) {
      return outcome;
    }
    for (; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
      pomai_record_view_t view{};
      CHECK_OK(Take(pomai_iter_get_record(iterator, &view)));
      CHECK(rows.empty() || rows.rbegin()->first < view.id);
      rows.emplace(view.id, Vector(view.vector, view.vector + view.dim));
    }
    outcome = Take(pomai_iter_status(iterator));
    pomai_iter_free(iterator);
    return outcome;
  }

  [[nodiscard]] Rows Scan(const pomai_snapshot_t* snapshot = nullptr) const {
    Rows rows;
    CHECK_OK(TryScan(nullptr, snapshot, rows));
    return rows;
  }

 private:
  explicit Database(pomai_db_t* handle) : handle_(handle) {}

  pomai_db_t* handle_;
};

}  // namespace fixture
