/*
 * PomaiDB: an embedded vector database behind a C ABI.
 *
 * Conventions, which hold for every function below:
 *
 *  1. Errors. A function that can fail returns a pomai_status_t*: NULL is success, anything else names the failure and
 *     is freed by the caller with pomai_status_free. No function throws, exits, aborts or prints.
 *  2. Failed calls change nothing: a batch is applied as a whole or not at all, outputs are written on success only.
 *     pomai_close is the one exception: it frees the handle whatever it returns.
 *  3. Ownership. What the caller passes in is read during the call and never kept. What a call hands out belongs to the
 *     caller and is freed by the function named beside it; every free function accepts NULL.
 *  4. Nullability. A pointer argument may be NULL only where its comment says so; elsewhere NULL is
 *     POMAI_STATUS_INVALID_ARGUMENT (or, in functions without a status, a call without effect).
 *  5. Sized structs. The first field of a struct is its size in bytes as the caller knows it. The init functions write
 *     it; in other structs the caller does. A size of zero, or one that is too small, is
 *     POMAI_STATUS_INVALID_ARGUMENT. Structs the library fills have the size it wrote.
 *  6. Threads. Any number of threads may use one handle at once; writers take turns, searches never wait for a freeze.
 *     A handle must not be closed while a call on it is under way. Iterators and other results belong to one thread at
 *     a time.
 *  7. Handles. A directory has many readers or one writer, across handles, threads and processes. A handle starts as a
 *     reader and becomes the writer with its first put, delete or freeze that has something to write; that call fails
 *     with POMAI_STATUS_IO_ERROR while any other handle has the directory open, and so does opening a directory that
 *     has a writer. A directory that cannot be written to opens for reading.
 *  8. Visibility. pomai_get, pomai_exists, pomai_scan and snapshots see a write at once. Searches see frozen rows only:
 *     a put, a replacement and a delete all count for them from the next pomai_freeze on.
 *  9. Durability. What is frozen survives a crash of the process or the machine. What is not frozen survives if the
 *     handle was opened with fsync_policy 1 (the call returns when the write is on disk), and is lost otherwise.
 * 10. Ids are any 64-bit number. Vectors are `dim` finite floats. Scores: higher is better; the dot product, or minus
 *     the squared distance. Equal scores stand in the order of their ids.
 */
#ifndef POMAI_POMAI_C_H_
#define POMAI_POMAI_C_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define POMAI_API __attribute__((visibility("default")))
#else
#define POMAI_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pomai_db_t pomai_db_t;
typedef struct pomai_status_t pomai_status_t;
typedef struct pomai_snapshot_t pomai_snapshot_t;
typedef struct pomai_iter_t pomai_iter_t;

enum {
  POMAI_STATUS_OK = 0,
  POMAI_STATUS_INVALID_ARGUMENT = 1,
  POMAI_STATUS_NOT_FOUND = 2,
  POMAI_STATUS_ALREADY_EXISTS = 3,
  POMAI_STATUS_IO_ERROR = 4,
  POMAI_STATUS_CORRUPTION = 5,
  POMAI_STATUS_RESOURCE_EXHAUSTED = 6,
  POMAI_STATUS_DEADLINE_EXCEEDED = 7,
  POMAI_STATUS_INTERNAL = 8,
  POMAI_STATUS_UNIMPLEMENTED = 9,
  POMAI_STATUS_PARTIAL_FAILURE = 10
};

enum { POMAI_FSYNC_NEVER = 0, POMAI_FSYNC_ALWAYS = 1 };
enum { POMAI_INDEX_IVF = 0, POMAI_INDEX_HNSW = 1 };
enum { POMAI_METRIC_L2 = 0, POMAI_METRIC_INNER_PRODUCT = 1 };

/* How to open a directory. Dimension and metric are fixed when the first row is written; the other values may differ
 * from one opening to the next and count for what is frozen or searched from then on. */
