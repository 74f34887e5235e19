// The extensions of the C ABI: what they answer, and one clear status for each kind of bad input.
#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <set>

#include "fixture.h"
#include "pomai/pomai_x.h"

namespace {

using fixture::Database;
using fixture::Hit;
using fixture::Options;
using fixture::Outcome;
using fixture::Query;
using fixture::Rows;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Vector;

constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

pomai_x_search_params_t Params() {
  pomai_x_search_params_t params;
  std::memset(&params, 0xEE, sizeof params);
  pomai_x_search_params_init(&params);
  return params;
}

pomai_x_search_params_t Filter(uint32_t mode, const std::vector<uint64_t>& ids) {
  auto params = Params();
  params.id_mode = mode;
  params.ids = ids.data();
  params.id_count = ids.size();
  return params;
}

Outcome TrySearch(const Database& database, const std::vector<Vector>& vectors, uint32_t topk,
                  pomai_x_search_params_t& params, std::vector<std::vector<Hit>>& hits) {
  std::vector<pomai_query_t> queries;
  for (const auto& vector : vectors) {
    queries.push_back(Query(vector, topk));
  }
  pomai_search_results_t* results = nullptr;
  auto outcome = Take(pomai_x_search_batch(database.handle(), queries.data(), queries.size(), &params, &results));
  hits.assign(outcome.ok() ? vectors.size() : 0, {});
  for (size_t i = 0; i < hits.size(); ++i) {
    CHECK_EQ(48U, results[i].struct_size);
    for (size_t rank = 0; rank < results[i].count; ++rank) {
      hits[i].push_back({results[i].ids[rank], results[i].scores[rank]});
    }
  }
  pomai_search_batch_free(results, queries.size());
  return outcome;
}

std::vector<uint64_t> Search(const Database& database, const Vector& vector, uint32_t topk,
                             pomai_x_search_params_t& params) {
  std::vector<std::vector<Hit>> hits;
  CHECK_OK(TrySearch(database, {vector}, topk, params, hits));
  std::vector<uint64_t> ids;
  for (const Hit& hit : hits[0]) {
    ids.push_back(hit.id);
  }
  return ids;
}

TEST(the_params_are_laid_out_as_documented) {
  const auto params = Params();
  CHECK_EQ(64U, params.struct_size);
  CHECK_EQ(0U, params.ef_search + params.threads + params.deadline_ms + params.id_mode + params.flags);
  CHECK(params.ids == nullptr);
  CHECK_EQ(0U, params.id_count + params.segments + params.distances + params.rows_scanned);
  pomai_x_search_params_init(nullptr);
}

class Bad {
 public:
  Bad() : database_(Database::Open(directory_ / "db", Options(2))) {
    CHECK_OK(database_->PutAll({{1, {1, 0}}, {2, {0, 1}}}));
    CHECK_OK(database_->Freeze());
  }

