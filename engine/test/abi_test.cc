// The C boundary: sizes that clients compiled in, and one clear status for each kind of bad input.
#include <cmath>
#include <cstring>
#include <limits>

#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Outcome;
using fixture::Query;
using fixture::Rows;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Upsert;
using fixture::Vector;

constexpr int kInvalid = POMAI_STATUS_INVALID_ARGUMENT;

TEST(options_init_writes_generation_a_and_the_defaults) {
  unsigned char block[256];
  std::memset(block, 0xEE, sizeof block);
  pomai_options_init(reinterpret_cast<pomai_options_t*>(block));
  pomai_options_t options{};
  std::memcpy(&options, block, sizeof options);
  CHECK_EQ(72U, options.struct_size);
  CHECK_EQ(0xEE, int{block[72]});
  CHECK(options.path == nullptr);
  CHECK_EQ(4U, options.shards);
  CHECK_EQ(512U, options.dim);
  CHECK_EQ(0U, options.search_threads);
  CHECK_EQ(0U, options.fsync_policy);
  CHECK_EQ(0U, options.memory_budget_bytes);
  CHECK_EQ(0U, options.deadline_ms);
  CHECK_EQ(0, int{options.index_type});
  CHECK_EQ(32U, options.hnsw_m);
  CHECK_EQ(200U, options.hnsw_ef_construction);
  CHECK_EQ(64U, options.hnsw_ef_search);
  CHECK_EQ(5000U, options.adaptive_threshold);
  CHECK_EQ(0, int{options.metric});
  pomai_options_init(nullptr);
}

TEST(versions) {
  CHECK_EQ(0x010100U, pomai_abi_version());
  CHECK_EQ(std::string("0.1.0"), std::string(pomai_version_string()));
}

TEST(no_status_is_success) {
  CHECK_EQ(0, pomai_status_code(nullptr));
  CHECK_EQ(std::string("OK"), std::string(pomai_status_message(nullptr)));
  pomai_status_free(nullptr);
}

TEST(options_out_of_range_are_named) {
  const TemporaryDirectory directory;
  const auto refuses = [&](const char* name, const auto& change) {
    auto options = Options(4);
    change(options);
    std::unique_ptr<Database> database;
    const Outcome outcome = Database::TryOpen(directory / "db", options, database);
    CHECK_EQ(kInvalid, outcome.code);
    if (!outcome.Says(name)) {
      throw check::Failure(std::string(name) + " is not in: " + outcome.text);
    }
  };
  refuses("struct_size is 0", [](auto& options) { options.struct_size = 0; });
  refuses("struct_size is 71", [](auto& options) { options.struct_size = 71; });
  refuses("dim is 0", [](auto& options) { options.dim = 0; });
  refuses("dim is 65537", [](auto& options) { options.dim = 65537; });
  refuses("shards is 0", [](auto& options) { options.shards = 0; });
  refuses("fsync_policy is 2", [](auto& options) { options.fsync_policy = 2; });
  refuses("index_type is 2", [](auto& options) { options.index_type = 2; });
  refuses("metric is 2", [](auto& options) { options.metric = 2; });
  refuses("hnsw_m is 1", [](auto& options) { options.hnsw_m = 1; });
  refuses("hnsw_m is 513", [](auto& options) { options.hnsw_m = 513; });
  refuses("hnsw_ef_construction is 0", [](auto& options) { options.hnsw_ef_construction = 0; });
  refuses("hnsw_ef_search is 0", [](auto& options) { options.hnsw_ef_search = 0; });
  CHECK(::access((directory / "db").c_str(), F_OK) != 0);
}

TEST(a_path_that_is_no_directory_is_an_io_error_that_names_it) {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  std::fclose(std::fopen(path.c_str(), "w"));
  std::unique_ptr<Database> database;
  for (const auto& bad : {path, path + "/below"}) {
    const Outcome outcome = Database::TryOpen(bad, Options(4), database);
    CHECK_EQ(static_cast<int>(POMAI_STATUS_IO_ERROR), outcome.code);
    CHECK(outcome.Says(path));
  }
  CHECK_EQ(kInvalid, Database::TryOpen("", Options(4), database).code);
}

