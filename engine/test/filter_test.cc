// Filtered searches on real vectors: recall at every share of allowed rows, however the filter lies to the queries, and
// never more work than comparing the rows one by one.
#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "fixture.h"
#include "index/flat.h"
#include "pomai/pomai_x.h"
#include "test_data.h"

namespace {

using namespace test;
using index::Metric;

constexpr uint32_t kRows = kSanitized ? 6000 : 100000;
constexpr uint32_t kQueries = kSanitized ? 10 : 60;
constexpr uint32_t kTopK = 10;
// What a walk that gives up may have cost, of a scan: codes are scanned, and three of them take the time of a row.
constexpr double kWasted = 1.0 / 3;
constexpr uint32_t kSeed = 20261124;

Vectors Sift(const char* file, uint32_t rows) {
  const auto bytes = ReadTestData<uint8_t>(file);
  Vectors vectors{.dim = 128, .values = {bytes.begin(), bytes.end()}};
  vectors.Truncate(rows);
  return vectors;
}

// The rows by their distance to a vector, nearest first.
std::vector<uint64_t> ByDistance(const Vectors& base, const float* to) {
  std::vector<float> scores(base.rows());
  for (uint32_t i = 0; i < base.rows(); ++i) {
    scores[i] = Score(Metric::kL2, to, base.row(i), base.dim);
  }
  std::vector<uint64_t> order(base.rows());
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::sort(order.begin(), order.end(), [&](uint64_t a, uint64_t b) { return scores[a] > scores[b]; });
  return order;
}

struct Found {
  size_t right = 0;
  size_t wanted = 0;
  uint64_t distances = 0;

  [[nodiscard]] double recall() const { return static_cast<double>(right) / static_cast<double>(wanted); }
};

class Filtered {
 public:
  Filtered() : base_(Sift("sift-photos/base.u8", kRows)), queries_(Sift("sift-photos/query.u8", kQueries)) {
    auto options = fixture::Options(base_.dim);
    options.hnsw_m = 16;
    options.search_threads = 2;
    database_ = fixture::Database::Open(directory_ / "db", options);
    std::vector<pomai_upsert_t> items(base_.rows());
    for (uint32_t i = 0; i < base_.rows(); ++i) {
      items[i] = {};
      items[i].struct_size = sizeof items[i];
      items[i].id = i;
      items[i].vector = base_.row(i);
      items[i].dim = base_.dim;
    }
    CHECK_OK(fixture::Take(pomai_put_batch(database_->handle(), items.data(), items.size())));
    CHECK_OK(database_->Freeze());
  }

  // Searches for query `q` with `ids` allowed, given as denied ones where that is less.
  void Search(uint32_t q, std::vector<uint64_t> ids, Found& found) const {
    std::sort(ids.begin(), ids.end());
    std::vector<uint64_t> hidden((base_.rows() + 63) / 64, ~uint64_t{0});
    for (const uint64_t id : ids) {
      hidden[id / 64] &= ~(uint64_t{1} << (id % 64));
    }
    std::vector<index::Hit> exact;
    index::SearchCounters ignored;
    index::TopHits top(kTopK, exact);
    index::ScanRows(base_.matrix(), Metric::kL2, queries_.row(q), 0, base_.rows(), hidden, top, ignored);
    top.Finish();

    const bool allowed = ids.size() <= base_.rows() / 2;
    std::vector<uint64_t> sent;
    for (uint64_t id = 0; id < base_.rows(); ++id) {
      if (((hidden[id / 64] >> (id % 64) & 1U) == 0) == allowed) {
        sent.push_back(id);
      }
    }
    pomai_x_search_params_t params;
    pomai_x_search_params_init(&params);
    params.id_mode = allowed ? POMAI_X_IDS_ALLOWED : POMAI_X_IDS_DENIED;
    params.ids = sent.data();
    params.id_count = sent.size();
    const fixture::Vector vector(queries_.row(q), queries_.row(q) + base_.dim);
    const auto query = fixture::Query(vector, kTopK);
    pomai_search_results_t* results = nullptr;
    CHECK_OK(fixture::Take(pomai_x_search_batch(database_->handle(), &query, 1, &params, &results)));
    CHECK_EQ(std::min<size_t>(kTopK, ids.size()), results->count);
    for (size_t rank = 0; rank < results->count; ++rank) {
      const uint64_t id = results->ids[rank];
      CHECK((hidden[id / 64] >> (id % 64) & 1U) == 0);
      CHECK_EQ(Score(Metric::kL2, queries_.row(q), base_.row(static_cast<uint32_t>(id)), base_.dim),
               results->scores[rank]);
      found.right += results->scores[rank] >= exact.back().score ? 1 : 0;
    }
    found.wanted += exact.size();
    found.distances += params.distances;
    pomai_search_batch_free(results, 1);
  }

  [[nodiscard]] const Vectors& base() const { return base_; }
  [[nodiscard]] const Vectors& queries() const { return queries_; }

 private:
  fixture::TemporaryDirectory directory_;
  Vectors base_;
  Vectors queries_;
  std::unique_ptr<fixture::Database> database_;
};

TEST(RecallAndWorkUnderEveryFilter) {
  const Filtered filtered;
  std::mt19937 random(kSeed);
  std::vector<uint64_t> shuffled(kRows);
  std::iota(shuffled.begin(), shuffled.end(), uint64_t{0});
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const auto cluster = ByDistance(filtered.base(), filtered.base().row(kRows / 3));
  std::vector<std::vector<uint64_t>> by_distance;
  for (uint32_t q = 0; q < filtered.queries().rows(); ++q) {
    by_distance.push_back(ByDistance(filtered.base(), filtered.queries().row(q)));
  }
  for (const double share : {0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9, 0.99}) {
    const auto count = static_cast<std::ptrdiff_t>(share * kRows);
    Found found[4];
    for (uint32_t q = 0; q < filtered.queries().rows(); ++q) {
      const auto first = [&](const std::vector<uint64_t>& order) {
        return std::vector<uint64_t>(order.begin(), order.begin() + count);
      };
      filtered.Search(q, first(shuffled), found[0]);
      filtered.Search(q, first(cluster), found[1]);
      filtered.Search(q, first(by_distance[q]), found[2]);
      filtered.Search(q, {by_distance[q].end() - count, by_distance[q].end()}, found[3]);
    }
    const char* const names[] = {"random", "one cluster", "the nearest", "the farthest"};
    for (size_t i = 0; i < std::size(found); ++i) {
      const double cost = static_cast<double>(found[i].distances) / kQueries;
      std::printf("  share %.3f, %s: recall %.4f, %.0f distances\n", share, names[i], found[i].recall(), cost);
      CHECK(found[i].recall() >= 0.95);
      CHECK(cost <= kRows * (1 + kWasted));
    }
  }
}

}  // namespace
