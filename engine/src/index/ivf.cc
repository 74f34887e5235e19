#include "index/ivf.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "index/flat.h"
#include "index/space.h"
#include "kernel/kernel.h"

namespace pomai::index {
namespace {

constexpr uint32_t kSampleRows = 24;  // a list that centroids are learned from
constexpr uint32_t kIterations = 6;
constexpr uint32_t kMaxLists = 1U << 16U;
uint32_t ListsFor(uint32_t rows) {
  const auto lists = static_cast<uint32_t>(2.0 * std::sqrt(static_cast<double>(rows)));
  return std::clamp(lists, 1U, std::min(rows, kMaxLists));
}

// Distances of `vector` to all of `count` vectors at `others`.
void Distances(kernel::RowQuad quad, const float* vector, const float* others, uint32_t count, uint32_t dim,
               std::vector<Neighbour>& out) {
  out.resize(count);
  for (uint32_t i = 0; i < count; i += 4) {
    const void* four[4];
    float distances[4];
    for (uint32_t c = 0; c < 4; ++c) {
      four[c] = others + size_t{std::min(i + c, count - 1)} * dim;
    }
    quad(vector, four, dim, distances);
    for (uint32_t c = 0; c < std::min(4U, count - i); ++c) {
      out[i + c] = {distances[c], i + c};
    }
  }
}

class Lloyd {
 public:
  Lloyd(const Matrix& rows, uint32_t lists, uint32_t threads)
      : rows_(rows), lists_(lists), threads_(threads), centroids_(size_t{lists} * rows.dim) {
    const uint32_t samples = std::min(rows.rows, lists * kSampleRows);
    for (uint32_t i = 0; i < samples; ++i) {
      sample_.push_back(static_cast<uint32_t>(uint64_t{i} * rows.rows / samples));
    }
    for (uint32_t list = 0; list < lists; ++list) {
      std::copy_n(rows.row(sample_[uint64_t{list} * samples / lists]), rows.dim, centroid(list));
    }
    for (uint32_t i = 0; i < kIterations; ++i) {
      Improve();
    }
  }

  // The list of each of `rows`.
  [[nodiscard]] std::vector<uint32_t> Assign(const std::vector<uint32_t>& rows) const {
    std::vector<uint32_t> lists(rows.size());
    ParallelFor(rows.size(), 256, threads_, [&](size_t begin, size_t end, uint32_t) {
      std::vector<Neighbour> distances;
      for (size_t i = begin; i < end; ++i) {
        Distances(kernel::Active().l2_quad, rows_.row(rows[i]), centroids_.data(), lists_, rows_.dim, distances);
        lists[i] = std::min_element(distances.begin(), distances.end())->node;
      }
    });
    return lists;
  }

  [[nodiscard]] const std::vector<float>& centroids() const { return centroids_; }

 private:
  [[nodiscard]] float* centroid(uint32_t list) { return centroids_.data() + size_t{list} * rows_.dim; }

  // Moves each centroid to the mean of its rows; one without rows stays.
  void Improve() {
    const std::vector<uint32_t> assigned = Assign(sample_);
    std::vector<uint32_t> sizes(lists_, 0);
    std::vector<double> sums(size_t{lists_} * rows_.dim, 0.0);
    for (size_t i = 0; i < sample_.size(); ++i) {
      const float* row = rows_.row(sample_[i]);
      double* sum = sums.data() + size_t{assigned[i]} * rows_.dim;
      ++sizes[assigned[i]];
      for (uint32_t d = 0; d < rows_.dim; ++d) {
        sum[d] += static_cast<double>(row[d]);
      }
    }
    for (uint32_t list = 0; list < lists_; ++list) {
      for (uint32_t d = 0; d < rows_.dim && sizes[list] != 0; ++d) {
        centroid(list)[d] = static_cast<float>(sums[size_t{list} * rows_.dim + d] / sizes[list]);
      }
    }
  }

  const Matrix& rows_;
  uint32_t lists_;
  uint32_t threads_;
  std::vector<uint32_t> sample_;
  std::vector<float> centroids_;
};

class IvfScratch final : public Scratch {
 public:
  std::vector<Neighbour> lists;
};

class IvfIndex final : public Index {
 public:
  IvfIndex(Metric metric, const Matrix& rows) : metric_(metric), rows_(rows) {}

  Status Load(const SectionSource& sections);

  [[nodiscard]] std::unique_ptr<Scratch> NewScratch() const override { return std::make_unique<IvfScratch>(); }

  void Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
              SearchCounters& counters) const override;