TEST(null_arguments_are_refused) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "a/b/c", Options(1));
  pomai_db_t* const db = database->handle();
  const Vector vector = {1};
  const auto item = Upsert(1, vector);
  const auto query = Query(vector, 1);
  pomai_search_results_t* results = nullptr;
  pomai_record_t* record = nullptr;
  pomai_record_view_t view{};
  pomai_snapshot_t* snapshot = nullptr;
  pomai_iter_t* iterator = nullptr;
  pomai_db_t* out = nullptr;
  bool exists = false;
  const auto options = Options(1);
  const auto refused = [](pomai_status_t* status) {
    const Outcome outcome = Take(status);
    CHECK_EQ(kInvalid, outcome.code);
    CHECK(outcome.Says("NULL"));
  };
  refused(pomai_open(nullptr, &out));
  refused(pomai_open(&options, nullptr));
  refused(pomai_open(&options, &out));  // no path
  refused(pomai_put(nullptr, &item));
  refused(pomai_put(db, nullptr));
  refused(pomai_put_batch(nullptr, &item, 1));
  refused(pomai_put_batch(db, nullptr, 1));
  refused(pomai_delete(nullptr, 1));
  refused(pomai_freeze(nullptr));
  refused(pomai_get(nullptr, 1, &record));
  refused(pomai_get(db, 1, nullptr));
  refused(pomai_exists(nullptr, 1, &exists));
  refused(pomai_exists(db, 1, nullptr));
  refused(pomai_search(nullptr, &query, &results));
  refused(pomai_search(db, nullptr, &results));
  refused(pomai_search(db, &query, nullptr));
  refused(pomai_search_batch(nullptr, &query, 1, &results));
  refused(pomai_search_batch(db, nullptr, 1, &results));
  refused(pomai_search_batch(db, &query, 1, nullptr));
  refused(pomai_get_snapshot(nullptr, &snapshot));
  refused(pomai_get_snapshot(db, nullptr));
  refused(pomai_scan(nullptr, nullptr, nullptr, &iterator));
  refused(pomai_scan(db, nullptr, nullptr, nullptr));
  refused(pomai_iter_status(nullptr));
  refused(pomai_iter_get_record(nullptr, &view));
  CHECK(!pomai_iter_valid(nullptr));
  pomai_iter_next(nullptr);
  pomai_iter_free(nullptr);
  pomai_snapshot_free(nullptr);
  pomai_record_free(nullptr);
  pomai_search_results_free(nullptr);
  pomai_search_batch_free(nullptr, 3);
  pomai_free(nullptr);
  pomai_scan_options_init(nullptr);
  CHECK_OK(Take(pomai_close(nullptr)));
  CHECK_OK(Take(pomai_put_batch(db, nullptr, 0)));
  CHECK_OK(Take(pomai_search_batch(db, nullptr, 0, &results)));
}

TEST(a_bad_row_is_named_and_leaves_the_batch_unapplied) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(3));
  const Vector good = {1, 2, 3};
  const auto refuses = [&](const char* what, const pomai_upsert_t& bad) {
    const std::vector<pomai_upsert_t> items = {Upsert(1, good), bad};
    const Outcome outcome = Take(pomai_put_batch(database->handle(), items.data(), items.size()));
    CHECK_EQ(kInvalid, outcome.code);
    CHECK(outcome.Says("id 77 (row 1 of the batch)"));
    if (!outcome.Says(what)) {
      throw check::Failure(std::string(what) + " is not in: " + outcome.text);
    }
    CHECK(database->Scan().empty());
  };
  const Vector short_vector = {1, 2};
  refuses("has 2 dimensions (the database has 3)", Upsert(77, short_vector));
  const Vector nan = {1, std::nanf(""), 3};
  refuses("component 1 of its vector is NaN or infinite", Upsert(77, nan));
  const Vector infinite = {1, 2, -std::numeric_limits<float>::infinity()};
  refuses("component 2 of its vector is NaN or infinite", Upsert(77, infinite));
  auto item = Upsert(77, good);
  item.vector = nullptr;
  refuses("vector is NULL", item);
  item = Upsert(77, good);
  item.metadata_len = 5;
  refuses("metadata is NULL", item);
  item = Upsert(77, good);
  item.struct_size = 0;
  refuses("struct_size is 0", item);
  item.struct_size = 47;
  refuses("struct_size is 47", item);
  const Vector largest = {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(), -0.0F};
  CHECK_OK(database->Put(1, largest));
}

