// The graph index: recall on real data, on data that breaks simple graphs, with hidden rows, and from spoilt bytes.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <set>

#include "index/graph_format.h"
#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

index::BuildParams Graph(Metric metric, uint32_t m = 16, uint32_t ef_construction = 200) {
  return {.kind = Kind::kGraph, .metric = metric, .m = m, .ef_construction = ef_construction, .threads = 1};
}

// A part of the sift data when sanitised, where everything takes an order of magnitude longer.
constexpr uint32_t kSiftRows = kSanitized ? 5000 : 100000;
constexpr uint32_t kSiftQueries = kSanitized ? 50 : 1000;

Vectors Sift(const char* file, uint32_t rows) {
  const auto bytes = ReadTestData<uint8_t>(file);
  Vectors vectors{.dim = 128, .values = {bytes.begin(), bytes.end()}};
  vectors.Truncate(rows);
  return vectors;
}

Vectors Words(bool normalised) {
  Vectors words{.dim = 64, .values = ReadTestData<float>("words/vectors.f32")};
  words.Truncate(kSanitized ? 3000 : 20000);
  if (normalised) {
    for (uint32_t i = 0; i < words.rows(); ++i) {
      const float norm = std::sqrt(Score(Metric::kInnerProduct, words.row(i), words.row(i), words.dim));
      for (uint32_t d = 0; d < words.dim; ++d) {
        words.values[size_t{i} * words.dim + d] /= norm;
      }
    }
  }
  return words;
}

Vectors EveryNth(const Vectors& vectors, uint32_t n) {
  Vectors picked{.dim = vectors.dim, .values = {}};
  for (uint32_t i = 0; i < vectors.rows(); i += n) {
    picked.values.insert(picked.values.end(), vectors.row(i), vectors.row(i) + vectors.dim);
  }
  return picked;
}

TEST(SiftRecallAtEf64) {
  const Vectors base = Sift("sift-photos/base.u8", kSiftRows);
  const Vectors queries = Sift("sift-photos/query.u8", kSiftQueries);
  Indexed graph(base, Graph(Metric::kL2));
  if (kSanitized) {
    CHECK(Recall(graph, base, Metric::kL2, queries, 10, 64) >= 0.98);
    return;
  }
  const auto nearest = ReadTestData<int32_t>("sift-photos/groundtruth_l2.i32");
  size_t right = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    const std::set<uint32_t> exact(nearest.begin() + q * 100, nearest.begin() + q * 100 + 10);
    for (const index::Hit& hit : graph.Search(queries.row(q), 10, 64)) {
      right += exact.count(hit.row);
      CHECK_EQ(Score(Metric::kL2, queries.row(q), base.row(hit.row), 128), hit.score);
    }
  }
  CHECK(right >= 9800);
}

TEST(InnerProductRecallOnWordsAtTheDefaults) {
  const Vectors words = Words(false);
  Indexed graph(words, Graph(Metric::kInnerProduct, 32));
  CHECK(Recall(graph, words, Metric::kInnerProduct, EveryNth(words, 40), 10, 64) >= 0.99);
}

TEST(CosineRecallOnWordsAtTheDefaults) {
  const Vectors words = Words(true);
  Indexed graph(words, Graph(Metric::kInnerProduct, 32));
  CHECK(Recall(graph, words, Metric::kInnerProduct, EveryNth(words, 40), 10, 64) >= 0.99);
}

// Averaged over the queries, more links, effort or width find no less; `kNoise` is what 200 queries cannot tell.
void CheckHigherIsNotWorse(const Vectors& base, const Vectors& queries, Metric metric) {
  constexpr double kNoise = 0.005;
  const auto rises = [&](std::initializer_list<uint32_t> values, const auto& recall_at) {
    double best = 0;
    for (const uint32_t value : values) {
      const double recall = recall_at(value);
      CHECK(recall >= best - kNoise);
      best = std::max(best, recall);
    }
    return best;
  };
  Indexed graph(base, Graph(metric));
  const double widest =
      rises({10, 20, 40, 80, 160}, [&](uint32_t ef) { return Recall(graph, base, metric, queries, 10, ef); });
  CHECK(widest >= 0.98);
  rises({4, 8, 16, 32, 64}, [&](uint32_t m) {
    Indexed other(base, Graph(metric, m));
    return Recall(other, base, metric, queries, 10, 40);
  });
  rises({10, 50, 100, 200, 400, 800}, [&](uint32_t ef_construction) {
    Indexed other(base, Graph(metric, 16, ef_construction));
    return Recall(other, base, metric, queries, 10, 40);
  });
}

