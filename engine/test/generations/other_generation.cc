// The C ABI with the struct sizes of another generation, translated to the engine of this build (generation A), which
// is opened by its path so that both libraries' symbols stay apart. Compile definitions choose the sizes and a fault:
//   OPTIONS_SIZE, RESULTS_SIZE           the generation (PROTOCOL: B 112 and 72, C 128 and 88; queries are 104 in both)
//   RESULTS_SIZE_WRITTEN, EXTRA_HITS     results that claim another size, or more hits than there are
//   STATUS_CODE                          the number of every failure
//   WITHOUT_FREEZE, WITHOUT_HANDLE       no such function; success without a handle
// Fields that only later generations have hold kLater, so that a client which touches them or walks at another stride
// is found out. pomai_test_live counts what was handed out and not freed.
#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "pomai/pomai_c.h"

#ifndef RESULTS_SIZE_WRITTEN
#define RESULTS_SIZE_WRITTEN RESULTS_SIZE
#endif
#ifndef EXTRA_HITS
#define EXTRA_HITS 0
#endif

namespace {

constexpr unsigned char kLater = 0x5a;
constexpr size_t kQuerySize = 104;

struct Options {
  pomai_options_t common;
  unsigned char later[OPTIONS_SIZE - sizeof(pomai_options_t)];
};
static_assert(sizeof(Options) == OPTIONS_SIZE);

struct Query {
  uint32_t struct_size;
  const float* vector;
  uint32_t dim;
  uint32_t topk;
  const char* filter_expression;
  unsigned char later[56];
  float alpha;
  uint32_t deadline_ms;
  uint32_t flags;
};
static_assert(sizeof(Query) == kQuerySize && offsetof(Query, alpha) == 88);

struct Results {
  uint32_t struct_size;
  size_t count;
  uint64_t* ids;
  float* scores;
  uint32_t* shard_ids;
  unsigned char later[RESULTS_SIZE - 40];
};
static_assert(sizeof(Results) == RESULTS_SIZE);

// What stands before a batch's results: the engine's own array, which holds ids and scores.
struct Batch {
  pomai_search_results_t* engine_results;
  size_t count;
};

std::atomic<int64_t> live{0};

// The engine's function of the same name and type as `function`.
template <typename Function>
Function* Engine(Function* /*function*/, const char* name) {
  static void* const library = dlopen(ENGINE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  void* const symbol = library == nullptr ? nullptr : dlsym(library, name);
  if (symbol == nullptr) {
    std::abort();  // the build puts the engine there
  }
  return reinterpret_cast<Function*>(symbol);
}
#define ENGINE(function) Engine(function, #function)

// Counts a failure.
pomai_status_t* Count(pomai_status_t* status) {
  live += status != nullptr ? 1 : 0;
  return status;
}

// Counts what a call handed out: an object, or else a failure.
pomai_status_t* CountOut(pomai_status_t* status) {
  ++live;
  return status;
}

template <typename T>
void Freed(const T* object) {
  live -= object != nullptr ? 1 : 0;
}

pomai_query_t Translate(const Query& query) {
  pomai_query_t translated{};
  bool zero = true;
  for (const unsigned char byte : query.later) {
    zero = zero && byte == 0;
  }
  // The engine refuses a struct of size 0, with a status of its own.
  translated.struct_size = query.struct_size == kQuerySize && zero ? sizeof(pomai_query_t) : 0;
  translated.vector = query.vector;
  translated.dim = query.dim;
  translated.topk = query.topk;
  translated.filter_expression = query.filter_expression;
  translated.alpha = query.alpha;
  translated.deadline_ms = query.deadline_ms;
  translated.flags = query.flags;
  return translated;
}

Results* Translate(pomai_search_results_t* engine_results, size_t n) {
  void* const block = std::malloc(sizeof(Batch) + n * sizeof(Results));
  if (block == nullptr) {
    std::abort();
  }
  new (block) Batch{engine_results, n};
  auto* const results = reinterpret_cast<Results*>(static_cast<unsigned char*>(block) + sizeof(Batch));
  for (size_t i = 0; i < n; ++i) {
    const pomai_search_results_t& from = engine_results[i];
    results[i] = {RESULTS_SIZE_WRITTEN, from.count + EXTRA_HITS, from.ids, from.scores, from.shard_ids, {}};
    std::memset(results[i].later, kLater, sizeof(results[i].later));
  }
  return results;
}

}  // namespace

extern "C" {

POMAI_API int64_t pomai_test_live(void);
int64_t pomai_test_live(void) { return live; }

uint32_t pomai_abi_version(void) { return ENGINE(pomai_abi_version)(); }
const char* pomai_version_string(void) { return ENGINE(pomai_version_string)(); }

int pomai_status_code(const pomai_status_t* status) {
#ifdef STATUS_CODE
  return status == nullptr ? 0 : STATUS_CODE;
#else
  return ENGINE(pomai_status_code)(status);
#endif
}
const char* pomai_status_message(const pomai_status_t* status) { return ENGINE(pomai_status_message)(status); }
void pomai_status_free(pomai_status_t* status) {
  Freed(status);
  ENGINE(pomai_status_free)(status);
}

void pomai_options_init(pomai_options_t* options) {
  ENGINE(pomai_options_init)(options);
  options->struct_size = OPTIONS_SIZE;
  std::memset(reinterpret_cast<Options*>(options)->later, kLater, sizeof(Options::later));
}

pomai_status_t* pomai_open(const pomai_options_t* options, pomai_db_t** out_db) {
#ifdef WITHOUT_HANDLE
  return options == nullptr || out_db == nullptr ? Count(ENGINE(pomai_open)(options, out_db)) : nullptr;
#else
  pomai_options_t translated = *options;
  bool kept = options->struct_size == OPTIONS_SIZE;
  for (const unsigned char byte : reinterpret_cast<const Options*>(options)->later) {
    kept = kept && byte == kLater;
  }
  translated.struct_size = kept ? sizeof(pomai_options_t) : 0;
  return CountOut(ENGINE(pomai_open)(&translated, out_db));
#endif
}
pomai_status_t* pomai_close(pomai_db_t* db) {
  Freed(db);
  return Count(ENGINE(pomai_close)(db));
}

pomai_status_t* pomai_put(pomai_db_t* db, const pomai_upsert_t* item) { return Count(ENGINE(pomai_put)(db, item)); }
pomai_status_t* pomai_put_batch(pomai_db_t* db, const pomai_upsert_t* items, size_t n) {
  return Count(ENGINE(pomai_put_batch)(db, items, n));
}
pomai_status_t* pomai_delete(pomai_db_t* db, uint64_t id) { return Count(ENGINE(pomai_delete)(db, id)); }
#ifndef WITHOUT_FREEZE
pomai_status_t* pomai_freeze(pomai_db_t* db) { return Count(ENGINE(pomai_freeze)(db)); }
#endif

pomai_status_t* pomai_get(pomai_db_t* db, uint64_t id, pomai_record_t** out_record) {
  return CountOut(ENGINE(pomai_get)(db, id, out_record));
}
void pomai_record_free(pomai_record_t* record) {
  Freed(record);
  ENGINE(pomai_record_free)(record);
}
pomai_status_t* pomai_exists(pomai_db_t* db, uint64_t id, bool* out_exists) {
  return Count(ENGINE(pomai_exists)(db, id, out_exists));
}

pomai_status_t* pomai_search_batch(pomai_db_t* db, const pomai_query_t* queries, size_t n,
                                   pomai_search_results_t** out_results) {
  std::vector<pomai_query_t> translated;
  for (size_t i = 0; i < n; ++i) {
    translated.push_back(Translate(reinterpret_cast<const Query*>(queries)[i]));
  }
  pomai_search_results_t* engine_results = nullptr;
  pomai_status_t* const status = ENGINE(pomai_search_batch)(db, translated.data(), n, &engine_results);
  if (status == nullptr) {
    *out_results = reinterpret_cast<pomai_search_results_t*>(Translate(engine_results, n));
  }
  return CountOut(status);
}
void pomai_search_batch_free(pomai_search_results_t* results, size_t n) {
  if (results != nullptr) {
    Freed(results);
    auto* const batch = reinterpret_cast<Batch*>(reinterpret_cast<unsigned char*>(results) - sizeof(Batch));
    if (batch->count != n) {
      std::abort();
    }
    ENGINE(pomai_search_batch_free)(batch->engine_results, n);
    std::free(batch);
  }
}
pomai_status_t* pomai_search(pomai_db_t* db, const pomai_query_t* query, pomai_search_results_t** out_results) {
  return pomai_search_batch(db, query, 1, out_results);
}
void pomai_search_results_free(pomai_search_results_t* results) { pomai_search_batch_free(results, 1); }

pomai_status_t* pomai_get_snapshot(pomai_db_t* db, pomai_snapshot_t** out_snapshot) {
  return CountOut(ENGINE(pomai_get_snapshot)(db, out_snapshot));
}
void pomai_snapshot_free(pomai_snapshot_t* snapshot) {
  Freed(snapshot);
  ENGINE(pomai_snapshot_free)(snapshot);
}
void pomai_scan_options_init(pomai_scan_options_t* options) { ENGINE(pomai_scan_options_init)(options); }
pomai_status_t* pomai_scan(pomai_db_t* db, const pomai_scan_options_t* options, const pomai_snapshot_t* snapshot,
                           pomai_iter_t** out_iter) {
  return CountOut(ENGINE(pomai_scan)(db, options, snapshot, out_iter));
}
bool pomai_iter_valid(const pomai_iter_t* iter) { return ENGINE(pomai_iter_valid)(iter); }
void pomai_iter_next(pomai_iter_t* iter) { ENGINE(pomai_iter_next)(iter); }
pomai_status_t* pomai_iter_status(const pomai_iter_t* iter) { return Count(ENGINE(pomai_iter_status)(iter)); }
pomai_status_t* pomai_iter_get_record(const pomai_iter_t* iter, pomai_record_view_t* out_view) {
  return Count(ENGINE(pomai_iter_get_record)(iter, out_view));
}
void pomai_iter_free(pomai_iter_t* iter) {
  Freed(iter);
  ENGINE(pomai_iter_free)(iter);
}

void pomai_free(void* memory) { ENGINE(pomai_free)(memory); }

}  // extern "C"
