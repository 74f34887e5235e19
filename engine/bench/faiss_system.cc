#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "system.h"

namespace bench {
namespace {

faiss::MetricType MetricOf(const Data& data) {
  return data.metric == Metric::kL2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
}

void SearchIndex(const faiss::Index& index, const Data& data, std::vector<uint32_t>& found) {
  std::vector<faiss::Index::idx_t> ids(data.query_count() * data.k);
  std::vector<float> distances(ids.size());
  index.search(static_cast<faiss::Index::idx_t>(data.query_count()), data.queries.data(), data.k, distances.data(),
               ids.data());
  std::transform(ids.begin(), ids.end(), found.begin(),
                 [](faiss::Index::idx_t id) { return id < 0 ? System::kNone : static_cast<uint32_t>(id); });
}

class FaissHnsw final : public System {
 public:
  FaissHnsw(const Data& data, const Params& params) {
    omp_set_num_threads(static_cast<int>(params.threads));
    index_ =
        std::make_unique<faiss::IndexHNSWFlat>(static_cast<int>(data.dim), static_cast<int>(params.m), MetricOf(data));
    index_->hnsw.efConstruction = static_cast<int>(params.ef_construction);
    index_->add(static_cast<faiss::Index::idx_t>(data.rows()), data.base.data());
  }

  void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) override {
    index_->hnsw.efSearch = static_cast<int>(ef);
    SearchIndex(*index_, data, found);
  }

  bool Save(const std::string& /*path*/) override { return false; }

 private:
  std::unique_ptr<faiss::IndexHNSWFlat> index_;
};

// As many lists as this engine makes.
class FaissIvf final : public System {
 public:
  FaissIvf(const Data& data, const Params& params)
      : quantizer_(static_cast<faiss::Index::idx_t>(data.dim), MetricOf(data)),
        index_(&quantizer_, data.dim, ListsFor(data.rows()), MetricOf(data)) {
    omp_set_num_threads(static_cast<int>(params.threads));
    const auto rows = static_cast<faiss::Index::idx_t>(data.rows());
    index_.train(rows, data.base.data());
    index_.add(rows, data.base.data());
  }

  void Search(const Data& data, uint32_t probes, std::vector<uint32_t>& found) override {
    index_.nprobe = std::min<size_t>(probes, index_.nlist);
    SearchIndex(index_, data, found);
  }

  bool Save(const std::string& /*path*/) override { return false; }

 private:
  static size_t ListsFor(size_t rows) {
    return std::max<size_t>(1, static_cast<size_t>(2.0 * std::sqrt(static_cast<double>(rows))));
  }

  faiss::IndexFlat quantizer_;
  faiss::IndexIVFFlat index_;
};

}  // namespace

std::unique_ptr<System> BuildFaissHnsw(const Data& data, const Params& params) {
  return std::make_unique<FaissHnsw>(data, params);
}

std::unique_ptr<System> BuildFaissIvf(const Data& data, const Params& params) {
  return std::make_unique<FaissIvf>(data, params);
}

}  // namespace bench
