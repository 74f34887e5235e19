// A database against a model of it: random writes, freezes, reopenings and reads, every answer compared.
#include <algorithm>
#include <ctime>
#include <random>

#include "fixture.h"

namespace {

using fixture::Database;
using fixture::Hit;
using fixture::Options;
using fixture::Rows;
using fixture::TemporaryDirectory;
using fixture::Vector;

unsigned Seed() {
  const char* given = std::getenv("POMAI_TEST_SEED");
  const auto seed =
      given != nullptr ? std::strtoul(given, nullptr, 10) : static_cast<unsigned long>(std::time(nullptr));
  std::printf("POMAI_TEST_SEED=%lu\n", seed);
  return static_cast<unsigned>(seed);
}

// Components are small whole numbers, so that scores are exact in any order of summing, and equal ones are frequent.
class Model {
 public:
  Model(unsigned seed, pomai_options_t options, std::string path)
      : random_(seed), options_(options), path_(std::move(path)), database_(Database::Open(path_, options_)) {}

  void Step() {
    switch (Pick(12)) {
      case 0:
      case 1:
      case 2:
        PutSome();
        break;
      case 3:
        DeleteOne();
        break;
      case 4:
        CHECK_OK(database_->Freeze());
        frozen_ = rows_;
        break;
      case 5:
        Reopen();
        break;
      case 6:
        CHECK(database_->Scan() == rows_);
        break;
      case 7:
      case 8:
        CheckOne();
        break;
      default:
        CheckSearch();
    }
  }

  void CheckRecall() const { CHECK(expected_hits_ == 0 || found_hits_ * 100 >= expected_hits_ * 90); }

 private:
  uint64_t Pick(uint64_t bound) { return std::uniform_int_distribution<uint64_t>(0, bound - 1)(random_); }

  uint64_t PickId() { return Pick(20) == 0 ? UINT64_MAX - Pick(3) : Pick(300); }

  Vector PickVector() {
    Vector vector(options_.dim);
    for (auto& component : vector) {
      component = static_cast<float>(Pick(9)) - 4;
    }
    return vector;
  }

  void PutSome() {
    std::vector<std::pair<uint64_t, Vector>> batch(Pick(40));
    std::vector<pomai_upsert_t> items;
    for (auto& [id, vector] : batch) {
      id = PickId();
      vector = PickVector();
      items.push_back(fixture::Upsert(id, vector));
      rows_[id] = vector;
    }
    CHECK_OK(fixture::Take(pomai_put_batch(database_->handle(), items.data(), items.size())));
  }

  void DeleteOne() {
    const uint64_t id = PickId();
    CHECK_OK(database_->Delete(id));
    rows_.erase(id);
  }

  void Reopen() {
    database_.reset();
    database_ = Database::Open(path_, options_);
    if (options_.fsync_policy == POMAI_FSYNC_NEVER) {
      rows_ = frozen_;
    }
  }

  void CheckOne() {
    const uint64_t id = PickId();
    const auto expected = rows_.find(id);
    CHECK_EQ(expected != rows_.end(), database_->Exists(id));
    Vector vector;
    const auto outcome = database_->Get(id, vector);
    CHECK_EQ(expected == rows_.end() ? POMAI_STATUS_NOT_FOUND : POMAI_STATUS_OK, outcome.code);
    CHECK(!outcome.ok() || vector == expected->second);
  }

  [[nodiscard]] float Score(const Vector& a, const Vector& b) const {
    float score = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      score += options_.metric == POMAI_METRIC_L2 ? -(a[i] - b[i]) * (a[i] - b[i]) : a[i] * b[i];
    }
    return score;
  }

  void CheckSearch() {
    const Vector query = PickVector();
    const auto k = static_cast<uint32_t>(1 + Pick(30));
    std::vector<Hit> expected;
    for (const auto& [id, vector] : frozen_) {
      expected.push_back({id, Score(query, vector)});
    }
    std::stable_sort(expected.begin(), expected.end(), [](const Hit& a, const Hit& b) { return a.score > b.score; });
    expected.resize(std::min<size_t>(expected.size(), k));
    const auto hits = database_->Search(query, k);
    if (options_.adaptive_threshold > 1000) {
      CHECK(hits == expected);
      return;
    }
    CHECK(hits.size() <= expected.size());
    for (size_t i = 0; i < hits.size(); ++i) {
      CHECK(frozen_.count(hits[i].id) == 1);
      CHECK_EQ(Score(query, frozen_.at(hits[i].id)), hits[i].score);
      CHECK(i == 0 || hits[i - 1].score > hits[i].score ||
            (hits[i - 1].score == hits[i].score && hits[i - 1].id < hits[i].id));
      found_hits_ += hits[i].score >= expected.back().score ? 1 : 0;
    }
    expected_hits_ += expected.size();
  }

  std::mt19937_64 random_;
  const pomai_options_t options_;
  const std::string path_;
  std::unique_ptr<Database> database_;
  Rows rows_;    // what reads see
  Rows frozen_;  // what searches see
  size_t expected_hits_ = 0;
  size_t found_hits_ = 0;
};

void RunModel(uint8_t index_type, uint32_t adaptive_threshold, int steps) {
  const unsigned seed = Seed();
  for (const uint8_t metric : {POMAI_METRIC_L2, POMAI_METRIC_INNER_PRODUCT}) {
    for (const auto fsync : {POMAI_FSYNC_NEVER, POMAI_FSYNC_ALWAYS}) {
      const TemporaryDirectory directory;
      auto options = Options(1 + seed % 19);
      options.metric = metric;
      options.index_type = index_type;
      options.adaptive_threshold = adaptive_threshold;
      options.fsync_policy = fsync;
      options.search_threads = 2;
      Model model(seed, options, directory / "db");
      for (int step = 0; step < steps; ++step) {
        model.Step();
      }
      model.CheckRecall();
    }
  }
}

TEST(exact_scan_answers_like_the_model) { RunModel(POMAI_INDEX_HNSW, 100000, 400); }

TEST(graphs_answer_like_the_model) { RunModel(POMAI_INDEX_HNSW, 0, 200); }

TEST(lists_answer_like_the_model) { RunModel(POMAI_INDEX_IVF, 0, 200); }

}  // namespace
