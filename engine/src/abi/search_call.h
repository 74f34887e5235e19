// What the batch searches of the C boundary share: queries read and checked, results handed out.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/handles.h"

namespace pomai::abi {

// A batch of queries as a client gave it.
struct QueryBatch {
  std::vector<const float*> vectors;
  uint32_t struct_size = 0;  // of one query
  uint32_t topk = 0;
  uint32_t deadline_ms = 0;  // the shortest of its queries; 0: none names one
};

// kInvalidArgument or kUnimplemented naming the first query of `n` that is not as the header says, for a database of
// `dim` dimensions. n is at least 1.
Result<QueryBatch> ReadQueries(const pomai_query_t* queries, size_t n, uint32_t dim);

// The shorter of two deadlines in milliseconds, of which 0 is none.
[[nodiscard]] inline uint32_t Sooner(uint32_t a, uint32_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

// Answers `batch` on `view` by `request`, whose queries and k are set here: k is no more than the rows that there can
// be, so that no room is made for more.
Status AnswerQueries(const core::View& view, const QueryBatch& batch, core::SearchRequest request,
                     core::SearchCounters& counters, pomai_search_results_t** out_results);

}  // namespace pomai::abi