  // The call fails, says so, and writes neither results nor counters.
  void Refuses(const std::string& text, pomai_x_search_params_t params) const {
    const auto before = params;
    const Vector vector = {1, 1};
    const auto query = Query(vector, 1);
    pomai_search_results_t untouched{};
    pomai_search_results_t* results = &untouched;
    const Outcome outcome = Take(pomai_x_search_batch(database_->handle(), &query, 1, &params, &results));
    CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT), outcome.code);
    if (!outcome.Says(text)) {
      throw check::Failure("'" + text + "' is not in: " + outcome.text);
    }
    CHECK(results == &untouched);
    CHECK_EQ(0, std::memcmp(&before, &params, sizeof params));
  }

  [[nodiscard]] const Database& database() const { return *database_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST(bad_params_are_refused) {
  const Bad bad;
  for (const uint32_t size : {0U, 48U, 63U, 65U, 128U, 0xFFFFFFFFU}) {
    auto params = Params();
    params.struct_size = size;
    bad.Refuses("struct_size is " + std::to_string(size), params);
  }
  const std::vector<uint64_t> ids = {1, 2};
  for (const uint32_t mode : {3U, 0xFFFFFFFFU}) {
    bad.Refuses("id_mode is " + std::to_string(mode), Filter(mode, ids));
  }
  bad.Refuses("id_mode is 0, and there are ids: id_count is 2", Filter(POMAI_X_IDS_ALL, ids));
  auto params = Filter(POMAI_X_IDS_ALLOWED, {});
  params.ids = nullptr;
  params.id_count = 3;
  bad.Refuses("ids are NULL, and id_count is 3", params);
  params = Filter(POMAI_X_IDS_DENIED, ids);
  params.id_count = std::numeric_limits<size_t>::max();
  bad.Refuses("id_count is 18446744073709551615", params);
  for (const uint32_t flags : {4U, 7U, 0x80000000U}) {
    params = Params();
    params.flags = flags;
    bad.Refuses("flags are " + std::to_string(flags), params);
  }
}

TEST(unsorted_ids_are_refused_wherever_they_are) {
  const Bad bad;
  for (const uint32_t mode : {POMAI_X_IDS_ALLOWED, POMAI_X_IDS_DENIED}) {
    const std::vector<uint64_t> two = {2, 1};
    bad.Refuses("ids are not in ascending order: 2 stands before 1 at place 0", Filter(mode, two));
    std::vector<uint64_t> many(1000);
    for (size_t i = 0; i < many.size(); ++i) {
      many[i] = i;
    }
    std::swap(many[998], many[999]);
    bad.Refuses("999 stands before 998 at place 998", Filter(mode, many));
    const std::vector<uint64_t> wide = {kLast, 0};
    bad.Refuses("18446744073709551615 stands before 0", Filter(mode, wide));
  }
}

TEST(null_arguments_are_refused) {
  const Bad bad;
  pomai_db_t* const db = bad.database().handle();
  const Vector vector = {1, 0};
  const auto query = Query(vector, 1);
  auto params = Params();
  pomai_search_results_t* results = nullptr;
  const uint64_t id = 1;
  uint8_t exists = 0;
  const auto refused = [](pomai_status_t* status) {
    const Outcome outcome = Take(status);
    CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT), outcome.code);
    CHECK(outcome.Says("NULL"));
  };
  refused(pomai_x_search_batch(nullptr, &query, 1, &params, &results));
  refused(pomai_x_search_batch(db, nullptr, 1, &params, &results));
  refused(pomai_x_search_batch(db, &query, 1, nullptr, &results));
  refused(pomai_x_search_batch(db, &query, 1, &params, nullptr));
  refused(pomai_x_exists_batch(nullptr, &id, 1, &exists));
  refused(pomai_x_exists_batch(db, nullptr, 1, &exists));
  refused(pomai_x_exists_batch(db, &id, 1, nullptr));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT),
           Take(pomai_x_exists_batch(db, &id, std::numeric_limits<size_t>::max(), &exists)).code);
  float got[2] = {};
  refused(pomai_x_get_batch(nullptr, &id, 1, got, &exists));
  refused(pomai_x_get_batch(db, nullptr, 1, got, &exists));
  refused(pomai_x_get_batch(db, &id, 1, nullptr, &exists));
  refused(pomai_x_get_batch(db, &id, 1, got, nullptr));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT),
           Take(pomai_x_get_batch(db, &id, std::numeric_limits<size_t>::max(), got, &exists)).code);
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT),
           Take(pomai_x_search_batch(db, &query, std::numeric_limits<size_t>::max(), &params, &results)).code);
}

TEST(queries_are_checked_as_by_the_plain_search) {
  const Bad bad;
  auto params = Params();
  std::vector<std::vector<Hit>> hits;
  CHECK(TrySearch(bad.database(), {{1, 0, 0}}, 1, params, hits).Says("has 3 dimensions"));
  CHECK(TrySearch(bad.database(), {{1, 0}}, 0, params, hits).Says("topk 0"));
  CHECK(TrySearch(bad.database(), {{1, NAN}}, 1, params, hits).Says("NaN"));
}

