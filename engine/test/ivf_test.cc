// The inverted file: recall, completeness, and spoilt bytes.
#include <cstring>

#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

index::BuildParams Lists(Metric metric, uint32_t threads = 1) {
  return {.kind = Kind::kIvf, .metric = metric, .m = 32, .ef_construction = 200, .threads = threads};
}

TEST(SiftRecallAtTheDefaults) {
  const auto load = [](const char* file, uint32_t rows) {
    const auto bytes = ReadTestData<uint8_t>(file);
    Vectors vectors{.dim = 128, .values = {bytes.begin(), bytes.end()}};
    vectors.Truncate(rows);
    return vectors;
  };
  const Vectors base = load("sift-photos/base.u8", kSanitized ? 3000 : 30000);
  const Vectors queries = load("sift-photos/query.u8", 200);
  Indexed lists(base, Lists(Metric::kL2));
  const double narrow = Recall(lists, base, Metric::kL2, queries, 10, 8);
  const uint64_t narrow_distances = lists.counters.distances;
  const double wide = Recall(lists, base, Metric::kL2, queries, 10, 64);
  CHECK(wide >= 0.97);
  CHECK(narrow < wide);
  CHECK(lists.counters.distances - narrow_distances > narrow_distances);
  CHECK(lists.counters.distances - narrow_distances < uint64_t{queries.rows()} * base.rows() / 2);
}

TEST(InnerProductRecallOnWords) {
  Vectors words{.dim = 64, .values = ReadTestData<float>("words/vectors.f32")};
  words.Truncate(kSanitized ? 2000 : 20000);
  Vectors queries = words;
  queries.Truncate(200);
  Indexed lists(words, Lists(Metric::kInnerProduct));
  CHECK(Recall(lists, words, Metric::kInnerProduct, queries, 10, 64) >= 0.92);
}

TEST(EveryRowCountFromOne) {
  for (uint32_t rows = 1; rows <= 40; ++rows) {
    const Vectors base = RandomVectors(rows, 5, rows);
    Indexed lists(base, Lists(Metric::kL2));
    const Vectors queries = RandomVectors(3, 5, 99);
    CHECK_EQ(1.0, Recall(lists, base, Metric::kL2, queries, rows + 1, 1));
    CHECK_EQ(size_t{0}, lists.Search(queries.row(0), 0, 64).size());
  }
}

TEST(FurtherListsAreScannedUntilThereAreEnoughRows) {
  const Vectors base = RandomVectors(2000, 8, 3);
  Indexed lists(base, Lists(Metric::kL2));
  std::vector<uint64_t> hidden(32, ~uint64_t{0});
  for (const uint32_t row : {5U, 700U, 1999U}) {
    hidden[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
  const auto hits = lists.Search(base.row(0), 10, 2, hidden);
  CHECK_EQ(size_t{3}, hits.size());
  CHECK_EQ(size_t{1500}, lists.Search(base.row(0), 1500, 2).size());
}

TEST(EqualVectors) {
  Vectors base{.dim = 4, .values = std::vector<float>(size_t{3000} * 4, 1.5F)};
  Indexed lists(base, Lists(Metric::kL2));
  const auto hits = lists.Search(base.row(0), 50, 64);
  CHECK_EQ(size_t{50}, hits.size());
  for (uint32_t i = 0; i < hits.size(); ++i) {
    CHECK_EQ(i, hits[i].row);
  }
}

TEST(TheBuildIsTheSameForAnyNumberOfThreads) {
  const Vectors base = RandomVectors(3000, 12, 7);
  const Indexed one(base, Lists(Metric::kL2, 1));
  const Indexed three(base, Lists(Metric::kL2, 3));
  CHECK(one.order == three.order);
  for (size_t i = 0; i < one.sections->all.size(); ++i) {
    CHECK(one.sections->all[i].bytes == three.sections->all[i].bytes);
  }
}

TEST(SpoiltSectionsAreCorruptionOrHarmless) {
  const Vectors base = RandomVectors(500, 4, 9);
  Indexed lists(base, Lists(Metric::kL2));
  const auto intact = lists.sections->all;
  std::mt19937 random(10);
  for (size_t s = 0; s < intact.size(); ++s) {
    for (const size_t size : {size_t{0}, intact[s].bytes.size() - 1, intact[s].bytes.size() + 1}) {
      lists.sections->all = intact;
      lists.sections->all[s].bytes.resize(size);
      auto opened = lists.Open();
      CHECK(!opened.ok());
      CHECK(opened.status().code() == pomai::Code::kCorruption);
    }
    for (uint32_t round = 0; round < 300; ++round) {
      lists.sections->all = intact;
      auto& bytes = lists.sections->all[s].bytes;
      const auto word = round % 2 == 0 ? static_cast<uint32_t>(random()) : UINT32_MAX;
      std::memcpy(bytes.data() + random() % (bytes.size() / 4) * 4, &word, sizeof word);
      auto opened = lists.Open();
      if (!opened.ok()) {
        CHECK(opened.status().code() == pomai::Code::kCorruption);
        continue;
      }
      std::vector<index::Hit> hits;
      index::SearchCounters counters;
      const auto scratch = opened.value()->NewScratch();
      opened.value()->Search(base.row(3), {.k = 10, .ef = 8, .hidden = {}}, *scratch, hits, counters);
      CHECK_EQ(size_t{10}, hits.size());
    }
  }
}

}  // namespace
