// The plain searches of the C ABI.
#include <cstdlib>

#include "abi/search_call.h"
#include "base/parallel.h"

namespace pomai::abi {
namespace {

Status Search(const core::Database& database, const pomai_query_t* queries, size_t n,
              pomai_search_results_t** out_results) {
  const core::Options& options = database.options();
  const auto batch = ReadQueries(queries, n, options.dim);
  if (!batch.ok()) {
    return batch.status();
  }
  const uint32_t named = batch.value().deadline_ms;
  core::SearchRequest request;
  request.ef = options.ef_search;
  request.threads = ThreadCount(options.search_threads);
  request.deadline = core::DeadlineIn(named != 0 ? named : options.deadline_ms);
  core::SearchCounters counters;
  return AnswerQueries(*database.view(), batch.value(), request, counters, out_results);
}

}  // namespace
}  // namespace pomai::abi

using pomai::Status;

extern "C" {

pomai_status_t* pomai_search(pomai_db_t* db, const pomai_query_t* query, pomai_search_results_t** out_results) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(query);
    POMAI_REQUIRE(out_results);
    return pomai::abi::Search(*db->database, query, 1, out_results);
  });
}

void pomai_search_results_free(pomai_search_results_t* results) { std::free(results); }

pomai_status_t* pomai_search_batch(pomai_db_t* db, const pomai_query_t* queries, size_t n,
                                   pomai_search_results_t** out_results) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(out_results);
    if (n == 0) {
      *out_results = nullptr;
      return {};
    }
    POMAI_REQUIRE(queries);
    POMAI_RETURN_IF_ERROR(pomai::abi::CheckBatch("search a batch", n));
    return pomai::abi::Search(*db->database, queries, n, out_results);
  });
}

void pomai_search_batch_free(pomai_search_results_t* results, size_t /*n*/) { std::free(results); }

}  // extern "C"
