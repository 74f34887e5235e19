#include "data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/parallel.h"
#include "index/flat.h"
#include "index/index.h"

namespace bench {
namespace {

constexpr uint32_t kQueries = 1000;

std::filesystem::path Folder() {
  if (const char* folder = std::getenv("POMAI_TEST_DATA"); folder != nullptr) {
    return folder;
  }
  for (auto at = std::filesystem::current_path();; at = at.parent_path()) {
    if (std::filesystem::is_directory(at / "shared" / "data")) {
      return at / "shared" / "data";
    }
    if (at == at.parent_path()) {
      throw std::runtime_error("Cannot find the test data: no shared/data above this folder (set POMAI_TEST_DATA)");
    }
  }
}

template <typename T>
std::vector<T> Read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<T> values(static_cast<size_t>(std::filesystem::file_size(path)) / sizeof(T));
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  if (!in) {
    throw std::runtime_error("Cannot read the test data: " + path.string());
  }
  return values;
}

// The exact answers, by a scan on all cores: a block of rows that fits the cache for many queries after the other.
void Answer(Data& data) {
  namespace index = pomai::index;
  constexpr size_t kQueriesAtOnce = 125;
  constexpr size_t kBlockFloats = size_t{1} << 18U;
  data.nearest.resize(data.query_count() * data.k);
  const index::Matrix rows{data.base.data(), static_cast<uint32_t>(data.rows()), data.dim};
  const auto metric = data.metric == Metric::kL2 ? index::Metric::kL2 : index::Metric::kInnerProduct;
  const auto step = static_cast<uint32_t>(std::max<size_t>(1, kBlockFloats / data.dim));
  const auto scan = [&](size_t first, size_t last, uint32_t) {
    std::vector<std::vector<index::Hit>> hits(last - first);
    std::vector<index::TopHits> tops;
    tops.reserve(hits.size());
    for (auto& list : hits) {
      tops.emplace_back(data.k, list);
    }
    index::SearchCounters counters;
    for (uint32_t begin = 0; begin < rows.rows; begin += step) {
      for (size_t q = first; q < last; ++q) {
        index::ScanRows(rows, metric, data.queries.data() + q * data.dim, begin, std::min(rows.rows, begin + step), {},
                        tops[q - first], counters);
      }
    }
    for (size_t q = first; q < last; ++q) {
      tops[q - first].Finish();
      std::transform(hits[q - first].begin(), hits[q - first].end(),
                     data.nearest.begin() + static_cast<std::ptrdiff_t>(q * data.k),
                     [](const index::Hit& hit) { return hit.row; });
    }
  };
  pomai::ParallelFor(data.query_count(), kQueriesAtOnce, pomai::ThreadCount(0), scan);
}

// Normally distributed numbers that are the same everywhere, which the standard library's are not: sums of twelve
// evenly distributed ones.
class Normal {
 public:
  explicit Normal(uint64_t seed) : state_(seed) {}

  uint64_t Bits() {
    state_ += 0x9E3779B97F4A7C15U;
    uint64_t x = state_;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
  }
  float operator()() {
    uint64_t sum = 0;
    for (int i = 0; i < 3; ++i) {
      const uint64_t bits = Bits();
      sum += (bits & 0xFFFFU) + ((bits >> 16U) & 0xFFFFU) + ((bits >> 32U) & 0xFFFFU) + (bits >> 48U);
    }
    return (static_cast<float>(sum) - 6.0F * 65535.0F) / 65536.0F;
  }

 private:
  uint64_t state_;
};

}  // namespace

Data SiftPhotos() {
  const auto folder = Folder() / "sift-photos";
  const auto base = Read<uint8_t>(folder / "base.u8");
  const auto queries = Read<uint8_t>(folder / "query.u8");
  const auto nearest = Read<int32_t>(folder / "groundtruth_l2.i32");
  Data data{.name = "sift-photos",
            .metric = Metric::kL2,
            .dim = 128,
            .base = {base.begin(), base.end()},
            .queries = {queries.begin(), queries.end()},
            .nearest = {}};
  for (size_t q = 0; q < data.query_count(); ++q) {
    for (size_t i = 0; i < data.k; ++i) {
      data.nearest.push_back(static_cast<uint32_t>(nearest[q * 100 + i]));
    }
  }
  return data;
}