TEST(no_queries_give_no_results) {
  const Bad bad;
  auto params = Params();
  params.distances = 77;
  auto* results = reinterpret_cast<pomai_search_results_t*>(&params);
  CHECK_OK(Take(pomai_x_search_batch(bad.database().handle(), nullptr, 0, &params, &results)));
  CHECK(results == nullptr);
  CHECK_EQ(0U, params.distances);
  CHECK_OK(Take(pomai_x_exists_batch(bad.database().handle(), nullptr, 0, nullptr)));
  CHECK_OK(Take(pomai_x_get_batch(bad.database().handle(), nullptr, 0, nullptr, nullptr)));
}

TEST(queries_of_later_releases_get_their_results) {
  const Bad bad;
  unsigned char block[104] = {};
  const Vector vector = {1, 0};
  const auto query = Query(vector, 2);
  std::memcpy(block, &query, 32);
  const uint32_t size = sizeof block;
  std::memcpy(block, &size, sizeof size);
  auto params = Params();
  pomai_search_results_t* results = nullptr;
  CHECK_OK(Take(pomai_x_search_batch(bad.database().handle(), reinterpret_cast<const pomai_query_t*>(block), 1, &params,
                                     &results)));
  CHECK_EQ(88U, results->struct_size);
  CHECK_EQ(size_t{2}, results->count);
  CHECK_EQ(uint64_t{1}, results->ids[0]);
  pomai_search_batch_free(results, 1);
}

TEST(ids_are_any_64_bits_and_need_not_be_there) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->PutAll({{0, {4}}, {1, {3}}, {kLast - 1, {2}}, {kLast, {1}}}));
  CHECK_OK(database->Freeze());
  const Vector query = {5};
  const std::vector<uint64_t> ends = {0, 0, 7, kLast, kLast};
  auto allowed = Filter(POMAI_X_IDS_ALLOWED, ends);
  CHECK((Search(*database, query, 9, allowed) == std::vector<uint64_t>{0, kLast}));
  auto denied = Filter(POMAI_X_IDS_DENIED, ends);
  CHECK((Search(*database, query, 9, denied) == std::vector<uint64_t>{1, kLast - 1}));
  auto none = Filter(POMAI_X_IDS_ALLOWED, {});
  CHECK(Search(*database, query, 9, none).empty());
  CHECK_EQ(0U, none.segments);
  CHECK_EQ(0U, none.distances);
  auto all = Filter(POMAI_X_IDS_DENIED, {});
  CHECK_EQ(size_t{4}, Search(*database, query, 9, all).size());
  CHECK_EQ(1U, all.segments);
}

// Rows in several segments, some replaced, some deleted, some not frozen, under every index.
class Mixed {
 public:
  Mixed(uint8_t index_type, uint32_t adaptive_threshold, uint32_t seed) : random_(seed) {
    auto options = Options(8);
    options.index_type = index_type;
    options.adaptive_threshold = adaptive_threshold;
    database_ = Database::Open(directory_ / "db", options);
    for (uint32_t segment = 0; segment < 3; ++segment) {
      Rows rows;
      for (uint32_t i = 0; i < 800; ++i) {
        rows[random_() % 2000] = RandomVector();
      }
      CHECK_OK(database_->PutAll(rows));
      for (const auto& [id, vector] : rows) {
        frozen_[id] = vector;
      }
      for (uint32_t i = 0; i < 50; ++i) {
        const uint64_t id = random_() % 2000;
        CHECK_OK(database_->Delete(id));
        frozen_.erase(id);
      }
      CHECK_OK(database_->Freeze());
    }
    now_ = frozen_;
    now_[5000] = RandomVector();
    CHECK_OK(database_->Put(5000, now_[5000]));
    CHECK_OK(database_->Delete(frozen_.begin()->first));
    now_.erase(now_.begin());
  }

  Vector RandomVector() {
    std::normal_distribution<float> normal;
    Vector vector(8);
    std::generate(vector.begin(), vector.end(), [&] { return normal(random_); });
    return vector;
  }