typedef struct pomai_options_t {
  uint32_t struct_size;
  const char* path;              /* directory, made if absent, with its parents */
  uint32_t shards;               /* at least 1; accepted for clients that set it: this engine keeps a directory whole */
  uint32_t dim;                  /* 1 to 65536 */
  uint32_t search_threads;       /* threads of a search batch or a freeze, never more than 1024; 0: all cores */
  uint32_t fsync_policy;         /* POMAI_FSYNC_ */
  uint64_t memory_budget_bytes;  /* for rows not yet frozen and for freezing them, but for some 4 MiB and what each
                                  * thread needs: a put or delete beyond it, and a freeze that would need a second copy
                                  * of the rows because a snapshot holds them, is RESOURCE_EXHAUSTED; 0: no bound */
  uint32_t deadline_ms;          /* for searches and scans that name none; 0: none */
  uint8_t index_type;            /* POMAI_INDEX_ */
  uint32_t hnsw_m;               /* 2 to 512: links a node, twice as many at the base */
  uint32_t hnsw_ef_construction; /* at least 1 */
  uint32_t hnsw_ef_search;       /* at least 1: candidates a search keeps; below topk it counts as topk */
  uint32_t adaptive_threshold;   /* a segment with fewer rows is searched exactly */
  uint8_t metric;                /* POMAI_METRIC_ */
} pomai_options_t;

typedef struct pomai_upsert_t {
  uint32_t struct_size;
  uint64_t id;
  const float* vector;
  uint32_t dim;
  const uint8_t* metadata; /* may be NULL where metadata_len is 0 */
  uint32_t metadata_len;
} pomai_upsert_t;

/* The queries of one batch share struct_size, dim and topk. Queries of 104 bytes, as later releases have them, are
 * accepted if all that lies between filter_expression and their alpha is zero; their results are 88 bytes each. */
typedef struct pomai_query_t {
  uint32_t struct_size;
  const float* vector;
  uint32_t dim;
  uint32_t topk;                 /* at least 1; beyond the number of rows it brings all of them */
  const char* filter_expression; /* NULL or empty: any other is refused with POMAI_STATUS_UNIMPLEMENTED */
  float alpha;                   /* ignored */
  uint32_t deadline_ms;          /* for the whole batch, the shortest of its queries; 0: as the options say */
  uint32_t flags;                /* ignored */
} pomai_query_t;

typedef struct pomai_search_results_t {
  uint32_t struct_size;
  size_t count;
  uint64_t* ids;
  float* scores;
  uint32_t* shard_ids;      /* all 0 */
  void* zero_copy_pointers; /* always NULL */
} pomai_search_results_t;

typedef struct pomai_record_t {
  uint32_t struct_size;
  uint64_t id;
  uint32_t dim;
  const float* vector;
  const uint8_t* metadata; /* NULL where there is none */
  uint32_t metadata_len;
  bool is_deleted; /* always false: deleted rows are not handed out */
} pomai_record_t;

typedef pomai_record_t pomai_record_view_t;

typedef struct pomai_scan_options_t {
  uint32_t struct_size;
  uint64_t start_id;
  bool has_start_id;    /* begin at the first id not below start_id */
  uint32_t deadline_ms; /* from pomai_scan to the last pomai_iter_next; 0: as the options of the handle say */
} pomai_scan_options_t;

/* --- Version and status --- */

POMAI_API uint32_t pomai_abi_version(void); /* major << 16 | minor << 8 | patch */
POMAI_API const char* pomai_version_string(void);

POMAI_API int pomai_status_code(const pomai_status_t* status);            /* NULL: POMAI_STATUS_OK */
POMAI_API const char* pomai_status_message(const pomai_status_t* status); /* NULL: "OK"; lives as long as the status */
POMAI_API void pomai_status_free(pomai_status_t* status);

/* --- Life of a handle --- */