TEST(metadata_comes_back_as_it_was) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  const Vector vector = {1};
  const std::string text("a\0b", 3);
  auto items = std::vector<pomai_upsert_t>{Upsert(1, vector), Upsert(2, vector), Upsert(3, vector)};
  items[1].metadata = reinterpret_cast<const uint8_t*>(text.data());
  items[1].metadata_len = static_cast<uint32_t>(text.size());
  CHECK_OK(Take(pomai_put_batch(database->handle(), items.data(), items.size())));
  for (int frozen = 0; frozen < 2; ++frozen) {
    pomai_record_t* record = nullptr;
    CHECK_OK(Take(pomai_get(database->handle(), 2, &record)));
    CHECK_EQ(48U, record->struct_size);
    CHECK_EQ(2U, record->id);
    CHECK_EQ(1U, record->dim);
    CHECK_EQ(text, std::string(reinterpret_cast<const char*>(record->metadata), record->metadata_len));
    CHECK(!record->is_deleted);
    pomai_record_free(record);
    CHECK_OK(Take(pomai_get(database->handle(), 3, &record)));
    CHECK(record->metadata == nullptr);
    CHECK_EQ(0U, record->metadata_len);
    pomai_record_free(record);
    CHECK_OK(database->Freeze());
  }
}

TEST(counts_that_no_batch_has_are_refused) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(2));
  const Vector vector = {1, 2};
  const auto item = Upsert(1, vector);
  const auto query = Query(vector, 3);
  pomai_search_results_t* results = nullptr;
  for (const size_t n : {SIZE_MAX, SIZE_MAX / 32, size_t{UINT32_MAX}}) {
    for (const Outcome& outcome : {Take(pomai_put_batch(database->handle(), &item, n)),
                                   Take(pomai_search_batch(database->handle(), &query, n, &results))}) {
      CHECK_EQ(kInvalid, outcome.code);
      CHECK(outcome.Says("n is " + std::to_string(n) + " (accepted: 0 to 4294967280)"));
    }
  }
  CHECK(results == nullptr);
  CHECK(!database->Exists(1));
}

TEST(bad_queries_are_refused_by_number) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(2));
  CHECK_OK(database->Put(1, {1, 1}));
  CHECK_OK(database->Freeze());
  const Vector good = {1, 2};
  const auto refuses = [&](int code, const char* what, const pomai_query_t& bad) {
    const std::vector<pomai_query_t> queries = {Query(good, 3), bad};
    pomai_search_results_t* results = nullptr;
    const Outcome outcome = Take(pomai_search_batch(database->handle(), queries.data(), queries.size(), &results));
    CHECK_EQ(code, outcome.code);
    CHECK(outcome.Says("query 1 of the batch"));
    if (!outcome.Says(what)) {
      throw check::Failure(std::string(what) + " is not in: " + outcome.text);
    }
    CHECK(results == nullptr);
  };
  auto query = Query(good, 3);
  query.vector = nullptr;
  refuses(kInvalid, "no vector", query);
  const Vector long_vector = {1, 2, 3};
  refuses(kInvalid, "has 3 dimensions (the database has 2)", Query(long_vector, 3));
  const Vector nan = {std::nanf(""), 1};
  refuses(kInvalid, "NaN or infinite in component 0", Query(nan, 3));
  refuses(kInvalid, "topk 0", Query(good, 0));
  refuses(kInvalid, "topk 4", Query(good, 4));
  query = Query(good, 3);
  query.filter_expression = "color = 'red'";
  refuses(POMAI_STATUS_UNIMPLEMENTED, "color = 'red'", query);
  query = Query(good, 3);
  query.struct_size = 0;
  refuses(kInvalid, "struct_size 0", query);
  query.struct_size = 104;
  refuses(kInvalid, "struct_size 104", query);

  query = Query(good, 3);
  query.filter_expression = "";
  pomai_search_results_t* results = nullptr;
  CHECK_OK(Take(pomai_search(database->handle(), &query, &results)));
  CHECK_EQ(1U, results->count);
  pomai_search_results_free(results);
  query.struct_size = 40;
  CHECK_EQ(kInvalid, Take(pomai_search(database->handle(), &query, &results)).code);
}

