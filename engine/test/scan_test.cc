// Snapshots and scans: a state that holds still, in the order of ids.
#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::Rows;
using fixture::Take;
using fixture::TemporaryDirectory;

struct SnapshotFree {
  void operator()(pomai_snapshot_t* snapshot) const { pomai_snapshot_free(snapshot); }
};
using Snapshot = std::unique_ptr<pomai_snapshot_t, SnapshotFree>;

Snapshot TakeSnapshot(const Database& database) {
  pomai_snapshot_t* snapshot = nullptr;
  CHECK_OK(Take(pomai_get_snapshot(database.handle(), &snapshot)));
  return Snapshot(snapshot);
}

TEST(a_snapshot_does_not_see_later_writes) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  const Snapshot nothing = TakeSnapshot(*database);
  CHECK_OK(database->PutAll({{1, {1}}, {2, {2}}}));
  const Snapshot two = TakeSnapshot(*database);
  CHECK_OK(database->Put(1, {10}));
  CHECK_OK(database->Delete(2));
  CHECK_OK(database->Put(3, {3}));
  const Snapshot three = TakeSnapshot(*database);
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Delete(1));
  const Snapshot four = TakeSnapshot(*database);
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(1, {100}));

  CHECK(database->Scan(nothing.get()).empty());
  CHECK(database->Scan(two.get()) == (Rows{{1, {1}}, {2, {2}}}));
  CHECK(database->Scan(three.get()) == (Rows{{1, {10}}, {3, {3}}}));
  CHECK(database->Scan(four.get()) == (Rows{{3, {3}}}));
  CHECK(database->Scan() == (Rows{{1, {100}}, {3, {3}}}));
}

TEST(a_freeze_beside_a_snapshot_brings_all_rows_in_order) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->Put(9, {9}));
  CHECK_OK(database->Put(4, {4}));
  CHECK_OK(database->Put(9, {90}));
  const Snapshot before = TakeSnapshot(*database);
  CHECK_OK(database->Freeze());
  CHECK(database->Scan(before.get()) == (Rows{{4, {4}}, {9, {90}}}));
  CHECK(database->Scan() == (Rows{{4, {4}}, {9, {90}}}));
}

TEST(an_iterator_and_a_snapshot_outlive_the_handle) {
  const TemporaryDirectory directory;
  auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->Put(1, {1}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(2, {2}));
  pomai_iter_t* iterator = nullptr;
  {
    const Snapshot snapshot = TakeSnapshot(*database);
    CHECK_OK(Take(pomai_scan(database->handle(), nullptr, snapshot.get(), &iterator)));
    database.reset();
  }
  float sum = 0;
  for (; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
    pomai_record_view_t view{};
    CHECK_OK(Take(pomai_iter_get_record(iterator, &view)));
    sum += view.vector[0];
  }
  CHECK_EQ(3.0F, sum);
  pomai_record_view_t view{};
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT), Take(pomai_iter_get_record(iterator, &view)).code);
  pomai_iter_next(iterator);
  CHECK(!pomai_iter_valid(iterator));
  pomai_iter_free(iterator);
}

TEST(a_scan_may_begin_at_an_id) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  CHECK_OK(database->PutAll({{2, {2}}, {5, {5}}, {UINT64_MAX, {9}}}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->PutAll({{3, {3}}, {7, {7}}}));
  CHECK_OK(database->Delete(5));
  pomai_scan_options_t options{};
  pomai_scan_options_init(&options);
  CHECK_EQ(24U, options.struct_size);
  const auto from = [&](uint64_t start) {
    options.start_id = start;
    options.has_start_id = true;
    Rows rows;
    CHECK_OK(database->TryScan(&options, nullptr, rows));
    return rows;
  };
  CHECK_EQ(4U, from(0).size());
  CHECK(from(3) == (Rows{{3, {3}}, {7, {7}}, {UINT64_MAX, {9}}}));
  CHECK(from(4) == (Rows{{7, {7}}, {UINT64_MAX, {9}}}));
  CHECK(from(UINT64_MAX) == (Rows{{UINT64_MAX, {9}}}));
  options.has_start_id = false;
  Rows rows;
  CHECK_OK(database->TryScan(&options, nullptr, rows));
  CHECK_EQ(4U, rows.size());
  options.struct_size = 23;
  CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT), database->TryScan(&options, nullptr, rows).code);
}

TEST(a_scan_ends_at_its_deadline_and_says_so) {
  const TemporaryDirectory directory;
  const auto database = Database::Open(directory / "db", Options(1));
  Rows rows;
  for (uint64_t id = 0; id < 200000; ++id) {
    rows[id] = {1};
  }
  CHECK_OK(database->PutAll(rows));
  pomai_scan_options_t options{};
  pomai_scan_options_init(&options);
  options.deadline_ms = 1;
  Rows seen;
  const auto outcome = database->TryScan(&options, nullptr, seen);
  CHECK_EQ(static_cast<int>(POMAI_STATUS_DEADLINE_EXCEEDED), outcome.code);
  CHECK(seen.size() < rows.size());
  CHECK(outcome.Says("deadline_ms"));
}

}  // namespace
