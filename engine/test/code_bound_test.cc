// What codes may rule out: never a row that is near enough, and most of those that are not.
#include "index/code_bound.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "index/space.h"
#include "test_data.h"

namespace {

using namespace test;
using index::CodeBound;
using index::CodeModel;
using index::Metric;

Vectors Scaled(Vectors vectors, float factor) {
  for (float& value : vectors.values) {
    value *= factor;
  }
  return vectors;
}

// Holds the limit of every row's distance against its code's; returns the share of rows that the tenth nearest rules
// out.
double CheckLimits(const Vectors& base, const Vectors& queries, Metric metric) {
  bool uneven = false;
  const CodeModel model = CodeModel::Train(base.matrix(), metric, 1, uneven);
  if (model.stride == 0) {
    return 0;  // no codes hold such rows
  }
  std::vector<uint8_t> codes(size_t{base.rows()} * model.stride);
  for (uint32_t i = 0; i < base.rows(); ++i) {
    model.Encode(base.row(i), codes.data() + size_t{i} * model.stride);
  }
  const auto space = index::Space::OfCodes(reinterpret_cast<const std::byte*>(codes.data()), model.stride, metric);
  const auto rows = index::Space::OfRows(base.values.data(), base.dim, metric);
  std::vector<uint8_t> target(model.stride);
  std::vector<float> distances(base.rows());
  uint64_t ruled_out = 0;
  for (uint32_t q = 0; q < queries.rows(); ++q) {
    const auto fit = model.EncodeQuery(queries.row(q), metric, target.data());
    const CodeBound bound(model, metric, fit);
    for (uint32_t i = 0; i < base.rows(); ++i) {
      distances[i] = rows.pair(queries.row(q), rows.at(i), rows.length);
      if (fit.unit == 0) {
        continue;  // no code: a zero query
      }
      const float coded = space.pair(target.data(), space.at(i), space.length);
      const float squares =
          index::Space::OfCodes(nullptr, 0, Metric::kInnerProduct).pair(space.at(i), space.at(i), space.length) * -1.0F;
      CHECK(coded <= bound.Limit(distances[i]));
      CHECK(coded <= bound.Limit(distances[i], squares));
    }
    std::vector<float> sorted = distances;
    std::nth_element(sorted.begin(), sorted.begin() + 9, sorted.end());
    for (uint32_t i = 0; i < base.rows(); ++i) {
      ruled_out += space.pair(target.data(), space.at(i), space.length) > bound.Limit(sorted[9]) ? 1 : 0;
    }
  }
  return static_cast<double>(ruled_out) / (static_cast<double>(base.rows()) * queries.rows());
}

TEST(NoRowThatIsNearEnoughIsRuledOut) {
  const uint32_t rows = kSanitized ? 300 : 2000;
  for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
    for (const uint32_t dim : {1U, 2U, 3U, 16U, 31U, 128U, 1000U}) {
      const Vectors base = RandomVectors(rows, dim, dim);
      const Vectors queries = RandomVectors(10, dim, dim + 1);
      CheckLimits(base, queries, metric);
      CheckLimits(base, Scaled(queries, 3.0F), metric);  // beyond the rows' range
      for (const float size : {1e-42F, 1e-30F, 1e-18F, 1e17F, 1e30F}) {
        CheckLimits(Scaled(base, size), Scaled(queries, size), metric);
      }
    }
    Vectors uneven = RandomVectors(rows, 33, 66);
    for (uint32_t i = 0; i < rows; ++i) {
      const float factor = i % 7 == 0 ? 30.0F : 0.1F;
      std::for_each_n(uneven.values.begin() + std::ptrdiff_t{i} * 33, 33, [&](float& value) { value *= factor; });
    }
    CheckLimits(uneven, RandomVectors(10, 33, 70), metric);
    Vectors whole = RandomVectors(rows, 24, 71, 20.0F);
    std::for_each(whole.values.begin(), whole.values.end(), [](float& value) { value = std::round(value); });
    CheckLimits(whole, whole, metric);
    CheckLimits(whole, RandomVectors(10, 24, 72, 20.0F), metric);
  }
}

TEST(MostOfWhatIsFarIsRuledOut) {
  const Vectors base = AroundCentres(2000, 64, 40, 73);
  Vectors queries = base;
  queries.Truncate(20);
  CHECK(CheckLimits(base, queries, Metric::kL2) > 0.9);
  CHECK(CheckLimits(base, queries, Metric::kInnerProduct) > 0.9);
}

}  // namespace
