#include <hnswlib/hnswlib.h>

#include "system.h"

namespace bench {
namespace {

class HnswlibSystem final : public System {
 public:
  HnswlibSystem(const std::string& path, const Data& data) : space_(SpaceOf(data)) {
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), path);
  }

  HnswlibSystem(const Data& data, const Params& params) : space_(SpaceOf(data)) {
    index_ =
        std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), data.rows(), params.m, params.ef_construction);
    for (size_t i = 0; i < data.rows(); ++i) {
      index_->addPoint(data.base.data() + i * data.dim, i);
    }
  }

  void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) override {
    index_->setEf(ef);
    for (size_t q = 0; q < data.query_count(); ++q) {
      auto nearest = index_->searchKnn(data.queries.data() + q * data.dim, data.k);
      for (size_t i = nearest.size(); i < data.k; ++i) {
        found[q * data.k + i] = kNone;
      }
      while (!nearest.empty()) {
        found[q * data.k + nearest.size() - 1] = static_cast<uint32_t>(nearest.top().second);
        nearest.pop();
      }
    }
  }

  bool Save(const std::string& path) override {
    index_->saveIndex(path);
    return true;
  }

 private:
  static std::unique_ptr<hnswlib::SpaceInterface<float>> SpaceOf(const Data& data) {
    if (data.metric == Metric::kL2) {
      return std::make_unique<hnswlib::L2Space>(data.dim);
    }
    return std::make_unique<hnswlib::InnerProductSpace>(data.dim);
  }

  std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> index_;
};

}  // namespace

std::unique_ptr<System> BuildHnswlib(const Data& data, const Params& params) {
  return std::make_unique<HnswlibSystem>(data, params);
}

std::unique_ptr<System> OpenHnswlib(const std::string& path, const Data& data, const Params& /*params*/) {
  return std::make_unique<HnswlibSystem>(path, data);
}

}  // namespace bench
