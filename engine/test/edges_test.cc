// The ends of every range: dimensions, ids, numbers of rows, and rows that are all alike.
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

struct Shape {
  const char* name;
  uint8_t index_type;
  uint32_t adaptive_threshold;
};
constexpr Shape kShapes[] = {
    {"scan", POMAI_INDEX_HNSW, 1000000}, {"graph", POMAI_INDEX_HNSW, 0}, {"lists", POMAI_INDEX_IVF, 0}};

pomai_options_t With(uint32_t dim, const Shape& shape, uint8_t metric) {
  auto options = Options(dim);
  options.index_type = shape.index_type;
  options.adaptive_threshold = shape.adaptive_threshold;
  options.metric = metric;
  options.hnsw_m = 8;
  options.hnsw_ef_construction = 50;
  return options;
}

template <typename Body>
void ForEachKind(const Body& body) {
  for (const auto& shape : kShapes) {
    for (const uint8_t metric : {POMAI_METRIC_L2, POMAI_METRIC_INNER_PRODUCT}) {
      try {
        body(shape, metric);
      } catch (const std::exception& failure) {
        throw check::Failure(std::string(shape.name) + ", metric " + std::to_string(metric) + ": " + failure.what());
      }
    }
  }
}

TEST(every_dimension_from_1_to_65536) {
  constexpr uint32_t kDims[] = {1,  2,  3,  4,   5,   7,   8,   9,   15,   16,   17,   31,    32,    33,
                                63, 64, 65, 127, 128, 129, 255, 257, 1000, 1023, 4096, 10007, 65535, 65536};
  const TemporaryDirectory directory;
  std::mt19937 random(7);
  ForEachKind([&](const Shape& shape, uint8_t metric) {
    for (const uint32_t dim : kDims) {
      const std::string path = directory / (std::string(shape.name) + std::to_string(metric) + std::to_string(dim));
      const auto options = With(dim, shape, metric);
      Rows rows;
      for (uint64_t id = 0; id < 12; ++id) {
        Vector vector(dim);
        std::generate(vector.begin(), vector.end(), [&] { return static_cast<float>(random() % 5); });
        vector[id * (dim - 1) / 11] += static_cast<float>(100 * (id + 1));  // each row's own neighbour is itself
        rows[id] = vector;
      }
      {
        const auto database = Database::Open(path, options);
        CHECK_OK(database->PutAll(rows));
        CHECK_OK(database->Freeze());
      }
      const auto database = Database::Open(path, options);
      CHECK(database->Scan() == rows);
      for (const auto& [id, vector] : rows) {
        const auto hits = database->Search(vector, 12);
        CHECK_EQ(12U, hits.size());
        if (metric == POMAI_METRIC_L2) {
          CHECK(hits[0] == (Hit{id, 0}));
        }
      }
    }
  });
}

TEST(dimensions_out_of_range_are_refused) {
  const TemporaryDirectory directory;
  std::unique_ptr<Database> database;
  for (const uint32_t dim : {0U, 65537U, UINT32_MAX}) {
    CHECK_EQ(static_cast<int>(POMAI_STATUS_INVALID_ARGUMENT),
             Database::TryOpen(directory / "db", Options(dim), database).code);
  }
}

TEST(no_vectors_at_all) {
  const TemporaryDirectory directory;
  ForEachKind([&](const Shape& shape, uint8_t metric) {
    const std::string path = directory / (std::string(shape.name) + std::to_string(metric));
    for (int opening = 0; opening < 2; ++opening) {
      const auto database = Database::Open(path, With(3, shape, metric));
      CHECK_OK(database->Freeze());
      CHECK(database->Search({1, 2, 3}, 10).empty());
      CHECK(database->Scan().empty());
      CHECK_OK(database->Delete(1));
      CHECK_OK(database->Freeze());
      CHECK_OK(database->PutAll({{1, {1, 2, 3}}, {2, {1, 2, 3}}}));
      CHECK_OK(database->Freeze());
      CHECK_EQ(2U, database->Search({1, 2, 3}, 10).size());
      CHECK_OK(database->Delete(1));
      CHECK_OK(database->Delete(2));
      CHECK_OK(database->Freeze());  // a segment of deletes alone
      CHECK(database->Search({1, 2, 3}, 10).empty());
      CHECK(database->Scan().empty());
    }
  });
}

TEST(the_first_and_the_last_id) {
  const TemporaryDirectory directory;
  ForEachKind([&](const Shape& shape, uint8_t metric) {
    const std::string path = directory / (std::string(shape.name) + std::to_string(metric));
    const auto options = With(2, shape, metric);
    {
      const auto database = Database::Open(path, options);
      CHECK_OK(database->PutAll({{0, {1, 1}}, {1, {2, 2}}, {UINT64_MAX - 1, {3, 3}}, {UINT64_MAX, {4, 4}}}));
      CHECK_OK(database->Freeze());
      CHECK_OK(database->PutAll({{UINT64_MAX, {5, 5}}}));
      CHECK_OK(database->Delete(0));
      CHECK_OK(database->Freeze());
    }
    const auto database = Database::Open(path, options);
    CHECK(database->Scan() == (Rows{{1, {2, 2}}, {UINT64_MAX - 1, {3, 3}}, {UINT64_MAX, {5, 5}}}));
    CHECK(!database->Exists(0));
    CHECK(database->Exists(UINT64_MAX));
    const auto hits = database->Search({5, 5}, 10);
    CHECK_EQ(3U, hits.size());
    CHECK_EQ(UINT64_MAX, hits[0].id);
    pomai_scan_options_t last{};
    pomai_scan_options_init(&last);
    last.has_start_id = true;
    last.start_id = UINT64_MAX;
    Rows rows;
    CHECK_OK(database->TryScan(&last, nullptr, rows));
    CHECK(rows == (Rows{{UINT64_MAX, {5, 5}}}));
  });
}

// All alike, all zero (what a cosine search makes of a zero vector is an inner product of zero), and alike but for a
// few.
TEST(rows_that_are_all_alike) {
  constexpr uint64_t kRows = 700;
  const TemporaryDirectory directory;
  ForEachKind([&](const Shape& shape, uint8_t metric) {
    for (const float value : {0.0F, -0.0F, 3.0F}) {
      for (const uint64_t others : {0, 5}) {
        const TemporaryDirectory own;
        const auto database = Database::Open(own / "db", With(20, shape, metric));
        Rows rows;
        for (uint64_t id = 0; id < kRows; ++id) {
          rows[id] = Vector(20, value);
          if (id < others) {
            rows[id][id] += 1;
          }
        }
        CHECK_OK(database->PutAll(rows));
        CHECK_OK(database->Freeze());
        const auto all = database->Search(Vector(20, 1.0F), kRows + 5);
        CHECK_EQ(kRows, all.size());
        for (size_t i = 1; i < all.size(); ++i) {
          CHECK(all[i - 1].score > all[i].score || (all[i - 1].score == all[i].score && all[i - 1].id < all[i].id));
        }
        for (uint64_t id = 0; id < others; ++id) {
          Vector query = Vector(20, 0.0F);
          query[id] = 100;
          CHECK_EQ(id, database->Search(query, 1).at(0).id);
        }
        CHECK_EQ(10U, database->Search(Vector(20, 0.0F), 10).size());
      }
    }
  });
}

}  // namespace