POMAI_API void pomai_options_init(pomai_options_t* options);
POMAI_API pomai_status_t* pomai_open(const pomai_options_t* options, pomai_db_t** out_db);
POMAI_API pomai_status_t* pomai_close(pomai_db_t* db); /* NULL: no effect, success */

/* --- Writing --- */

POMAI_API pomai_status_t* pomai_put(pomai_db_t* db, const pomai_upsert_t* item);
/* Inserts or replaces n rows by id; of rows with the same id the last wins. `items` may be NULL where n is 0. Here
 * and in pomai_search_batch n is at most 4294967280. */
POMAI_API pomai_status_t* pomai_put_batch(pomai_db_t* db, const pomai_upsert_t* items, size_t n);
/* Succeeds whether or not there is a row with this id. */
POMAI_API pomai_status_t* pomai_delete(pomai_db_t* db, uint64_t id);
/* Makes everything written so far one immutable segment, index included: durable, and visible to searches. Writes
 * nothing where nothing is new. Where the disk fails in the last step of all, the handle takes no more writes: opened
 * again, the directory has all of them. */
POMAI_API pomai_status_t* pomai_freeze(pomai_db_t* db);

/* --- Reading --- */

/* Freed with pomai_record_free. POMAI_STATUS_NOT_FOUND where there is no such row. */
POMAI_API pomai_status_t* pomai_get(pomai_db_t* db, uint64_t id, pomai_record_t** out_record);
POMAI_API void pomai_record_free(pomai_record_t* record);
POMAI_API pomai_status_t* pomai_exists(pomai_db_t* db, uint64_t id, bool* out_exists);

/* Freed with pomai_search_results_free. */
POMAI_API pomai_status_t* pomai_search(pomai_db_t* db, const pomai_query_t* query,
                                       pomai_search_results_t** out_results);
POMAI_API void pomai_search_results_free(pomai_search_results_t* results);
/* *out_results is one array of n results, in the order of the queries, freed with pomai_search_batch_free(array, n); it
 * is NULL where n is 0, and `queries` may be NULL then. */
POMAI_API pomai_status_t* pomai_search_batch(pomai_db_t* db, const pomai_query_t* queries, size_t n,
                                             pomai_search_results_t** out_results);
POMAI_API void pomai_search_batch_free(pomai_search_results_t* results, size_t n);

/* A snapshot is the state of the database at the time of the call; writes do not change it. It may outlive the handle.
 * Freed with pomai_snapshot_free. */
POMAI_API pomai_status_t* pomai_get_snapshot(pomai_db_t* db, pomai_snapshot_t** out_snapshot);
POMAI_API void pomai_snapshot_free(pomai_snapshot_t* snapshot);

POMAI_API void pomai_scan_options_init(pomai_scan_options_t* options);
/* Walks all rows by ascending id. `options` may be NULL (the defaults), `snapshot` too (the state of now). The iterator
 * stands on the first row, is freed with pomai_iter_free, and may outlive both the snapshot and the handle. */
POMAI_API pomai_status_t* pomai_scan(pomai_db_t* db, const pomai_scan_options_t* options,
                                     const pomai_snapshot_t* snapshot, pomai_iter_t** out_iter);
POMAI_API bool pomai_iter_valid(const pomai_iter_t* iter); /* false behind the last row, and after a failure */
POMAI_API void pomai_iter_next(pomai_iter_t* iter);
POMAI_API pomai_status_t* pomai_iter_status(const pomai_iter_t* iter); /* why the walk ended early; NULL: it did not */
/* Fills *out_view, struct_size included (it is not read); its pointers hold until the next call of pomai_iter_next or
 * pomai_iter_free. */
POMAI_API pomai_status_t* pomai_iter_get_record(const pomai_iter_t* iter, pomai_record_view_t* out_view);
POMAI_API void pomai_iter_free(pomai_iter_t* iter);

/* Frees memory from this library that has no free function of its own. */
POMAI_API void pomai_free(void* memory);

#ifdef __cplusplus
}
#endif

#endif /* POMAI_POMAI_C_H_ */
