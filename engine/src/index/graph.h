// The graph index: one flat graph of up to 2m links a node, built from all rows at once and walked on 8-bit codes, with
// the nearest re-ranked on the float32 rows.
//
// Equal rows are one node: copies would otherwise link to nothing but each other. The stored rows of a node stand
// together.
#pragma once

#include <memory>

#include "index/index.h"

namespace pomai::index {

Result<Built> BuildGraph(const Matrix& rows, const BuildParams& params);

Result<std::unique_ptr<Index>> OpenGraph(Metric metric, const Matrix& rows, const SectionSource& sections);

}  // namespace pomai::index
