#include "core/options.h"

namespace pomai::core {
namespace {

Status CheckRange(const char* name, uint64_t value, uint64_t least, uint64_t most) {
  if (value >= least && value <= most) {
    return {};
  }
  return {Code::kInvalidArgument, std::string("Cannot open a database: ") + name + " is " + std::to_string(value) +
                                      " (accepted: " + std::to_string(least) + " to " + std::to_string(most) + ")"};
}

}  // namespace

Status Validate(const Options& options) {
  if (options.path.empty()) {
    return {Code::kInvalidArgument, "Cannot open a database: path is empty (accepted: a directory)"};
  }
  POMAI_RETURN_IF_ERROR(CheckRange("dim", options.dim, 1, kMaxDim));
  if (options.index_kind == index::Kind::kGraph) {
    POMAI_RETURN_IF_ERROR(CheckRange("hnsw_m", options.m, 2, kMaxM));
    POMAI_RETURN_IF_ERROR(CheckRange("hnsw_ef_construction", options.ef_construction, 1, UINT32_MAX));
    POMAI_RETURN_IF_ERROR(CheckRange("hnsw_ef_search", options.ef_search, 1, UINT32_MAX));
  }
  return {};
}

}  // namespace pomai::core
