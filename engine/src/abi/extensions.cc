// The functions beyond the plain C ABI (pomai_x.h).
#include <algorithm>
#include <functional>

#include "abi/search_call.h"
#include "base/parallel.h"
#include "pomai/pomai_x.h"

namespace pomai::abi {
namespace {

Status ParamError(const std::string& what) { return {Code::kInvalidArgument, "Cannot search: the params' " + what}; }

// What `params` ask for; the ids stay the caller's.
Status ReadParams(const pomai_x_search_params_t& params, core::SearchRequest& request) {
  if (params.struct_size != sizeof(pomai_x_search_params_t)) {
    return ParamError("struct_size is " + std::to_string(params.struct_size) + " (accepted: 64)");
  }
  if (params.id_mode > POMAI_X_IDS_DENIED) {
    return ParamError("id_mode is " + std::to_string(params.id_mode) + " (accepted: 0 all, 1 allowed, 2 denied)");
  }
  if ((params.flags & ~uint32_t{POMAI_X_SEARCH_EXACT | POMAI_X_SEARCH_FLOAT32}) != 0) {
    return ParamError("flags are " + std::to_string(params.flags) +
                      " (accepted: 0, 1 for an exact search, 2 for one without codes)");
  }
  const std::string count = "id_count is " + std::to_string(params.id_count);
  if (params.id_mode == POMAI_X_IDS_ALL && (params.ids != nullptr || params.id_count != 0)) {
    return ParamError("id_mode is 0, and there are ids: " + count + " (accepted: none, or id_mode 1 or 2)");
  }
  if (params.ids == nullptr && params.id_count != 0) {
    return ParamError("ids are NULL, and " + count + " (accepted: ids, or a count of 0)");
  }
  if (params.id_count > SIZE_MAX / 2 / sizeof(uint64_t)) {
    return ParamError(count + " (accepted: what memory can hold)");
  }
  const std::span ids(params.ids, params.id_count);
  const auto unsorted = std::adjacent_find(ids.begin(), ids.end(), std::greater<>());
  if (unsorted != ids.end()) {
    return ParamError("ids are not in ascending order: " + std::to_string(*unsorted) + " stands before " +
                      std::to_string(*(unsorted + 1)) + " at place " + std::to_string(unsorted - ids.begin()));
  }
  request.filter = {static_cast<core::IdMode>(params.id_mode), ids};
  request.exact = (params.flags & POMAI_X_SEARCH_EXACT) != 0;
  request.exact_walk = (params.flags & POMAI_X_SEARCH_FLOAT32) != 0;
  return {};
}

Status Search(const core::Database& database, const pomai_query_t* queries, size_t n, pomai_x_search_params_t& params,
              pomai_search_results_t** out_results) {
  const core::Options& options = database.options();
  core::SearchRequest request;
  POMAI_RETURN_IF_ERROR(ReadParams(params, request));
  core::SearchCounters counters;
  if (n == 0) {
    *out_results = nullptr;
  } else {
    const auto batch = ReadQueries(queries, n, options.dim);
    if (!batch.ok()) {
      return batch.status();
    }
    const uint32_t named = Sooner(params.deadline_ms, batch.value().deadline_ms);
    request.ef = params.ef_search != 0 ? params.ef_search : options.ef_search;
    request.threads = ThreadCount(params.threads != 0 ? params.threads : options.search_threads);
    request.deadline = core::DeadlineIn(named != 0 ? named : options.deadline_ms);
    POMAI_RETURN_IF_ERROR(AnswerQueries(*database.view(), batch.value(), request, counters, out_results));
  }
  params.segments = counters.segments;
  params.distances = counters.index.distances;
  params.rows_scanned = counters.index.rows_scanned;
  return {};
}

}  // namespace
}  // namespace pomai::abi

using pomai::Status;

extern "C" {

void pomai_x_search_params_init(pomai_x_search_params_t* params) {
  if (params != nullptr) {
    *params = {};
    params->struct_size = sizeof *params;
  }
}

pomai_status_t* pomai_x_search_batch(pomai_db_t* db, const pomai_query_t* queries, size_t n,
                                     pomai_x_search_params_t* params, pomai_search_results_t** out_results) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(params);
    POMAI_REQUIRE(out_results);
    if (n != 0) {
      POMAI_REQUIRE(queries);
    }
    POMAI_RETURN_IF_ERROR(pomai::abi::CheckBatch("search a batch", n));
    return pomai::abi::Search(*db->database, queries, n, *params, out_results);
  });
}

pomai_status_t* pomai_x_exists_batch(pomai_db_t* db, const uint64_t* ids, size_t n, uint8_t* out_exists) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    if (n == 0) {
      return {};
    }
    POMAI_REQUIRE(ids);
    POMAI_REQUIRE(out_exists);
    POMAI_RETURN_IF_ERROR(pomai::abi::CheckBatch("look up a batch", n));
    std::vector<uint8_t> exists(n);
    POMAI_RETURN_IF_ERROR(db->database->FindAll({ids, n}, exists));
    std::copy(exists.begin(), exists.end(), out_exists);
    return {};
  });
}

pomai_status_t* pomai_x_get_batch(pomai_db_t* db, const uint64_t* ids, size_t n, float* out_vectors,
                                  uint8_t* out_exists) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    if (n == 0) {
      return {};
    }
    POMAI_REQUIRE(ids);
    POMAI_REQUIRE(out_vectors);
    POMAI_REQUIRE(out_exists);
    POMAI_RETURN_IF_ERROR(pomai::abi::CheckBatch("get a batch", n));
    return db->database->GetAll({ids, n}, {out_vectors, n * db->database->options().dim}, {out_exists, n});
  });
}

pomai_status_t* pomai_x_leave_unsynced(pomai_db_t* db) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    return db->database->LeaveUnsynced();
  });
}

}  // extern "C"
