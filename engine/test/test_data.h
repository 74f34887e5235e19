// What the index tests share: real vectors, made-up ones, and an index opened on what was built.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "check.h"
#include "index/index.h"

namespace test {

namespace index = pomai::index;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// A file of the test data: in POMAI_TEST_DATA, else in shared/data of a folder above. Skips the case where absent.
template <typename T>
std::vector<T> ReadTestData(const char* name) {
  std::filesystem::path folder;
  if (const char* named = std::getenv("POMAI_TEST_DATA"); named != nullptr) {
    folder = named;
  } else {
    auto at = std::filesystem::current_path();
    while (at != at.parent_path() && !std::filesystem::is_directory(at / "shared" / "data")) {
      at = at.parent_path();
    }
    folder = at / "shared" / "data";
  }
  std::ifstream in(folder / name, std::ios::binary | std::ios::ate);
  if (!in) {
    SKIP("no test data here (POMAI_TEST_DATA, or shared/data in a folder above)");
  }
  std::vector<T> values(static_cast<size_t>(in.tellg()) / sizeof(T));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  CHECK(in.good());
  return values;
}

struct Vectors {
  uint32_t dim = 0;
  std::vector<float> values;

  [[nodiscard]] uint32_t rows() const { return static_cast<uint32_t>(values.size() / dim); }
  [[nodiscard]] const float* row(uint32_t i) const { return values.data() + size_t{i} * dim; }
  [[nodiscard]] index::Matrix matrix() const { return {values.data(), rows(), dim}; }
  void Truncate(uint32_t count) { values.resize(std::min(values.size(), size_t{count} * dim)); }
};

inline Vectors RandomVectors(uint32_t rows, uint32_t dim, uint32_t seed, float spread = 1.0F, float centre = 0.0F) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(centre, spread);
  Vectors vectors{.dim = dim, .values = std::vector<float>(size_t{rows} * dim)};
  std::generate(vectors.values.begin(), vectors.values.end(), [&] { return normal(random); });
  return vectors;
}

inline float Score(index::Metric metric, const float* a, const float* b, uint32_t dim) {
  double sum = 0;
  for (uint32_t d = 0; d < dim; ++d) {
    const double x = static_cast<double>(a[d]);
    const double y = static_cast<double>(b[d]);
    sum += metric == index::Metric::kL2 ? -(x - y) * (x - y) : x * y;
  }
  return static_cast<float>(sum);
}

// Rows around centres that are about as far from each other as the rows of one centre are.
inline Vectors AroundCentres(uint32_t rows, uint32_t dim, uint32_t centres, uint32_t seed) {
  const Vectors middle = RandomVectors(centres, dim, seed);
  Vectors vectors = RandomVectors(rows, dim, seed + 1, 0.7F);
  for (uint32_t i = 0; i < rows; ++i) {
    const float* centre = middle.row((i * 7919U) % centres);
    for (uint32_t d = 0; d < dim; ++d) {
      vectors.values[size_t{i} * dim + d] += centre[d];
    }
  }
  return vectors;
}

// Sections by kind, as a segment would hand them out; a test may spoil them before opening.
class Sections final : public index::SectionSource {
 public:
  explicit Sections(std::vector<index::Section> sections) : all(std::move(sections)) {}

  pomai::Result<std::span<const std::byte>> Find(uint32_t kind) const override {
    const auto found = std::find_if(all.begin(), all.end(), [&](const index::Section& s) { return s.kind == kind; });
    return found == all.end() ? std::span<const std::byte>() : std::span<const std::byte>(found->bytes);
  }

  std::vector<index::Section> all;
};

// An index over vectors, built and opened; hits come as input rows.
class Indexed {
 public:
  Indexed(const Vectors& vectors, const index::BuildParams& params) : metric_(params.metric), stored_(vectors) {
    auto built = index::Build(vectors.matrix(), params);
    CHECK_OK(built.status());
    order = std::move(built.value().order);
    if (!order.empty()) {
      CHECK_EQ(size_t{vectors.rows()}, order.size());
      std::vector<bool> seen(order.size(), false);
      for (uint32_t i = 0; i < order.size(); ++i) {
        CHECK(order[i] < order.size() && !seen[order[i]]);
        seen[order[i]] = true;
        std::copy_n(vectors.row(order[i]), vectors.dim, stored_.values.begin() + std::ptrdiff_t{i} * vectors.dim);
      }
    }
    sections = std::make_unique<Sections>(std::move(built.value().sections));
    kind_ = params.kind;
    Reopen();
    scratch_ = index_->NewScratch();
  }

