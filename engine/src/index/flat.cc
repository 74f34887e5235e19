#include "index/flat.h"

#include <algorithm>

#include "kernel/kernel.h"

namespace pomai::index {
namespace {

// What is compared with all queries before the next rows are read: it has to stay in the first-level cache.
constexpr size_t kBlockBytes = size_t{32} << 10;

bool Better(const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; }

class FlatScratch final : public Scratch {};

class FlatIndex final : public Index {
 public:
  FlatIndex(Metric metric, const Matrix& rows) : metric_(metric), rows_(rows) {}

  [[nodiscard]] std::unique_ptr<Scratch> NewScratch() const override { return std::make_unique<FlatScratch>(); }

  void Search(const float* query, const SearchParams& params, Scratch& /*scratch*/, std::vector<Hit>& hits,
              SearchCounters& counters) const override {
    TopHits top(params.k, hits);
    ScanRows(rows_, metric_, query, 0, rows_.rows, params.hidden, top, counters);
    top.Finish();
  }

  void SearchMany(std::span<const float* const> queries, const SearchParams& params, Scratch& /*scratch*/,
                  std::span<std::vector<Hit>> hits, SearchCounters& counters) const override {
    ScanMany(rows_, metric_, queries, params, hits, counters);
  }

 private:
  Metric metric_;
  Matrix rows_;
};

}  // namespace

uint32_t LiveRows(std::span<const uint64_t> hidden, uint32_t rows) {
  const size_t whole = std::min<size_t>(hidden.size(), rows / 64U);
  uint64_t dead = kernel::Active().popcount(hidden.data(), whole);
  if (whole < hidden.size() && rows % 64U != 0) {
    const uint64_t last = hidden[whole] & ((uint64_t{1} << (rows % 64U)) - 1U);
    dead += kernel::Active().popcount(&last, 1);
  }
  return rows - static_cast<uint32_t>(dead);
}

void TopHits::Add(Hit hit) {
  if (hits_.size() < k_) {
    hits_.push_back(hit);
    std::push_heap(hits_.begin(), hits_.end(), Better);
  } else if (k_ != 0 && Better(hit, hits_.front())) {
    std::pop_heap(hits_.begin(), hits_.end(), Better);
    hits_.back() = hit;
    std::push_heap(hits_.begin(), hits_.end(), Better);
  }
}

void TopHits::Finish() { std::sort_heap(hits_.begin(), hits_.end(), Better); }

void ScanRows(const Matrix& rows, Metric metric, const float* query, uint32_t begin, uint32_t end,
              std::span<const uint64_t> hidden, TopHits& top, SearchCounters& counters) {
  const kernel::Table& kernels = kernel::Active();
  const auto quad = metric == Metric::kL2 ? kernels.l2_quad : kernels.dot_quad;
  uint32_t chosen[4] = {};
  const void* addresses[4] = {};
  uint32_t count = 0;
  const auto score = [&] {
    for (uint32_t i = count; i < 4; ++i) {
      addresses[i] = addresses[0];
    }
    float out[4];
    quad(query, addresses, rows.dim, out);
    for (uint32_t i = 0; i < count; ++i) {
      const float value = Ordered(metric == Metric::kL2 ? 0.0F - out[i] : out[i]);  // 0 - 0 is 0, -0 would be -0
      if (top.Admits(value)) {
        top.Add({chosen[i], value});
      }
    }
    counters.distances += count;
    counters.rows_scanned += count;
    count = 0;
  };
  ForEachLiveRow(hidden, begin, end, [&](uint32_t row) {
    chosen[count] = row;
    addresses[count++] = rows.row(row);
    if (count == 4) {
      score();
    }
  });
  if (count != 0) {
    score();
  }
}

void ScanMany(const Matrix& rows, Metric metric, std::span<const float* const> queries, const SearchParams& params,
              std::span<std::vector<Hit>> hits, SearchCounters& counters) {
  std::vector<TopHits> tops;
  tops.reserve(queries.size());
  for (size_t i = 0; i < queries.size(); ++i) {
    tops.emplace_back(params.k, hits[i]);
  }
  const auto block = static_cast<uint32_t>(std::max<size_t>(4, kBlockBytes / (rows.dim * sizeof(float))));
  for (uint32_t begin = 0; begin < rows.rows;) {
    const uint32_t end = begin + std::min(block, rows.rows - begin);
    for (size_t i = 0; i < queries.size(); ++i) {
      ScanRows(rows, metric, queries[i], begin, end, params.hidden, tops[i], counters);
    }
    begin = end;
  }
  for (TopHits& top : tops) {
    top.Finish();
  }
}

std::unique_ptr<Index> OpenFlat(Metric metric, const Matrix& rows) { return std::make_unique<FlatIndex>(metric, rows); }

}  // namespace pomai::index
