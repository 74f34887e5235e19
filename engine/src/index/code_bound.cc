#include "index/code_bound.h"

#include <cmath>
#include <limits>

namespace pomai::index {
namespace {

// Half a step, and what the arithmetic that finds a code's place loses.
constexpr double kRounding = 0.5 + 1e-3;
// The most by which one operation on float32 changes its result; the sums have at most as many as there are components,
// and few around them.
constexpr double kEpsilon = 1.2e-7;
constexpr double kOtherSteps = 32;

float Up(double value) {
  const auto nearest = static_cast<float>(value);
  return value == value ? std::nextafter(nearest, std::numeric_limits<float>::infinity())
                        : std::numeric_limits<float>::infinity();
}

}  // namespace

CodeBound::CodeBound(const CodeModel& model, Metric metric, const CodeModel::QueryCode& query)
    : metric_(metric),
      unit_(query.unit),
      dim_(model.dim),
      row_error_(model.lossless ? 0.0 : kRounding * std::sqrt(static_cast<double>(model.dim))),
      query_error_(query.error),
      query_norm_(query.norm),
      most_norm_(model.longest > 0 ? model.longest * (1 + kEpsilon * (dim_ + kOtherSteps)) + row_error_
                                   : CodeModel::kZero * std::sqrt(dim_)) {}

float CodeBound::Limit(float distance) const { return Up(LimitOfNorm(distance, most_norm_)); }

float CodeBound::Limit(float distance, float squares) const { return Up(LimitOfNorm(distance, std::sqrt(squares))); }

double CodeBound::LimitOfNorm(float distance, double norm) const {
  // Where float32 overflows or underflows, distances are not in proportion to those of the codes.
  if (!std::isfinite(distance) || !std::isfinite(unit_) || unit_ < std::numeric_limits<float>::min()) {
    return std::numeric_limits<double>::infinity();
  }
  const double relative = kEpsilon * (dim_ + kOtherSteps);
  if (metric_ == Metric::kL2) {
    // The triangle inequality: code to code is at most as far as row to query and both errors together.
    const double reach = std::sqrt(distance / unit_ * (1 + relative)) + row_error_ + query_error_;
    return reach * reach * (1 + kEpsilon);
  }
  // (code + row's error) * (code of the query + its error), by Cauchy and Schwarz.
  const double error = norm * query_error_ + row_error_ * query_norm_;
  return distance / unit_ + error + relative * (norm + row_error_) * query_norm_;
}

}  // namespace pomai::index