TEST(HigherParametersDoNotLowerRecallOnRandomVectors) {
  CheckHigherIsNotWorse(RandomVectors(kSanitized ? 1500 : 5000, 48, 5), RandomVectors(200, 48, 6), Metric::kL2);
}

TEST(HigherParametersDoNotLowerRecallOnClusters) {
  const uint32_t rows = kSanitized ? 1500 : 6000;
  const Vectors all = AroundCentres(rows + 200, 32, 60, 7);
  Vectors base = all;
  base.Truncate(rows);
  Vectors queries{.dim = 32, .values = {all.row(rows), all.row(rows) + size_t{200} * 32}};
  CheckHigherIsNotWorse(base, queries, Metric::kL2);
}

TEST(HigherParametersDoNotLowerRecallOnSift) {
  CheckHigherIsNotWorse(Sift("sift-photos/base.u8", kSanitized ? 1500 : 10000), Sift("sift-photos/query.u8", 200),
                        Metric::kL2);
}

TEST(HigherParametersDoNotLowerRecallOnWords) {
  Vectors words = Words(true);
  words.Truncate(kSanitized ? 1500 : 10000);
  CheckHigherIsNotWorse(words, EveryNth(words, 50), Metric::kInnerProduct);
}

TEST(QueriesThatTakeTurnsFindWhatEachFindsAlone) {
  const Vectors base = RandomVectors(kSanitized ? 1500 : 5000, 20, 8);
  Vectors queries = RandomVectors(15, 20, 9);              // as many as walk: more would be compared with all rows
  std::fill_n(queries.values.begin() + 20 * 7, 20, 1e5F);  // one that codes cannot hold, among those that they can
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    Indexed graph(base, Graph(metric));
    const auto together = graph.SearchMany(queries, {.k = 10, .ef = 30, .hidden = {}});
    CHECK_EQ(uint64_t{0}, graph.counters.rows_scanned);
    for (uint32_t q = 0; q < queries.rows(); ++q) {
      const auto alone = graph.Search(queries.row(q), 10, 30);
      CHECK_EQ(alone.size(), together[q].size());
      for (size_t i = 0; i < alone.size(); ++i) {
        CHECK_EQ(alone[i].row, together[q][i].row);
        CHECK_EQ(alone[i].score, together[q][i].score);
      }
    }
  }
}

TEST(AnExactWalkDoesNotDependOnCodes) {
  const Vectors base = AroundCentres(kSanitized ? 1500 : 5000, 24, 40, 10);
  const Vectors queries = EveryNth(base, 29);
  Indexed graph(base, Graph(Metric::kL2));
  double recall[2] = {};
  for (const bool exact : {false, true}) {
    const auto hits = graph.SearchMany(queries, {.k = 1, .ef = 20, .hidden = {}, .exact_walk = exact});
    for (uint32_t q = 0; q < queries.rows(); ++q) {
      recall[exact ? 1 : 0] += hits[q][0].row == q * 29 ? 1 : 0;
    }
  }
  CHECK(recall[1] >= 0.98 * queries.rows());
  CHECK(recall[1] >= recall[0] - 1);
  // With all codes made equal only the exact walk still finds its way.
  for (index::Section& section : graph.sections->all) {
    if (section.kind == index::kGraphCodes) {
      std::fill(section.bytes.begin(), section.bytes.end(), std::byte{7});
    }
  }
  const auto exact = graph.SearchMany(queries, {.k = 1, .ef = 20, .hidden = {}, .exact_walk = true});
  size_t right = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    right += exact[q][0].row == q * 29 ? 1 : 0;
  }
  CHECK(right >= queries.rows() - queries.rows() / 50);
}