  // Reads the sections as they are now.
  void Reopen() {
    auto opened = Open();
    CHECK_OK(opened.status());
    index_ = std::move(opened.value());
  }

  [[nodiscard]] pomai::Result<std::unique_ptr<index::Index>> Open() const {
    return index::Open(kind_, metric_, stored_.matrix(), *sections);
  }

  std::vector<index::Hit> Search(const float* query, uint32_t k, uint32_t ef, std::span<const uint64_t> hidden = {},
                                 bool exact = false) {
    std::vector<index::Hit> hits;
    index_->Search(query, {.k = k, .ef = ef, .hidden = StoredBits(hidden), .exact = exact}, *scratch_, hits, counters);
    for (index::Hit& hit : hits) {
      CHECK(hit.row < stored_.rows());
      hit.row = order.empty() ? hit.row : order[hit.row];
    }
    return hits;
  }

  // All queries handed over together.
  std::vector<std::vector<index::Hit>> SearchMany(const Vectors& queries, const index::SearchParams& params) {
    std::vector<const float*> rows;
    for (uint32_t q = 0; q < queries.rows(); ++q) {
      rows.push_back(queries.row(q));
    }
    std::vector<std::vector<index::Hit>> hits(rows.size());
    index_->SearchMany(rows, params, *scratch_, hits, counters);
    for (auto& list : hits) {
      for (index::Hit& hit : list) {
        CHECK(hit.row < stored_.rows());
        hit.row = order.empty() ? hit.row : order[hit.row];
      }
    }
    return hits;
  }

  std::vector<std::vector<index::Hit>> SearchManyOf(const Vectors& queries, uint32_t k, uint32_t ef,
                                                    std::span<const uint64_t> hidden) {
    return SearchMany(queries, {.k = k, .ef = ef, .hidden = StoredBits(hidden)});
  }

  std::vector<uint32_t> order;
  std::unique_ptr<Sections> sections;
  index::SearchCounters counters;

 private:
  // The bits of input rows as bits of stored rows.
  std::span<const uint64_t> StoredBits(std::span<const uint64_t> hidden) {
    hidden_.clear();
    if (!hidden.empty()) {
      hidden_.resize(hidden.size(), 0);
      for (uint32_t i = 0; i < stored_.rows(); ++i) {
        const uint32_t row = order.empty() ? i : order[i];
        hidden_[i / 64] |= ((hidden[row / 64] >> (row % 64)) & 1U) << (i % 64);
      }
    }
    return hidden_;
  }

  index::Metric metric_;
  index::Kind kind_ = index::Kind::kFlat;
  Vectors stored_;
  std::unique_ptr<index::Index> index_;
  std::unique_ptr<index::Scratch> scratch_;
  std::vector<uint64_t> hidden_;
};

// The share of the exact k best (by score, so that ties count) that a search of `queries` finds.
inline double Recall(Indexed& indexed, const Vectors& vectors, index::Metric metric, const Vectors& queries, uint32_t k,
                     uint32_t ef, std::span<const uint64_t> hidden = {}) {
  size_t right = 0;
  size_t wanted = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    std::vector<float> scores;
    for (uint32_t i = 0; i < vectors.rows(); ++i) {
      if (hidden.empty() || ((hidden[i / 64] >> (i % 64)) & 1U) == 0) {
        scores.push_back(Score(metric, queries.row(q), vectors.row(i), vectors.dim));
      }
    }
    const size_t expected = std::min<size_t>(k, scores.size());
    std::nth_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(expected - 1), scores.end(),
                     std::greater<>());
    const float worst = scores[expected - 1];
    const float slack = 1e-4F * std::abs(worst) + 1e-6F;
    const auto hits = indexed.Search(queries.row(q), k, ef, hidden);
    CHECK_EQ(expected, hits.size());
    wanted += expected;
    for (const index::Hit& hit : hits) {
      right += Score(metric, queries.row(q), vectors.row(hit.row), vectors.dim) >= worst - slack ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(wanted);
}

}  // namespace test