 private:
  Metric metric_;
  Matrix rows_;
  uint32_t lists_ = 0;
  const float* centroids_ = nullptr;
  const uint32_t* starts_ = nullptr;
};

Status Corrupt(const std::string& what) {
  return {Code::kCorruption, "Cannot open an inverted file: " + what + " (rebuild the segment)"};
}

Status IvfIndex::Load(const SectionSource& sections) {
  const auto find = [&](uint32_t kind, uint64_t size, std::span<const std::byte>& bytes) -> Status {
    auto found = sections.Find(kind);
    POMAI_RETURN_IF_ERROR(found.status());
    bytes = found.value();
    return bytes.size() == size ? Status()
                                : Corrupt("section " + std::to_string(kind) + " has " + std::to_string(bytes.size()) +
                                          " bytes, not " + std::to_string(size));
  };
  IvfHeader header;
  std::span<const std::byte> bytes;
  POMAI_RETURN_IF_ERROR(find(kIvfHeader, sizeof header, bytes));
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kIvfVersion) {
    return Corrupt("its format version is " + std::to_string(header.version));
  }
  if (header.rows != rows_.rows || header.dim != rows_.dim || header.lists == 0 || header.lists > kMaxLists) {
    return Corrupt("its header does not fit the segment's rows");
  }
  lists_ = header.lists;
  POMAI_RETURN_IF_ERROR(find(kIvfCentroids, uint64_t{lists_} * rows_.dim * sizeof(float), bytes));
  centroids_ = reinterpret_cast<const float*>(bytes.data());
  POMAI_RETURN_IF_ERROR(find(kIvfStarts, (uint64_t{lists_} + 1) * sizeof(uint32_t), bytes));
  starts_ = reinterpret_cast<const uint32_t*>(bytes.data());
  if (starts_[0] != 0 || starts_[lists_] != rows_.rows || !std::is_sorted(starts_, starts_ + lists_ + 1)) {
    return Corrupt("its lists are not the segment's rows");
  }
  return {};
}

void IvfIndex::Search(const float* query, const SearchParams& params, Scratch& scratch, std::vector<Hit>& hits,
                      SearchCounters& counters) const {
  TopHits top(params.k, hits);
  const uint32_t live = params.hidden.empty() ? rows_.rows : LiveRows(params.hidden, rows_.rows);
  const uint32_t wanted = std::min(params.k, live);
  if (wanted == 0) {
    return;
  }
  if (params.exact) {
    ScanRows(rows_, metric_, query, 0, rows_.rows, params.hidden, top, counters);
    top.Finish();
    return;
  }
  std::vector<Neighbour>& lists = static_cast<IvfScratch&>(scratch).lists;
  const kernel::Table& kernels = kernel::Active();
  Distances(metric_ == Metric::kL2 ? kernels.l2_quad : kernels.negative_dot_quad, query, centroids_, lists_, rows_.dim,
            lists);
  counters.distances += lists_;
  // Where rows are hidden the nearest of the others lie in lists farther off; probing as many more lists as there are
  // fewer rows in each compares no more rows than otherwise.
  const uint64_t ef = uint64_t{params.ef} * rows_.rows / live;
  const size_t probes = std::clamp<uint64_t>(metric_ == Metric::kL2 ? ef / 2 : ef, 1, lists_);
  size_t sorted = 0;
  for (size_t i = 0; i < lists.size() && (i < probes || hits.size() < wanted); ++i) {
    if (i == sorted) {
      sorted = i == 0 ? probes : lists.size();
      std::partial_sort(lists.begin() + static_cast<std::ptrdiff_t>(i),
                        lists.begin() + static_cast<std::ptrdiff_t>(sorted), lists.end());
    }
    const uint32_t list = lists[i].node;
    ScanRows(rows_, metric_, query, starts_[list], starts_[list + 1], params.hidden, top, counters);
  }
  top.Finish();
}

}  // namespace

Result<Built> BuildIvf(const Matrix& rows, const BuildParams& params) {
  const uint32_t lists = ListsFor(rows.rows);
  const Lloyd lloyd(rows, lists, params.threads);
  std::vector<uint32_t> all(rows.rows);
  for (uint32_t i = 0; i < rows.rows; ++i) {
    all[i] = i;
  }
  const std::vector<uint32_t> assigned = lloyd.Assign(all);
  std::vector<uint32_t> starts(size_t{lists} + 1, 0);
  for (const uint32_t list : assigned) {
    ++starts[size_t{list} + 1];
  }
  for (uint32_t list = 0; list < lists; ++list) {
    starts[list + 1] += starts[list];
  }
  Built built;
  built.order.resize(rows.rows);
  std::vector<uint32_t> next(starts.begin(), starts.end() - 1);
  for (uint32_t i = 0; i < rows.rows; ++i) {
    built.order[next[assigned[i]]++] = i;
  }
  const auto add = [&](uint32_t kind, const void* bytes, size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    built.sections.push_back({.kind = kind, .bytes = {begin, begin + size}});
  };
  const IvfHeader header{.rows = rows.rows, .dim = rows.dim, .lists = lists};
  add(kIvfHeader, &header, sizeof header);
  add(kIvfCentroids, lloyd.centroids().data(), lloyd.centroids().size() * sizeof(float));
  add(kIvfStarts, starts.data(), starts.size() * sizeof(uint32_t));
  return built;
}

Result<std::unique_ptr<Index>> OpenIvf(Metric metric, const Matrix& rows, const SectionSource& sections) {
  auto index = std::make_unique<IvfIndex>(metric, rows);
  POMAI_RETURN_IF_ERROR(index->Load(sections));
  return std::unique_ptr<Index>(std::move(index));
}

}  // namespace pomai::index
