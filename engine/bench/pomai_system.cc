#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "pomai/pomai_c.h"
#include "system.h"
#include "temporary.h"

namespace bench {
namespace {

constexpr size_t kBatch = 10000;

void Check(pomai_status_t* status) {
  if (status != nullptr) {
    const std::string message = pomai_status_message(status);
    pomai_status_free(status);
    throw std::runtime_error(message);
  }
}

struct Close {
  void operator()(pomai_db_t* db) const { pomai_status_free(pomai_close(db)); }
};
using Database = std::unique_ptr<pomai_db_t, Close>;

// Through the C ABI, as clients come: put_batch and freeze; a handle for each ef, which is fixed when one is opened.
class PomaiSystem final : public System {
 public:
  // Opens what is there.
  PomaiSystem(const std::string& path, const Data& data, const Params& params) : params_(params), path_(path) {
    by_ef_[kFirstEf] = Open(data, kFirstEf);
  }

  PomaiSystem(const Data& data, const Params& params)
      : params_(params), folder_(std::make_unique<TemporaryFolder>()), path_(folder_->path()) {
    const Database db = Open(data, kFirstEf);
    std::vector<pomai_upsert_t> batch;
    for (size_t begin = 0; begin < data.rows(); begin += kBatch) {
      batch.clear();
      for (size_t i = begin; i < std::min(begin + kBatch, data.rows()); ++i) {
        batch.push_back({.struct_size = sizeof(pomai_upsert_t),
                         .id = i,
                         .vector = data.base.data() + i * data.dim,
                         .dim = data.dim,
                         .metadata = nullptr,
                         .metadata_len = 0});
      }
      Check(pomai_put_batch(db.get(), batch.data(), batch.size()));
    }
    Check(pomai_freeze(db.get()));
  }

  void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) override {
    Database& db = by_ef_[ef];
    if (!db) {
      db = Open(data, ef);
    }
    std::vector<pomai_query_t> queries(data.query_count());
    for (size_t q = 0; q < queries.size(); ++q) {
      queries[q] = {};
      queries[q].struct_size = sizeof(pomai_query_t);
      queries[q].vector = data.queries.data() + q * data.dim;
      queries[q].dim = data.dim;
      queries[q].topk = data.k;
    }
    pomai_search_results_t* results = nullptr;
    Check(pomai_search_batch(db.get(), queries.data(), queries.size(), &results));
    for (size_t q = 0; q < queries.size(); ++q) {
      for (size_t i = 0; i < data.k; ++i) {
        found[q * data.k + i] = i < results[q].count ? static_cast<uint32_t>(results[q].ids[i]) : kNone;
      }
    }
    pomai_search_batch_free(results, queries.size());
  }

  bool Save(const std::string& path) override {
    std::filesystem::copy(path_, path);
    return true;
  }

 private:
  static constexpr uint32_t kFirstEf = 64;

  [[nodiscard]] Database Open(const Data& data, uint32_t ef) const {
    pomai_options_t options{};
    pomai_options_init(&options);
    options.path = path_.c_str();
    options.dim = data.dim;
    options.search_threads = params_.threads;
    options.index_type = params_.lists ? POMAI_INDEX_IVF : POMAI_INDEX_HNSW;
    options.hnsw_m = params_.m;
    options.hnsw_ef_construction = params_.ef_construction;
    options.hnsw_ef_search = !params_.lists ? ef : data.metric == Metric::kL2 ? 2 * ef : ef;
    options.adaptive_threshold = 0;
    options.metric = data.metric == Metric::kL2 ? POMAI_METRIC_L2 : POMAI_METRIC_INNER_PRODUCT;
    pomai_db_t* db = nullptr;
    Check(pomai_open(&options, &db));
    return Database(db);
  }

  Params params_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::string path_;
  std::map<uint32_t, Database> by_ef_;
};

}  // namespace

std::unique_ptr<System> BuildPomai(const Data& data, const Params& params) {
  return std::make_unique<PomaiSystem>(data, params);
}

std::unique_ptr<System> OpenPomai(const std::string& path, const Data& data, const Params& params) {
  return std::make_unique<PomaiSystem>(path, data, params);
}

}  // namespace bench
