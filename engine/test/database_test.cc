// What a database promises to one handle: writes, reads, freezes, searches.
#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Hit;
using fixture::Options;
using fixture::Rows;
using fixture::TemporaryDirectory;
using fixture::Vector;

std::vector<uint64_t> Ids(const std::vector<Hit>& hits) {
  std::vector<uint64_t> ids;
  for (const auto& hit : hits) {
    ids.push_back(hit.id);
  }
  return ids;
}

using IdList = std::vector<uint64_t>;

TEST(rows_are_read_back_before_and_after_a_freeze_and_after_reopening) {
  const TemporaryDirectory directory;
  const Rows rows = {{7, {1, 2}}, {0, {3, 4}}, {UINT64_MAX, {5, 6}}};
  {
    const auto database = Database::Open(directory / "db", Options(2));
    CHECK_OK(database->PutAll(rows));
    CHECK(database->Scan() == rows);
    CHECK_OK(database->Freeze());
    CHECK(database->Scan() == rows);
  }
  const auto database = Database::Open(directory / "db", Options(2));
  CHECK(database->Scan() == rows);
  Vector vector;
  CHECK_OK(database->Get(UINT64_MAX, vector));
  CHECK(vector == (Vector{5, 6}));
  CHECK(database->Exists(0));
  CHECK(!database->Exists(1));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_NOT_FOUND), database->Get(1, vector).code);
}

TEST(a_search_sees_frozen_rows_only) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(2));
  CHECK_OK(database->Put(1, {1, 0}));
  CHECK(database->Search({1, 0}, 10).empty());
  CHECK_OK(database->Freeze());
  CHECK(database->Search({1, 0}, 10) == (std::vector<Hit>{{1, 0}}));
  CHECK_OK(database->Put(2, {1, 0}));
  CHECK_OK(database->Delete(1));
  CHECK(database->Search({1, 0}, 10) == (std::vector<Hit>{{1, 0}}));
  CHECK_OK(database->Freeze());
  CHECK(database->Search({1, 0}, 10) == (std::vector<Hit>{{2, 0}}));
}

TEST(hits_come_best_first_with_scores_of_the_metric) {
  const TemporaryDirectory directory;
  const Rows rows = {{1, {1, 0}}, {2, {3, 0}}, {3, {0, 2}}};
  auto options = Options(2);
  {
    const auto database = Database::Open(directory / "l2", options);
    CHECK_OK(database->PutAll(rows));
    CHECK_OK(database->Freeze());
    CHECK(database->Search({2, 0}, 2) == (std::vector<Hit>{{1, -1}, {2, -1}}));
    CHECK(database->Search({2, 0}, 9) == (std::vector<Hit>{{1, -1}, {2, -1}, {3, -8}}));
  }
  options.metric = POMAI_METRIC_INNER_PRODUCT;
  const auto database = Database::Open(directory / "ip", options);
  CHECK_OK(database->PutAll(rows));
  CHECK_OK(database->Freeze());
  CHECK(database->Search({2, 1}, 3) == (std::vector<Hit>{{2, 6}, {1, 2}, {3, 2}}));
}

TEST(of_rows_with_one_id_the_last_wins_within_a_batch_and_across_freezes) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  const Vector first = {1};
  const Vector second = {2};
  const std::vector<pomai_upsert_t> items = {fixture::Upsert(5, first), fixture::Upsert(4, first),
                                             fixture::Upsert(5, second)};
  CHECK_OK(fixture::Take(pomai_put_batch(database->handle(), items.data(), items.size())));
  CHECK(database->Scan() == (Rows{{4, {1}}, {5, {2}}}));
  CHECK_OK(database->Freeze());
  CHECK(database->Scan() == (Rows{{4, {1}}, {5, {2}}}));
  CHECK_OK(database->Put(4, {9}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(6, {7}));
  CHECK_OK(database->Freeze());
  CHECK(database->Scan() == (Rows{{4, {9}}, {5, {2}}, {6, {7}}}));
  CHECK(Ids(database->Search({8}, 3)) == (IdList{4, 6, 5}));
  CHECK(Ids(database->Search({0}, 1)) == IdList{5});
}

TEST(a_deleted_row_is_gone_and_may_come_back) {
  const TemporaryDirectory directory;
  auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->PutAll({{1, {1}}, {2, {2}}, {3, {3}}}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Delete(2));
  CHECK_OK(database->Delete(99));
  CHECK(!database->Exists(2));
  CHECK(database->Scan() == (Rows{{1, {1}}, {3, {3}}}));
  CHECK_OK(database->Freeze());
  database.reset();
  database = Database::Open(directory / "db", Options(1));
  CHECK(!database->Exists(2));
  CHECK(database->Scan() == (Rows{{1, {1}}, {3, {3}}}));
  CHECK(Ids(database->Search({2}, 3)) == (IdList{1, 3}));
  CHECK_OK(database->Put(2, {5}));
  CHECK_OK(database->Freeze());
  CHECK(Ids(database->Search({5}, 1)) == IdList{2});
}

TEST(a_freeze_with_nothing_new_writes_nothing) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->Freeze());
  CHECK(::access((directory / "db/MANIFEST").c_str(), F_OK) != 0);
  CHECK_OK(database->Put(1, {1}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Freeze());
  CHECK(::access((directory / "db/00000000000000000001.seg").c_str(), F_OK) == 0);
  CHECK(::access((directory / "db/00000000000000000002.seg").c_str(), F_OK) != 0);
  CHECK_OK(database->Put(2, {1}));
  CHECK_OK(database->Delete(2));
  CHECK_OK(database->Freeze());
  CHECK(::access((directory / "db/00000000000000000002.seg").c_str(), F_OK) != 0);
}

TEST(an_empty_database_answers) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(3));
  CHECK(database->Scan().empty());
  CHECK(database->Search({1, 2, 3}, 5).empty());
  CHECK(!database->Exists(0));
  std::vector<std::vector<Hit>> hits;
  CHECK_OK(database->SearchBatch({}, 5, hits));
  CHECK(hits.empty());
}

}  // namespace
