/*
 * Extensions of this engine to the PomaiDB C ABI. Other builds of libpomai_c do not have them: a client looks each
 * function up by its name, once, and does without where it is not there. The conventions of pomai_c.h hold.
 */
#ifndef POMAI_POMAI_X_H_
#define POMAI_POMAI_X_H_

#include "pomai/pomai_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the ids of a search mean. */
enum { POMAI_X_IDS_ALL = 0, POMAI_X_IDS_ALLOWED = 1, POMAI_X_IDS_DENIED = 2 };

/* Flags of a search. */
enum {
  POMAI_X_SEARCH_EXACT = 1,  /* compare every row that may be returned, without an index */
  POMAI_X_SEARCH_FLOAT32 = 2 /* search graphs on the float32 vectors, not on their 8-bit codes: slower; for data whose
                                neighbours the codes cannot tell, where the engine has not seen that by itself */
};

/* How one call searches, and what it did. struct_size is exactly 64. */
typedef struct pomai_x_search_params_t {
  uint32_t struct_size;
  uint32_t ef_search;   /* as hnsw_ef_search, for this call; 0: as the handle was opened */
  uint32_t threads;     /* as search_threads, for this call; 0: as the handle was opened */
  uint32_t deadline_ms; /* for the whole batch, beside the queries' own; 0: as they, or the handle's options, say */
  uint32_t id_mode;     /* POMAI_X_IDS_: ALL with no ids, ALLOWED finds rows of these ids only, DENIED none of them */
  uint32_t flags;       /* POMAI_X_SEARCH_, or 0 */
  const uint64_t* ids;  /* ascending; an id may repeat, and need not be in the database. NULL where id_count is 0 */
  size_t id_count;
  /* Written by a call that succeeds, over all its queries; not read. */
  uint64_t segments;     /* segments with at least one row that could be returned */
  uint64_t distances;    /* distances computed, of codes, rows and centroids */
  uint64_t rows_scanned; /* rows compared one after the other rather than met on a walk through a graph */
} pomai_x_search_params_t;

POMAI_API void pomai_x_search_params_init(pomai_x_search_params_t* params);

/* As pomai_search_batch, with params of this call; the results have the same structs and are freed the same way. Each
 * query gets the best min(topk, n) of the n rows that may be returned. Of unsorted ids, unknown modes and unknown flags
 * nothing is searched: POMAI_STATUS_INVALID_ARGUMENT. */
POMAI_API pomai_status_t* pomai_x_search_batch(pomai_db_t* db, const pomai_query_t* queries, size_t n,
                                               pomai_x_search_params_t* params, pomai_search_results_t** out_results);

/* As pomai_exists for each of n ids, in any order and all at one moment: out_exists[i] becomes 1 where there is a row
 * of ids[i], else 0. Both may be NULL where n is 0. Ascending ids are looked up faster. */
POMAI_API pomai_status_t* pomai_x_exists_batch(pomai_db_t* db, const uint64_t* ids, size_t n, uint8_t* out_exists);

/* As pomai_get for each of n ids, in any order, without metadata: out_exists[i] becomes 1 where there is a row of
 * ids[i], and its vector stands at out_vectors + i * dim, else 0, and nothing is written there. out_vectors has n * dim
 * floats. All may be NULL where n is 0. What the call has written when it fails is not said. */
POMAI_API pomai_status_t* pomai_x_get_batch(pomai_db_t* db, const uint64_t* ids, size_t n, float* out_vectors,
                                            uint8_t* out_exists);

/* For a directory that does not have to last, as where its files are about to be copied elsewhere: from now on this
 * handle forces nothing to the disk, which is most of the time that a freeze of few rows takes. A crash of the process
 * costs no frozen row as before; a power failure may cost the database, whatever is done to it by other handles later.
 * With fsync "always": POMAI_STATUS_INVALID_ARGUMENT. */
POMAI_API pomai_status_t* pomai_x_leave_unsynced(pomai_db_t* db);

#ifdef __cplusplus
}
#endif

#endif /* POMAI_POMAI_X_H_ */