index::GraphHeader HeaderOf(const Indexed& graph) {
  index::GraphHeader header;
  std::memcpy(&header, graph.sections->Find(index::kGraphHeader).value().data(), sizeof header);
  return header;
}

// How many of the hits of a walk on rows a walk on codes misses, when both leave as few nodes as they may.
size_t MissedOnCodes(Indexed& graph, const Vectors& queries) {
  size_t missed = 0;
  const auto near = graph.SearchMany(queries, {.k = 10, .ef = 10, .hidden = {}});
  const auto exact = graph.SearchMany(queries, {.k = 10, .ef = 10, .hidden = {}, .exact_walk = true});
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    missed += static_cast<size_t>(std::count_if(exact[q].begin(), exact[q].end(), [&](const index::Hit& hit) {
      return std::none_of(near[q].begin(), near[q].end(), [&](const index::Hit& h) { return h.row == hit.row; });
    }));
  }
  return missed;
}

TEST(CandidatesAreAsManyAsCodesNeed) {
  const Vectors even = RandomVectors(kSanitized ? 1500 : 6000, 24, 72);
  Vectors clustered = RandomVectors(even.rows(), 24, 72, 0.5F);
  const Vectors centres = RandomVectors(50, 24, 71, 10.0F);
  for (uint32_t i = 0; i < clustered.rows(); ++i) {
    const float* centre = centres.row(i % centres.rows());
    for (uint32_t d = 0; d < clustered.dim; ++d) {
      clustered.values[size_t{i} * clustered.dim + d] += centre[d];
    }
  }
  Indexed fine(even, Graph(Metric::kL2));
  Indexed coarse(clustered, Graph(Metric::kL2));
  const index::GraphHeader header = HeaderOf(coarse);
  CHECK(header.code_stride != 0);
  CHECK(header.code_slack > HeaderOf(fine).code_slack);
  CHECK(header.code_slack <= index::kMostSlack);

  const Vectors queries = EveryNth(clustered, 31);
  const size_t missed = MissedOnCodes(coarse, queries);
  CHECK(missed <= queries.rows() / 2);  // of ten times as many
  for (index::Section& section : coarse.sections->all) {
    if (section.kind == index::kGraphHeader) {
      std::memset(section.bytes.data() + offsetof(index::GraphHeader, code_slack), 0, sizeof header.code_slack);
    }
  }
  coarse.Reopen();
  CHECK(MissedOnCodes(coarse, queries) > 2 * missed);
}

TEST(EveryRowCountFromOne) {
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    for (uint32_t rows = 1; rows <= 40; ++rows) {
      for (const uint32_t dim : {1U, 3U, 33U}) {
        const Vectors base = RandomVectors(rows, dim, rows);
        Indexed graph(base, Graph(metric, 4, 20));
        const Vectors queries = RandomVectors(3, dim, 99);
        CHECK_EQ(1.0, Recall(graph, base, metric, queries, rows + 5, 10));
        CHECK(Recall(graph, base, metric, queries, 1, 10) > 0.6);
        CHECK_EQ(size_t{0}, graph.Search(queries.row(0), 0, 10).size());
      }
    }
  }
}

TEST(NoRowsGiveNoSections) {
  auto built = index::Build({nullptr, 0, 8}, Graph(Metric::kL2));
  CHECK_OK(built.status());
  CHECK(built.value().sections.empty());
  const Sections none({});
  auto opened = index::Open(Kind::kGraph, Metric::kL2, {nullptr, 0, 8}, none);
  CHECK_OK(opened.status());
  std::vector<index::Hit> hits;
  index::SearchCounters counters;
  const std::vector<float> query(8, 1.0F);
  const auto scratch = opened.value()->NewScratch();
  opened.value()->Search(query.data(), {.k = 5, .ef = 64, .hidden = {}}, *scratch, hits, counters);
  CHECK(hits.empty());
}

