// Queries in, hits out.
#include "abi/search_call.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace pomai::abi {
namespace {

constexpr uint32_t kQueryA = sizeof(pomai_query_t);
constexpr uint32_t kQueryBC = 104;
constexpr size_t kStrideA = sizeof(pomai_search_results_t);
constexpr size_t kStrideC = 88;

// A query of either size, in the fields that both have.
struct Query {
  const float* vector = nullptr;
  uint32_t dim = 0;
  uint32_t topk = 0;
  const char* filter = nullptr;
  uint32_t deadline_ms = 0;
};

Status QueryError(size_t i, Code code, const std::string& what) {
  return {code, "Cannot search: query " + std::to_string(i) + " of the batch " + what};
}

Status ReadQuery(const std::byte* at, uint32_t size, size_t i, Query& query) {
  static constexpr size_t kDeadlineA = offsetof(pomai_query_t, deadline_ms);
  static constexpr size_t kBeginOfNewFieldsBC = 32;
  static constexpr size_t kAlphaBC = 88;
  static constexpr size_t kDeadlineBC = 92;
  pomai_query_t common{};
  std::memcpy(&common, at, offsetof(pomai_query_t, alpha));
  if (common.struct_size != size) {
    return QueryError(i, Code::kInvalidArgument,
                      "has struct_size " + std::to_string(common.struct_size) + " (the first has " +
                          std::to_string(size) + "; accepted: 48 or 104, the same in all)");
  }
  query = {common.vector, common.dim, common.topk, common.filter_expression, 0};
  std::memcpy(&query.deadline_ms, at + (size == kQueryA ? kDeadlineA : kDeadlineBC), sizeof query.deadline_ms);
  if (size == kQueryBC &&
      std::any_of(at + kBeginOfNewFieldsBC, at + kAlphaBC, [](std::byte byte) { return byte != std::byte{0}; })) {
    return QueryError(
        i, Code::kUnimplemented,
        "sets a field between filter_expression and alpha (accepted: zero; this engine has none of them)");
  }
  return {};
}

Status CheckQuery(const Query& query, const Query& first, size_t i, uint32_t dim) {
  if (query.vector == nullptr) {
    return QueryError(i, Code::kInvalidArgument, "has no vector: it is NULL");
  }
  if (query.dim != dim) {
    return QueryError(
        i, Code::kInvalidArgument,
        "has " + std::to_string(query.dim) + " dimensions (the database has " + std::to_string(dim) + ")");
  }
  if (query.topk == 0 || query.topk != first.topk) {
    return QueryError(i, Code::kInvalidArgument,
                      "has topk " + std::to_string(query.topk) + " (accepted: 1 or more, the same in all)");
  }
  if (query.filter != nullptr && *query.filter != '\0') {
    return QueryError(i, Code::kUnimplemented,
                      std::string("has the filter_expression \"") + query.filter + "\" (accepted: none)");
  }
  const size_t bad = FirstNotFinite(query.vector, dim);
  if (bad != dim) {
    return QueryError(i, Code::kInvalidArgument, "is NaN or infinite in component " + std::to_string(bad));
  }
  return {};
}

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// All results of a batch in one block: n result structs, then their ids, scores and shard ids, k places a query. One
// free returns it, whatever the stride.
class ResultBlock {
 public:
  ResultBlock(size_t n, size_t stride, size_t k) : n_(n), stride_(stride), k_(k) {
    const size_t hits = k == 0 || n <= SIZE_MAX / k ? n * k : SIZE_MAX;
    static constexpr size_t kHitBytes = sizeof(uint64_t) + sizeof(float) + sizeof(uint32_t);
    if (hits > (SIZE_MAX / 2 - n * stride) / kHitBytes) {
      throw std::bad_alloc();
    }
    // Zeroed, and so no page of a wide batch is touched before it has hits to hold.
    block_.reset(std::calloc(1, n * stride + hits * kHitBytes));
    if (!block_) {
      throw std::bad_alloc();
    }
    auto* at = static_cast<std::byte*>(block_.get()) + n * stride;
    ids_ = {reinterpret_cast<uint64_t*>(at), hits};
    scores_ = {reinterpret_cast<float*>(at + ids_.size_bytes()), hits};
    shard_ids_ = {reinterpret_cast<uint32_t*>(at + ids_.size_bytes() + scores_.size_bytes()), hits};
  }

  [[nodiscard]] std::span<uint64_t> ids() const { return ids_; }
  [[nodiscard]] std::span<float> scores() const { return scores_; }

  pomai_search_results_t* Release(std::span<const size_t> counts) {
    auto* const structs = static_cast<std::byte*>(block_.get());
    for (size_t i = 0; i < n_; ++i) {
      pomai_search_results_t result{};
      result.struct_size = static_cast<uint32_t>(stride_);
      result.count = counts[i];
      result.ids = ids_.data() + i * k_;
      result.scores = scores_.data() + i * k_;
      result.shard_ids = shard_ids_.data() + i * k_;
      std::memcpy(structs + i * stride_, &result, sizeof result);
    }
    return static_cast<pomai_search_results_t*>(block_.release());
  }

 private:
  size_t n_;
  size_t stride_;
  size_t k_;
  std::unique_ptr<void, Free> block_;
  std::span<uint64_t> ids_;
  std::span<float> scores_;
  std::span<uint32_t> shard_ids_;
};

}  // namespace

Result<QueryBatch> ReadQueries(const pomai_query_t* queries, size_t n, uint32_t dim) {
  QueryBatch batch;
  batch.struct_size = queries->struct_size;
  const uint32_t size = batch.struct_size;
  if (size != kQueryA && size != kQueryBC) {
    return QueryError(0, Code::kInvalidArgument, "has struct_size " + std::to_string(size) + " (accepted: 48 or 104)");
  }
  const auto* const bytes = reinterpret_cast<const std::byte*>(queries);
  batch.vectors.reserve(n);
  Query first;
  for (size_t i = 0; i < n; ++i) {
    Query query;
    POMAI_RETURN_IF_ERROR(ReadQuery(bytes + i * size, size, i, query));
    if (i == 0) {
      first = query;
    }
    POMAI_RETURN_IF_ERROR(CheckQuery(query, first, i, dim));
    batch.vectors.push_back(query.vector);
    batch.deadline_ms = Sooner(batch.deadline_ms, query.deadline_ms);
  }
  batch.topk = first.topk;
  return batch;
}

Status AnswerQueries(const core::View& view, const QueryBatch& batch, core::SearchRequest request,
                     core::SearchCounters& counters, pomai_search_results_t** out_results) {
  const size_t n = batch.vectors.size();
  uint64_t rows = view.rows();
  if (request.filter.mode == core::IdMode::kAllowed) {
    rows = std::min<uint64_t>(rows, request.filter.ids.size());
  }
  request.queries = batch.vectors;
  request.k = static_cast<uint32_t>(std::min<uint64_t>(batch.topk, rows));
  ResultBlock block(n, batch.struct_size == kQueryA ? kStrideA : kStrideC, request.k);
  std::vector<size_t> counts(n);
  if (request.k != 0) {
    POMAI_RETURN_IF_ERROR(core::Search(view, request, {counts, block.ids(), block.scores()}, counters));
  }
  *out_results = block.Release(counts);
  return {};
}

}  // namespace pomai::abi
