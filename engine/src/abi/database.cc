// Opening, writing, closing.
#include <vector>

#include "abi/handles.h"

namespace pomai::abi {
namespace {

Status Option(const char* name, uint64_t value, const char* accepted) {
  return {Code::kInvalidArgument, std::string("Cannot open a database: ") + name + " is " + std::to_string(value) +
                                      " (accepted: " + accepted + ")"};
}

Result<core::Options> ReadOptions(const pomai_options_t& in) {
  if (in.struct_size < sizeof(pomai_options_t)) {
    return Option("the options' struct_size", in.struct_size, "72, as pomai_options_init writes it");
  }
  if (in.path == nullptr) {
    return Status(Code::kInvalidArgument, "Cannot open a database: path is NULL (accepted: a directory)");
  }
  if (in.shards == 0) {
    return Option("shards", in.shards, "1 or more");
  }
  if (in.fsync_policy > POMAI_FSYNC_ALWAYS) {
    return Option("fsync_policy", in.fsync_policy, "0 never, 1 always");
  }
  if (in.index_type > POMAI_INDEX_HNSW) {
    return Option("index_type", in.index_type, "0 IVF, 1 HNSW");
  }
  if (in.metric > POMAI_METRIC_INNER_PRODUCT) {
    return Option("metric", in.metric, "0 L2, 1 inner product");
  }
  core::Options out;
  out.path = in.path;
  out.dim = in.dim;
  out.metric = static_cast<index::Metric>(in.metric);
  out.index_kind = in.index_type == POMAI_INDEX_HNSW ? index::Kind::kGraph : index::Kind::kIvf;
  out.m = in.hnsw_m;
  out.ef_construction = in.hnsw_ef_construction;
  out.ef_search = in.hnsw_ef_search;
  out.adaptive_threshold = in.adaptive_threshold;
  out.search_threads = in.search_threads;
  out.fsync = in.fsync_policy == POMAI_FSYNC_ALWAYS;
  out.memory_budget_bytes = in.memory_budget_bytes;
  out.deadline_ms = in.deadline_ms;
  return out;
}

Status RowError(const pomai_upsert_t& item, size_t i, const std::string& what) {
  return {Code::kInvalidArgument,
          "Cannot put id " + std::to_string(item.id) + " (row " + std::to_string(i) + " of the batch): " + what};
}

Status CheckItem(const pomai_upsert_t& item, size_t i, uint32_t dim) {
  if (item.struct_size != sizeof(pomai_upsert_t)) {
    return RowError(item, i, "its struct_size is " + std::to_string(item.struct_size) + " (accepted: 48)");
  }
  if (item.vector == nullptr) {
    return RowError(item, i, "its vector is NULL");
  }
  if (item.dim != dim) {
    return RowError(
        item, i,
        "its vector has " + std::to_string(item.dim) + " dimensions (the database has " + std::to_string(dim) + ")");
  }
  if (item.metadata == nullptr && item.metadata_len != 0) {
    return RowError(item, i, "its metadata is NULL and metadata_len " + std::to_string(item.metadata_len));
  }
  const size_t bad = FirstNotFinite(item.vector, dim);
  if (bad != dim) {
    return RowError(item, i, "component " + std::to_string(bad) + " of its vector is NaN or infinite");
  }
  return {};
}

Status Put(core::Database& database, const pomai_upsert_t* items, size_t n) {
  const uint32_t dim = database.options().dim;
  std::vector<core::Upsert> rows;
  rows.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    const pomai_upsert_t& item = items[i];
    POMAI_RETURN_IF_ERROR(CheckItem(item, i, dim));
    rows.push_back({item.id, item.vector,
                    std::as_bytes(std::span(item.metadata, item.metadata == nullptr ? 0 : item.metadata_len))});
  }
  return database.PutBatch(rows);
}

}  // namespace

}  // namespace pomai::abi

using pomai::Status;

extern "C" {

void pomai_options_init(pomai_options_t* options) {
  if (options == nullptr) {
    return;
  }
  pomai_options_t defaults{};
  defaults.struct_size = sizeof defaults;
  defaults.shards = 4;
  defaults.dim = 512;
  defaults.fsync_policy = POMAI_FSYNC_NEVER;
  defaults.index_type = POMAI_INDEX_IVF;
  defaults.hnsw_m = 32;
  defaults.hnsw_ef_construction = 200;
  defaults.hnsw_ef_search = 64;
  defaults.adaptive_threshold = 5000;
  defaults.metric = POMAI_METRIC_L2;
  *options = defaults;
}

pomai_status_t* pomai_open(const pomai_options_t* options, pomai_db_t** out_db) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(options);
    POMAI_REQUIRE(out_db);
    const auto read = pomai::abi::ReadOptions(*options);
    if (!read.ok()) {
      return read.status();
    }
    auto database = pomai::core::Database::Open(read.value());
    if (!database.ok()) {
      return database.status();
    }
    auto handle = std::make_unique<pomai_db_t>();
    handle->database = std::move(database.value());
    *out_db = handle.release();
    return {};
  });
}

pomai_status_t* pomai_close(pomai_db_t* db) {
  std::unique_ptr<pomai_db_t>(db).reset();
  return nullptr;
}

pomai_status_t* pomai_put(pomai_db_t* db, const pomai_upsert_t* item) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(item);
    return pomai::abi::Put(*db->database, item, 1);
  });
}

pomai_status_t* pomai_put_batch(pomai_db_t* db, const pomai_upsert_t* items, size_t n) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    if (n == 0) {
      return {};
    }
    POMAI_REQUIRE(items);
    POMAI_RETURN_IF_ERROR(pomai::abi::CheckBatch("put a batch", n));
    return pomai::abi::Put(*db->database, items, n);
  });
}

pomai_status_t* pomai_delete(pomai_db_t* db, uint64_t id) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    return db->database->Delete(id);
  });
}

pomai_status_t* pomai_freeze(pomai_db_t* db) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    return db->database->Freeze();
  });
}

}  // extern "C"
