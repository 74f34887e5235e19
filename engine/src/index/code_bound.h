// Which codes rule a row out: what rounding can have done to a distance, at most.
#pragma once

#include "index/codes.h"

namespace pomai::index {

// Of one query. Distances are those of the codes' space (squared L2, or minus the dot product), and rows are those that
// the model was trained with.
class CodeBound {
 public:
  CodeBound(const CodeModel& model, Metric metric, const CodeModel::QueryCode& query);

  // A code distance beyond which every row is farther from the query than `distance`, as the float32 kernels measure
  // it. Infinite where there is none.
  [[nodiscard]] float Limit(float distance) const;
  // The same for a code of this squared norm, which matters with inner product only: nearer than Limit(distance).
  [[nodiscard]] float Limit(float distance, float squares) const;

 private:
  [[nodiscard]] double LimitOfNorm(float distance, double norm) const;

  Metric metric_;
  double unit_;
  double dim_;
  double row_error_;    // the most that lies between a row and its code
  double query_error_;  // and between the query and its code
  double query_norm_;
  double most_norm_;  // of a code; with inner product only
};

}  // namespace pomai::index
