#include "index/codes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernel/kernel.h"

namespace pomai::index {
namespace {

// Beyond this length a code uses half of its range, so that 32-bit sums of products cannot overflow.
constexpr uint32_t kFullRangeStride = 16384;
// Rows whose shortest norm is at least this share of the longest count as of one length.
constexpr float kEvenNorms = 0.98F;

constexpr size_t kGrain = 4096;  // rows a thread takes at a time

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What was seen of a range of rows.
struct Seen {
  std::vector<float> low;
  std::vector<float> high;
  bool integral = true;
  float longest = 0;  // squared
  float shortest = kInfinity;

  explicit Seen(uint32_t dim) : low(dim, kInfinity), high(dim, -kInfinity) {}

  void Add(const float* row, bool with_norm) {
    const size_t dim = low.size();
    for (size_t d = 0; d < dim; ++d) {
      low[d] = std::min(low[d], row[d]);
      high[d] = std::max(high[d], row[d]);
    }
    for (size_t d = 0; integral && d < dim; ++d) {
      integral = std::abs(row[d]) < 4194304.0F && row[d] == static_cast<float>(static_cast<int32_t>(row[d]));
    }
    if (with_norm) {
      const float norm = kernel::Active().dot(row, row, dim);
      longest = std::max(longest, norm);
      shortest = std::min(shortest, norm);
    }
  }

  void Merge(const Seen& other) {
    for (size_t d = 0; d < low.size(); ++d) {
      low[d] = std::min(low[d], other.low[d]);
      high[d] = std::max(high[d], other.high[d]);
    }
    integral = integral && other.integral;
    longest = std::max(longest, other.longest);
    shortest = std::min(shortest, other.shortest);
  }
};

uint8_t Nearest(float position, uint32_t levels) {
  return static_cast<uint8_t>(std::clamp(position, 0.0F, static_cast<float>(levels)) + 0.5F);
}

// The root of a sum of squares of which each lost a little.
float Rounded(float squares) { return std::sqrt(squares) * 1.003F + 0.01F; }

}  // namespace

CodeModel CodeModel::Train(const Matrix& rows, Metric metric, uint32_t threads, bool& uneven) {
  const bool inner_product = metric == Metric::kInnerProduct;
  std::vector<Seen> parts(WorkerCount(rows.rows, kGrain, threads), Seen(rows.dim));
  ParallelFor(rows.rows, kGrain, threads, [&](size_t begin, size_t end, uint32_t worker) {
    for (size_t i = begin; i < end; ++i) {
      parts[worker].Add(rows.row(static_cast<uint32_t>(i)), inner_product);
    }
  });
  for (size_t i = 1; i < parts.size(); ++i) {
    parts[0].Merge(parts[i]);
  }
  const Seen& seen = parts[0];
  // Norms that overflow are not known to be even.
  uneven = inner_product && !(std::isfinite(seen.longest) && seen.shortest >= kEvenNorms * kEvenNorms * seen.longest);

  CodeModel model;
  model.dim = rows.dim;
  const uint32_t stride = (rows.dim + 31U) / 32U * 32U;
  model.levels = stride > kFullRangeStride ? 127 : 255;
  float range = 0;
  for (uint32_t d = 0; d < rows.dim; ++d) {
    range = inner_product ? std::max({range, seen.high[d], -seen.low[d]}) : std::max(range, seen.high[d] - seen.low[d]);
  }
  if (inner_product) {
    const float steps = stride > kFullRangeStride ? 63.0F : 127.0F;
    model.levels = 255;
    model.scale = range > 0 ? range / steps : 1.0F;
    model.offsets.assign(rows.dim, -static_cast<float>(kZero) * model.scale);
  } else {
    model.lossless = seen.integral && range <= static_cast<float>(model.levels);
    model.scale = model.lossless || !(range > 0) ? 1.0F : range / static_cast<float>(model.levels);
    model.offsets = seen.low;
  }
  const bool fits = stride <= kMaxStride && std::isfinite(range) && std::isfinite(1.0F / model.scale) &&
                    std::isfinite(2.0F * static_cast<float>(kZero) * model.scale);
  model.stride = fits ? stride : 0;
  const float longest = std::sqrt(seen.longest) / model.scale;
  model.longest = inner_product && std::isfinite(longest) ? longest : 0;
  return model;
}

void CodeModel::Encode(const float* row, uint8_t* code) const {
  for (uint32_t d = 0; d < dim; ++d) {
    code[d] = Nearest((row[d] - offsets[d]) / scale, levels);
  }
  std::fill(code + dim, code + stride, kZero);
}

CodeModel::QueryCode CodeModel::EncodeQuery(const float* query, Metric metric, uint8_t* code) const {
  std::fill(code + dim, code + stride, kZero);
  if (metric == Metric::kInnerProduct) {
    float range = 0;
    for (uint32_t d = 0; d < dim; ++d) {
      range = std::max(range, std::abs(query[d]));
    }
    const float factor = (dim > kFullRangeStride ? 63.0F : 127.0F) / range;
    if (!std::isfinite(factor)) {
      return {};
    }
    float error = 0;
    float squares = 0;
    for (uint32_t d = 0; d < dim; ++d) {
      const float position = query[d] * factor + static_cast<float>(kZero);
      code[d] = Nearest(position, 255);
      const float rest = position - static_cast<float>(code[d]);
      error += rest * rest;
      squares += query[d] * factor * (query[d] * factor);
    }
    return {QueryFit::kNear, scale / factor, Rounded(error), Rounded(squares)};
  }
  float error = 0;  // squared, in code units
  for (uint32_t d = 0; d < dim; ++d) {
    const float position = (query[d] - offsets[d]) / scale;
    code[d] = Nearest(position, levels);
    const float rest = position - static_cast<float>(code[d]);
    error += rest * rest;
  }
  const float unit = scale * scale;
  if (lossless && error == 0) {
    return {QueryFit::kExact, unit, 0, 0};
  }
  // Rounding leaves 1/12 a component; what is far above it was cut off at the ends of the range.
  const auto range = static_cast<float>(levels);
  return {error <= range * range + static_cast<float>(dim) ? QueryFit::kNear : QueryFit::kOutside, unit, Rounded(error),
          0};
}

}  // namespace pomai::index