TEST(EqualVectorsAreAllFoundLowestRowsFirst) {
  Vectors base{.dim = 16, .values = std::vector<float>(size_t{5000} * 16, 0.25F)};
  Indexed graph(base, Graph(Metric::kL2));
  const auto hits = graph.Search(base.row(0), 100, 64);
  CHECK_EQ(size_t{100}, hits.size());
  for (uint32_t i = 0; i < hits.size(); ++i) {
    CHECK_EQ(i, hits[i].row);
    CHECK_EQ(0.0F, hits[i].score);
  }
}

TEST(CopiesDoNotHideTheRest) {
  Vectors base = RandomVectors(4000, 24, 21);
  for (uint32_t i = 0; i < 1000; ++i) {
    std::copy_n(base.row(7), 24, base.values.begin() + std::ptrdiff_t{1000 + 2 * i} * 24);
  }
  Indexed graph(base, Graph(Metric::kL2));
  CHECK(Recall(graph, base, Metric::kL2, RandomVectors(100, 24, 22), 10, 64) >= 0.98);
  const auto copies = graph.Search(base.row(7), 1001, 64);
  CHECK_EQ(size_t{1001}, copies.size());
  CHECK(std::all_of(copies.begin(), copies.end(), [](const index::Hit& hit) { return hit.score == 0; }));
}

TEST(ClustersAndIslandsStayReachable) {
  // Tight clusters far from each other, and one of only three rows, a million away.
  Vectors base{.dim = 32, .values = {}};
  const Vectors centres = RandomVectors(60, 32, 31, 50.0F);
  for (uint32_t c = 0; c < centres.rows(); ++c) {
    const Vectors members = RandomVectors(c == 17 ? 3 : 80, 32, 100 + c, 0.5F);
    for (uint32_t i = 0; i < members.rows(); ++i) {
      for (uint32_t d = 0; d < 32; ++d) {
        base.values.push_back(members.row(i)[d] + centres.row(c)[d]);
      }
    }
  }
  Indexed graph(base, Graph(Metric::kL2));
  CHECK(Recall(graph, base, Metric::kL2, EveryNth(base, 11), 10, 64) >= 0.98);

  Vectors islands = RandomVectors(3000, 32, 33);
  const Vectors far = RandomVectors(2000, 32, 34, 1.0F, 1e6F);
  islands.values.insert(islands.values.end(), far.values.begin(), far.values.end());
  Indexed apart(islands, Graph(Metric::kL2));
  CHECK(Recall(apart, islands, Metric::kL2, EveryNth(islands, 50), 10, 64) >= 0.95);
}

TEST(ManyClustersFarFromEachOtherAreFound) {
  // Each as large as those that the build makes, so that all nearest neighbours of a row are in one of them.
  constexpr uint32_t kMembers = 100;
  const uint32_t clusters = kSanitized ? 40 : 300;
  const Vectors centres = RandomVectors(clusters, 16, 36, 10.0F);
  Vectors base = RandomVectors(clusters * kMembers, 16, 37, 0.3F);
  for (uint32_t i = 0; i < base.rows(); ++i) {
    const float* centre = centres.row(i / kMembers);
    for (uint32_t d = 0; d < 16; ++d) {
      base.values[size_t{i} * 16 + d] += centre[d];
    }
  }
  Indexed graph(base, Graph(Metric::kL2));
  CHECK(Recall(graph, base, Metric::kL2, EveryNth(base, 751), 10, 64) >= 0.97);
}

TEST(OneComponentFarLargerThanTheOthers) {
  Vectors base = RandomVectors(4000, 16, 41);
  for (uint32_t i = 0; i < base.rows(); ++i) {
    base.values[size_t{i} * 16] = i % 100 == 0 ? 1e5F : 0.0F;
  }
  Indexed graph(base, Graph(Metric::kL2));
  CHECK(Recall(graph, base, Metric::kL2, EveryNth(base, 37), 10, 64) >= 0.98);
}

TEST(QueriesFarOutsideTheRows) {
  const Vectors base = RandomVectors(4000, 16, 43);
  Indexed graph(base, Graph(Metric::kL2));
  CHECK(Recall(graph, base, Metric::kL2, RandomVectors(100, 16, 44, 30.0F), 10, 64) >= 0.95);
}

