// The C structs stand where clients compiled years ago look for them.
#pragma once

#include <cstddef>

#include "pomai/pomai_c.h"
#include "pomai/pomai_x.h"

namespace pomai::abi {

static_assert(sizeof(void*) == 8 && sizeof(size_t) == 8, "the ABI is defined for 64-bit machines");

static_assert(sizeof(pomai_options_t) == 72);
static_assert(offsetof(pomai_options_t, path) == 8);
static_assert(offsetof(pomai_options_t, shards) == 16);
static_assert(offsetof(pomai_options_t, dim) == 20);
static_assert(offsetof(pomai_options_t, search_threads) == 24);
static_assert(offsetof(pomai_options_t, fsync_policy) == 28);
static_assert(offsetof(pomai_options_t, memory_budget_bytes) == 32);
static_assert(offsetof(pomai_options_t, deadline_ms) == 40);
static_assert(offsetof(pomai_options_t, index_type) == 44);
static_assert(offsetof(pomai_options_t, hnsw_m) == 48);
static_assert(offsetof(pomai_options_t, hnsw_ef_construction) == 52);
static_assert(offsetof(pomai_options_t, hnsw_ef_search) == 56);
static_assert(offsetof(pomai_options_t, adaptive_threshold) == 60);
static_assert(offsetof(pomai_options_t, metric) == 64);

static_assert(sizeof(pomai_upsert_t) == 48);
static_assert(offsetof(pomai_upsert_t, id) == 8);
static_assert(offsetof(pomai_upsert_t, vector) == 16);
static_assert(offsetof(pomai_upsert_t, dim) == 24);
static_assert(offsetof(pomai_upsert_t, metadata) == 32);
static_assert(offsetof(pomai_upsert_t, metadata_len) == 40);

static_assert(sizeof(pomai_query_t) == 48);
static_assert(offsetof(pomai_query_t, vector) == 8);
static_assert(offsetof(pomai_query_t, dim) == 16);
static_assert(offsetof(pomai_query_t, topk) == 20);
static_assert(offsetof(pomai_query_t, filter_expression) == 24);
static_assert(offsetof(pomai_query_t, alpha) == 32);
static_assert(offsetof(pomai_query_t, deadline_ms) == 36);
static_assert(offsetof(pomai_query_t, flags) == 40);

static_assert(sizeof(pomai_search_results_t) == 48);
static_assert(offsetof(pomai_search_results_t, count) == 8);
static_assert(offsetof(pomai_search_results_t, ids) == 16);
static_assert(offsetof(pomai_search_results_t, scores) == 24);
static_assert(offsetof(pomai_search_results_t, shard_ids) == 32);
static_assert(offsetof(pomai_search_results_t, zero_copy_pointers) == 40);

static_assert(sizeof(pomai_record_t) == 48);
static_assert(offsetof(pomai_record_t, id) == 8);
static_assert(offsetof(pomai_record_t, dim) == 16);
static_assert(offsetof(pomai_record_t, vector) == 24);
static_assert(offsetof(pomai_record_t, metadata) == 32);
static_assert(offsetof(pomai_record_t, metadata_len) == 40);
static_assert(offsetof(pomai_record_t, is_deleted) == 44);

static_assert(sizeof(pomai_scan_options_t) == 24);
static_assert(offsetof(pomai_scan_options_t, start_id) == 8);
static_assert(offsetof(pomai_scan_options_t, has_start_id) == 16);
static_assert(offsetof(pomai_scan_options_t, deadline_ms) == 20);

static_assert(sizeof(pomai_x_search_params_t) == 64);
static_assert(offsetof(pomai_x_search_params_t, ef_search) == 4);
static_assert(offsetof(pomai_x_search_params_t, threads) == 8);
static_assert(offsetof(pomai_x_search_params_t, deadline_ms) == 12);
static_assert(offsetof(pomai_x_search_params_t, id_mode) == 16);
static_assert(offsetof(pomai_x_search_params_t, flags) == 20);
static_assert(offsetof(pomai_x_search_params_t, ids) == 24);
static_assert(offsetof(pomai_x_search_params_t, id_count) == 32);
static_assert(offsetof(pomai_x_search_params_t, segments) == 40);
static_assert(offsetof(pomai_x_search_params_t, distances) == 48);
static_assert(offsetof(pomai_x_search_params_t, rows_scanned) == 56);

}  // namespace pomai::abi