Data Words(bool normalised) {
  Data data{.name = normalised ? "words-cosine" : "words-ip",
            .metric = Metric::kInnerProduct,
            .dim = 64,
            .base = Read<float>(Folder() / "words" / "vectors.f32"),
            .queries = {},
            .nearest = {}};
  if (normalised) {
    for (size_t i = 0; i < data.rows(); ++i) {
      float* row = data.base.data() + i * data.dim;
      double norm = 0;
      for (uint32_t d = 0; d < data.dim; ++d) {
        norm += static_cast<double>(row[d]) * static_cast<double>(row[d]);
      }
      const auto factor = static_cast<float>(1.0 / std::sqrt(std::max(norm, 1e-30)));
      std::transform(row, row + data.dim, row, [&](float x) { return x * factor; });
    }
  }
  const size_t step = data.rows() / kQueries;
  for (size_t q = 0; q < kQueries; ++q) {
    const float* row = data.base.data() + q * step * data.dim;
    data.queries.insert(data.queries.end(), row, row + data.dim);
  }
  return data;
}

Data Clustered(uint32_t rows, uint32_t dim) {
  Data data{.name = "clustered-" + std::to_string(rows) + "x" + std::to_string(dim),
            .metric = Metric::kL2,
            .dim = dim,
            .base = {},
            .queries = {},
            .nearest = {}};
  Normal normal(42);
  // Clusters are flat in most directions, as embeddings are: each row is its centre plus a combination of few
  // directions of the cluster's own and a little noise.
  const uint32_t clusters = std::max(1U, rows / 1000U);
  constexpr uint32_t kDirections = 16;
  std::vector<float> centres(static_cast<size_t>(clusters) * dim);
  std::generate(centres.begin(), centres.end(), [&] { return normal(); });
  std::vector<float> directions(static_cast<size_t>(clusters) * kDirections * dim);
  std::generate(directions.begin(), directions.end(), [&] { return 0.25F * normal(); });
  const auto draw = [&](std::vector<float>& out, uint32_t count) {
    out.resize(static_cast<size_t>(count) * dim);
    for (uint32_t i = 0; i < count; ++i) {
      const size_t cluster = normal.Bits() % clusters;
      float* row = out.data() + static_cast<size_t>(i) * dim;
      std::copy_n(centres.data() + cluster * dim, dim, row);
      for (uint32_t direction = 0; direction < kDirections; ++direction) {
        const float weight = normal();
        const float* along = directions.data() + (cluster * kDirections + direction) * dim;
        for (uint32_t d = 0; d < dim; ++d) {
          row[d] += weight * along[d];
        }
      }
      for (uint32_t d = 0; d < dim; ++d) {
        row[d] += 0.1F * normal();
      }
    }
  };
  draw(data.base, rows);
  draw(data.queries, kQueries);
  return data;
}

Data ByName(const std::string& name, bool answered) {
  const std::string prefix = "clustered:";
  Data data;
  if (name == "sift") {
    data = SiftPhotos();
  } else if (name == "words" || name == "words-cosine") {
    data = Words(name == "words-cosine");
  } else if (const size_t x = name.find('x', prefix.size()); name.starts_with(prefix) && x != std::string::npos) {
    data = Clustered(static_cast<uint32_t>(std::stoul(name.substr(prefix.size()))),
                     static_cast<uint32_t>(std::stoul(name.substr(x + 1))));
  } else {
    throw std::runtime_error("Cannot run on data set '" + name + "' (sift, words, words-cosine, clustered:ROWSxDIM)");
  }
  if (answered && data.nearest.empty()) {
    Answer(data);
  }
  return data;
}

double Recall(const Data& data, const std::vector<uint32_t>& found) {
  size_t right = 0;
  for (size_t q = 0; q < data.query_count(); ++q) {
    const auto* exact = data.nearest.data() + q * data.k;
    for (size_t i = 0; i < data.k; ++i) {
      right += std::find(exact, exact + data.k, found[q * data.k + i]) != exact + data.k ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(data.query_count() * data.k);
}

}  // namespace bench