TEST(InnerProductWithVeryUnevenNorms) {
  Vectors base = RandomVectors(6000, 32, 51);
  std::mt19937 random(52);
  std::lognormal_distribution<float> norm(0.0F, 1.0F);
  for (uint32_t i = 0; i < base.rows(); ++i) {
    const float factor = norm(random);
    for (uint32_t d = 0; d < 32; ++d) {
      base.values[size_t{i} * 32 + d] *= factor;
    }
  }
  Indexed graph(base, Graph(Metric::kInnerProduct));
  CHECK(Recall(graph, base, Metric::kInnerProduct, RandomVectors(200, 32, 53), 10, 64) >= 0.95);
  const std::vector<float> zero(32, 0.0F);
  CHECK_EQ(size_t{10}, graph.Search(zero.data(), 10, 64).size());
}

TEST(TheLongestVectorsDoNotOverflow) {
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    Vectors base = RandomVectors(60, 65536, 55);
    // Whole rows at the ends of the range.
    std::fill_n(base.values.begin(), 65536, 5.0F);
    std::fill_n(base.values.begin() + 65536, 65536, -5.0F);
    Indexed graph(base, Graph(metric, 4, 40));
    Vectors queries = base;
    queries.Truncate(5);
    CHECK(Recall(graph, base, metric, queries, 5, 10) >= 0.9);
  }
}

TEST(HiddenRowsAreNeverReturnedAndLiveOnesAre) {
  const uint32_t rows = kSanitized ? 2000 : 10000;
  const Vectors base = RandomVectors(rows, 24, 61);
  const Vectors queries = RandomVectors(100, 24, 62);
  Indexed graph(base, Graph(Metric::kL2));
  std::mt19937 random(63);
  for (const uint32_t live_percent : {0U, 1U, 10U, 50U, 99U}) {
    std::vector<uint64_t> hidden((rows + 63) / 64, 0);
    for (uint32_t i = 0; i < rows; ++i) {
      hidden[i / 64] |= uint64_t{random() % 100 >= live_percent ? 1U : 0U} << (i % 64);
    }
    for (uint32_t q = 0; q < queries.rows(); ++q) {
      for (const index::Hit& hit : graph.Search(queries.row(q), 10, 64, hidden)) {
        CHECK(((hidden[hit.row / 64] >> (hit.row % 64)) & 1U) == 0);
      }
    }
    if (live_percent == 0) {
      CHECK_EQ(size_t{0}, graph.Search(queries.row(0), 10, 64, hidden).size());
    } else {
      CHECK(Recall(graph, base, Metric::kL2, queries, 10, 64, hidden) >= 0.95);
    }
  }
}

// Hides the half of the rows that is nearest to each query, so that walks give up, and holds what is found against a
// scan of the rows themselves.
void CheckScansAreExact(const Vectors& base, const Vectors& queries, Metric metric) {
  Indexed graph(base, Graph(metric));
  std::vector<float> scores(base.rows());
  std::vector<uint32_t> order(base.rows());
  uint32_t scanned = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    const float* query = queries.row(q);
    std::iota(order.begin(), order.end(), 0U);
    for (uint32_t i = 0; i < base.rows(); ++i) {
      scores[i] = Score(metric, query, base.row(i), base.dim);
    }
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
    std::vector<uint64_t> hidden((base.rows() + 63) / 64, 0);
    for (uint32_t rank = 0; rank < base.rows() / 2; ++rank) {
      hidden[order[rank] / 64] |= uint64_t{1} << (order[rank] % 64);
    }
    const uint64_t before = graph.counters.rows_scanned;
    const auto found = graph.Search(query, 10, 20, hidden);
    if (graph.counters.rows_scanned == before) {
      continue;
    }
    const auto exact = graph.Search(query, 10, 20, hidden, true);
    ++scanned;
    CHECK_EQ(exact.size(), found.size());
    for (size_t i = 0; i < exact.size(); ++i) {
      CHECK_EQ(exact[i].row, found[i].row);
      CHECK_EQ(exact[i].score, found[i].score);
    }
  }
  CHECK(scanned > 0);
}