  // The best of the frozen rows that pass.
  [[nodiscard]] std::vector<uint64_t> Nearest(const Vector& query, size_t k, bool allowed,
                                              const std::set<uint64_t>& ids) const {
    std::vector<std::pair<float, uint64_t>> ranked;
    for (const auto& [id, vector] : frozen_) {
      if ((ids.count(id) != 0) == allowed) {
        float distance = 0;
        for (size_t d = 0; d < vector.size(); ++d) {
          distance += (vector[d] - query[d]) * (vector[d] - query[d]);
        }
        ranked.emplace_back(distance, id);
      }
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<uint64_t> best;
    for (size_t i = 0; i < std::min(k, ranked.size()); ++i) {
      best.push_back(ranked[i].second);
    }
    return best;
  }

  std::mt19937& random() { return random_; }
  [[nodiscard]] const Database& database() const { return *database_; }
  [[nodiscard]] const Rows& now() const { return now_; }

 private:
  TemporaryDirectory directory_;
  std::mt19937 random_;
  std::unique_ptr<Database> database_;
  Rows frozen_;
  Rows now_;
};

constexpr uint32_t kSeed = 20261123;

TEST(filtered_searches_agree_with_the_rows) {
  for (const auto& [index_type, threshold] :
       {std::pair<uint8_t, uint32_t>{POMAI_INDEX_HNSW, 1}, {POMAI_INDEX_HNSW, 100000}, {POMAI_INDEX_IVF, 1}}) {
    Mixed mixed(index_type, threshold, kSeed);
    size_t found = 0;
    size_t wanted = 0;
    for (uint32_t round = 0; round < 120; ++round) {
      const uint32_t share = std::vector<uint32_t>{1, 20, 200, 1000, 1900, 1999}[round % 6];
      std::set<uint64_t> ids;
      for (uint32_t i = 0; i < share; ++i) {
        ids.insert(mixed.random()() % 2100);
      }
      const std::vector<uint64_t> sorted(ids.begin(), ids.end());
      const bool allowed = round % 2 == 0;
      auto params = Filter(allowed ? POMAI_X_IDS_ALLOWED : POMAI_X_IDS_DENIED, sorted);
      params.flags = round % 5 == 0 ? POMAI_X_SEARCH_EXACT : round % 7 == 0 ? POMAI_X_SEARCH_FLOAT32 : 0;
      params.threads = 1 + round % 3;
      const auto k = static_cast<uint32_t>(1 + mixed.random()() % 30);
      const Vector query = mixed.RandomVector();
      const auto hits = Search(mixed.database(), query, k, params);
      const auto nearest = mixed.Nearest(query, k, allowed, ids);
      CHECK_EQ(nearest.size(), hits.size());
      if (params.flags == POMAI_X_SEARCH_EXACT || threshold > 1) {
        CHECK(nearest == hits);
        CHECK_EQ(params.distances, params.rows_scanned);
      }
      for (const uint64_t id : hits) {
        CHECK((ids.count(id) != 0) == allowed);
        found += std::count(nearest.begin(), nearest.end(), id) != 0 ? 1 : 0;
      }
      wanted += nearest.size();
    }
    CHECK(found * 100 >= wanted * 98);
  }
}

TEST(an_exact_search_scans_every_row_it_may_return) {
  Mixed mixed(POMAI_INDEX_HNSW, 1, kSeed);
  auto params = Params();
  params.flags = POMAI_X_SEARCH_EXACT;
  const Vector query = mixed.RandomVector();
  CHECK(mixed.Nearest(query, 10, false, {}) == Search(mixed.database(), query, 10, params));
  CHECK_EQ(3U, params.segments);
  CHECK_EQ(mixed.Nearest(query, 5000, false, {}).size(), params.rows_scanned);
  CHECK_EQ(params.rows_scanned, params.distances);
}

TEST(a_search_on_float32_vectors_finds_the_nearest) {
  Mixed mixed(POMAI_INDEX_HNSW, 1, kSeed);
  auto params = Params();
  params.flags = POMAI_X_SEARCH_FLOAT32;
  params.ef_search = 64;
  const Vector query = mixed.RandomVector();
  const auto nearest = mixed.Nearest(query, 10, false, {});
  size_t found = 0;
  for (const uint64_t id : Search(mixed.database(), query, 10, params)) {
    found += std::count(nearest.begin(), nearest.end(), id) != 0 ? 1U : 0U;
  }
  CHECK(found >= 9);
}

TEST(ef_counts_for_the_call) {
  Mixed mixed(POMAI_INDEX_HNSW, 1, kSeed);
  uint64_t before = 0;
  for (const uint32_t ef : {4U, 16U, 64U}) {
    auto params = Params();
    params.ef_search = ef;
    Search(mixed.database(), Vector(8, 0.1F), 2, params);
    CHECK(params.distances > before);
    before = params.distances;
  }
}

TEST(exists_batch_answers_as_exists_does) {
  Mixed mixed(POMAI_INDEX_HNSW, 100000, kSeed);
  std::vector<uint64_t> ids;
  for (uint64_t id = 0; id < 2100; ++id) {
    ids.push_back(id);
  }
  ids.insert(ids.end(), {5000, 5001, kLast});
  for (uint32_t round = 0; round < 3; ++round) {
    std::vector<uint8_t> exists(ids.size() + 1, 0xEE);
    CHECK_OK(Take(pomai_x_exists_batch(mixed.database().handle(), ids.data(), ids.size(), exists.data())));
    for (size_t i = 0; i < ids.size(); ++i) {
      CHECK_EQ(mixed.now().count(ids[i]) != 0 ? 1 : 0, int{exists[i]});
      CHECK_EQ(mixed.database().Exists(ids[i]) ? 1 : 0, int{exists[i]});
    }
    CHECK_EQ(0xEE, int{exists.back()});
    std::shuffle(ids.begin(), ids.end(), mixed.random());
    ids.insert(ids.end(), ids.begin(), ids.begin() + 10);
  }
}

TEST(get_batch_answers_as_get_does) {
  Mixed mixed(POMAI_INDEX_HNSW, 100000, kSeed);
  std::vector<uint64_t> ids;
  for (uint64_t id = 0; id < 2100; ++id) {
    ids.push_back(id);
  }
  ids.insert(ids.end(), {5000, 5001, kLast, 7, 7});
  std::shuffle(ids.begin(), ids.end(), mixed.random());
  constexpr size_t kDim = 8;
  std::vector<float> vectors(ids.size() * kDim + 1, -77);
  std::vector<uint8_t> exists(ids.size() + 1, 0xEE);
  CHECK_OK(Take(pomai_x_get_batch(mixed.database().handle(), ids.data(), ids.size(), vectors.data(), exists.data())));
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto row = mixed.now().find(ids[i]);
    CHECK_EQ(row != mixed.now().end() ? 1 : 0, int{exists[i]});
    const Vector expected = row != mixed.now().end() ? row->second : Vector(kDim, -77);
    CHECK(std::equal(expected.begin(), expected.end(), vectors.begin() + static_cast<std::ptrdiff_t>(i * kDim)));
  }
  CHECK_EQ(0xEE, int{exists.back()});
  CHECK_EQ(-77.0F, vectors.back());
}

TEST(a_deadline_of_the_call_counts) {
  const TemporaryDirectory directory;
  auto options = Options(64);
  options.adaptive_threshold = 1000000;
  const auto database = Database::Open(directory / "db", options);
  Rows rows;
  for (uint64_t id = 0; id < 4000; ++id) {
    rows[id] = Vector(64, static_cast<float>(id));
  }
  CHECK_OK(database->PutAll(rows));
  CHECK_OK(database->Freeze());
  auto params = Params();
  params.deadline_ms = 1;
  std::vector<std::vector<Hit>> hits;
  const Outcome outcome = TrySearch(*database, std::vector<Vector>(4000, Vector(64, 1)), 1, params, hits);
  CHECK_EQ(static_cast<int>(POMAI_STATUS_DEADLINE_EXCEEDED), outcome.code);
  CHECK_EQ(0U, params.distances);
}

}  // namespace
