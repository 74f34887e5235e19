#include "index/index.h"

#include "index/flat.h"

namespace pomai::index {

Result<Built> Build(const Matrix& rows, const BuildParams& params) {
  (void)rows;
  (void)params;
  return Built{};
}

Result<std::unique_ptr<Index>> Open(Kind kind, Metric metric, const Matrix& rows, const SectionSource& sections) {
  (void)sections;
  if (kind == Kind::kFlat || kind == Kind::kGraph || kind == Kind::kIvf) {
    return OpenFlat(metric, rows);
  }
  return Status(Code::kCorruption, "Cannot open a segment's index: its kind is " +
                                       std::to_string(static_cast<int>(kind)) + " (0 flat, 1 graph or 2 lists)");
}

}  // namespace pomai::index