TEST(AScanOfLiveRowsByTheirCodesFindsWhatOneOfRowsFinds) {
  // Half of the rows is more than is scanned without a look at codes that round.
  const uint32_t rows = kSanitized ? 1200 : 4000;
  const uint32_t dim = (2U << 21U) / rows + 7;
  Vectors whole = AroundCentres(rows, 24, 40, 65);
  for (float& value : whole.values) {
    value = std::round(value * 20);
  }
  for (uint32_t i = 1; i < rows; i += 3) {
    std::copy_n(whole.row(i - 1), whole.dim, whole.values.begin() + std::ptrdiff_t{i} * whole.dim);
  }
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    CheckScansAreExact(AroundCentres(rows, dim, 40, 68), RandomVectors(20, dim, 69), metric);
    CheckScansAreExact(whole, EveryNth(whole, 300), metric);
  }
}

TEST(MoreHitsThanEfAndThanRows) {
  const Vectors base = RandomVectors(3000, 12, 71);
  Indexed graph(base, Graph(Metric::kL2));
  const Vectors queries = RandomVectors(20, 12, 72);
  CHECK(Recall(graph, base, Metric::kL2, queries, 500, 10) >= 0.98);
  CHECK_EQ(1.0, Recall(graph, base, Metric::kL2, queries, 3500, 10));
}

TEST(TheBuildIsTheSameForAnyNumberOfThreads) {
  const Vectors base = RandomVectors(kSanitized ? 1500 : 5000, 24, 81);
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    auto params = Graph(metric);
    Indexed one(base, params);
    params.threads = 3;
    Indexed three(base, params);
    CHECK(one.order == three.order);
    CHECK_EQ(one.sections->all.size(), three.sections->all.size());
    for (size_t i = 0; i < one.sections->all.size(); ++i) {
      CHECK(one.sections->all[i].bytes == three.sections->all[i].bytes);
    }
  }
}

TEST(SpoiltSectionsAreCorruptionOrHarmless) {
  Vectors base = RandomVectors(300, 8, 91);
  for (uint32_t i = 0; i < 20; ++i) {
    std::copy_n(base.row(5), 8, base.values.begin() + std::ptrdiff_t{100 + i} * 8);
  }
  Indexed graph(base, Graph(Metric::kL2, 4, 20));
  std::vector<index::Section> intact = graph.sections->all;
  std::mt19937 random(92);
  index::SearchCounters counters;
  std::vector<index::Hit> hits;
  const auto search_if_opened = [&] {
    auto opened = graph.Open();
    if (!opened.ok()) {
      CHECK(opened.status().code() == pomai::Code::kCorruption);
      return;
    }
    const auto scratch = opened.value()->NewScratch();
    opened.value()->Search(base.row(3), {.k = 10, .ef = 20, .hidden = {}}, *scratch, hits, counters);
    for (const index::Hit& hit : hits) {
      CHECK(hit.row < base.rows());
    }
  };
  for (size_t s = 0; s < intact.size(); ++s) {
    // Absent, cut short, too long.
    for (const size_t size : {size_t{0}, intact[s].bytes.size() - 1, intact[s].bytes.size() + 1}) {
      graph.sections->all = intact;
      graph.sections->all[s].bytes.resize(size);
      auto opened = graph.Open();
      CHECK(!opened.ok());
      CHECK(opened.status().code() == pomai::Code::kCorruption);
    }
    for (uint32_t round = 0; round < 400; ++round) {
      graph.sections->all = intact;
      auto& bytes = graph.sections->all[s].bytes;
      for (uint32_t i = 0; i < 1 + round % 5; ++i) {
        // A word at a time, with the values that overflow: where a word stands, counts and links are.
        const size_t at = random() % (bytes.size() / 4) * 4;
        const uint32_t word = round % 3 == 0   ? static_cast<uint32_t>(random())
                              : round % 3 == 1 ? UINT32_MAX
                                               : 1U << (random() % 32);
        std::memcpy(bytes.data() + at, &word, sizeof word);
      }
      search_if_opened();
    }
  }
}

}  // namespace
