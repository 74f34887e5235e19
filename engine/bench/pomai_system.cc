#include <algorithm>
#include <map>
#include <stdexcept>

#include "index/index.h"
#include "system.h"

namespace bench {
namespace {

namespace index = pomai::index;

class BuiltSections final : public index::SectionSource {
 public:
  explicit BuiltSections(std::vector<index::Section>&& sections) : sections_(std::move(sections)) {}

  pomai::Result<std::span<const std::byte>> Find(uint32_t kind) const override {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(), [&](const index::Section& s) { return s.kind == kind; });
    return found == sections_.end() ? std::span<const std::byte>() : std::span<const std::byte>(found->bytes);
  }

 private:
  std::vector<index::Section> sections_;
};

class PomaiSystem final : public System {
 public:
  PomaiSystem(const Data& data, const Params& params) {
    const auto metric = data.metric == Metric::kL2 ? index::Metric::kL2 : index::Metric::kInnerProduct;
    const auto rows = static_cast<uint32_t>(data.rows());
    auto built = index::Build({data.base.data(), rows, data.dim}, {.kind = index::Kind::kGraph,
                                                                   .metric = metric,
                                                                   .m = params.m,
                                                                   .ef_construction = params.ef_construction,
                                                                   .threads = params.threads});
    if (!built.ok()) {
      throw std::runtime_error(built.status().message());
    }
    order_ = std::move(built.value().order);
    for (const uint32_t row : order_) {
      const float* begin = data.base.data() + static_cast<size_t>(row) * data.dim;
      rows_.insert(rows_.end(), begin, begin + data.dim);
    }
    sections_ = std::make_unique<BuiltSections>(std::move(built.value().sections));
    auto opened = index::Open(index::Kind::kGraph, metric, {rows_.data(), rows, data.dim}, *sections_);
    if (!opened.ok()) {
      throw std::runtime_error(opened.status().message());
    }
    index_ = std::move(opened.value());
    scratch_ = index_->NewScratch();
  }

  void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) override {
    for (size_t q = 0; q < data.query_count(); ++q) {
      index_->Search(data.queries.data() + q * data.dim, {.k = data.k, .ef = ef, .hidden = {}}, *scratch_, hits_,
                     counters_);
      for (size_t i = 0; i < data.k; ++i) {
        found[q * data.k + i] = i < hits_.size() ? order_[hits_[i].row] : kNone;
      }
    }
  }

 private:
  std::vector<uint32_t> order_;
  std::vector<float> rows_;
  std::unique_ptr<BuiltSections> sections_;
  std::unique_ptr<index::Index> index_;
  std::unique_ptr<index::Scratch> scratch_;
  std::vector<index::Hit> hits_;
  index::SearchCounters counters_;
};

}  // namespace

std::unique_ptr<System> BuildPomai(const Data& data, const Params& params) {
  return std::make_unique<PomaiSystem>(data, params);
}

}  // namespace bench