TEST(results_stand_at_the_stride_that_belongs_to_the_query) {
  struct LaterQuery {  // 104 bytes
    pomai_query_t begin;
    unsigned char rest[104 - sizeof(pomai_query_t)];
  };
  static_assert(sizeof(LaterQuery) == 104);
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->PutAll({{10, {0}}, {20, {5}}, {30, {9}}}));
  CHECK_OK(database->Freeze());
  const Vector low = {0};
  const Vector high = {10};

  const auto check = [&](const pomai_query_t* queries, uint32_t stride) {
    pomai_search_results_t* results = nullptr;
    CHECK_OK(Take(pomai_search_batch(database->handle(), queries, 2, &results)));
    for (size_t i = 0; i < 2; ++i) {
      pomai_search_results_t result{};
      std::memcpy(&result, reinterpret_cast<const char*>(results) + i * stride, sizeof result);
      CHECK_EQ(stride, result.struct_size);
      CHECK_EQ(2U, result.count);
      CHECK_EQ(i == 0 ? 10U : 30U, result.ids[0]);
      CHECK_EQ(i == 0 ? 20U : 20U, result.ids[1]);
      CHECK_EQ(i == 0 ? 0.0F : -1.0F, result.scores[0]);
      CHECK_EQ(0U, result.shard_ids[0]);
      CHECK_EQ(0U, result.shard_ids[1]);
      CHECK(result.zero_copy_pointers == nullptr);
    }
    pomai_search_batch_free(results, 2);
  };
  const pomai_query_t queries[2] = {Query(low, 2), Query(high, 2)};
  check(queries, 48);

  LaterQuery later[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    later[i].begin = queries[i];
    later[i].begin.struct_size = sizeof(LaterQuery);
  }
  check(&later[0].begin, 88);

  // A later release's own field is refused rather than ignored: it may mean a filter.
  later[1].rest[30] = 1;
  pomai_search_results_t* results = nullptr;
  const Outcome outcome = Take(pomai_search_batch(database->handle(), &later[0].begin, 2, &results));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_UNIMPLEMENTED), outcome.code);
}

TEST(opening_with_another_dimension_or_metric_is_refused) {
  const TemporaryDirectory directory;
  for (const auto fsync : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
    const std::string path = directory / std::to_string(fsync);
    auto options = Options(2);
    options.fsync_policy = fsync;
    {
      const auto database = Database::Open(path, options);
      CHECK_OK(database->Put(1, {1, 2}));
      if (fsync == POMAI_FSYNC_NEVER) {
        CHECK_OK(database->Freeze());
      }
    }
    std::unique_ptr<Database> database;
    options.dim = 3;
    Outcome outcome = Database::TryOpen(path, options, database);
    CHECK_EQ(kInvalid, outcome.code);
    CHECK(outcome.Says("dim is 3 (the database in it has 2)"));
    options.dim = 2;
    options.metric = POMAI_METRIC_INNER_PRODUCT;
    outcome = Database::TryOpen(path, options, database);
    CHECK_EQ(kInvalid, outcome.code);
    CHECK(outcome.Says("metric is inner product (the database in it has L2)"));
  }
}

TEST(a_put_beyond_the_memory_budget_is_refused_and_loses_nothing) {
  const TemporaryDirectory directory;
  auto options = Options(256);
  options.memory_budget_bytes = 10 * (256 * sizeof(float) + 64);
  const auto database = Database::Open(directory / "db", options);
  Vector vector(256, 1.0F);
  uint64_t id = 0;
  Outcome outcome;
  while ((outcome = database->Put(id, vector)).ok()) {
    ++id;
    CHECK(id < 20);
  }
  CHECK(id >= 10);
  CHECK_EQ(static_cast<int>(POMAI_STATUS_RESOURCE_EXHAUSTED), outcome.code);
  CHECK(outcome.Says("memory_budget_bytes"));
  CHECK_EQ(id, database->Scan().size());
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(id, vector));
  CHECK_EQ(id + 1, database->Scan().size());
  // Replacing one row over and over needs no more room than the row.
  for (int i = 0; i < 100; ++i) {
    vector[0] = static_cast<float>(i);
    CHECK_OK(database->Put(id, vector));
  }
  CHECK_EQ(99.0F, database->Scan()[id][0]);
}

TEST(a_deadline_that_passes_is_reported) {
  const TemporaryDirectory directory;
  auto options = Options(64);
  const auto database = Database::Open(directory / "db", options);
  Rows rows;
  for (uint64_t id = 0; id < 4000; ++id) {
    rows[id] = Vector(64, static_cast<float>(id));
  }
  CHECK_OK(database->PutAll(rows));
  CHECK_OK(database->Freeze());
  std::vector<pomai_query_t> queries(3000, Query(rows[0], 1));
  queries[7].deadline_ms = 1;
  pomai_search_results_t* results = nullptr;
  const Outcome outcome = Take(pomai_search_batch(database->handle(), queries.data(), queries.size(), &results));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_DEADLINE_EXCEEDED), outcome.code);
  CHECK(outcome.Says("deadline_ms"));
}

TEST(the_largest_dimension_works) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(65536));
  CHECK_OK(database->Put(3, Vector(65536, 0.5F)));
  CHECK_OK(database->Freeze());
  const auto hits = database->Search(Vector(65536, 1.0F), 2);
  CHECK_EQ(1U, hits.size());
  CHECK_EQ(-16384.0F, hits[0].score);
}

}  // namespace
