// Searches restricted to some of the ids, through pomai_x_search_batch, beside exact scans of the same handle: of the
// allowed rows only, and of all rows. Processor time of one thread, the median of alternating rounds.
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <random>
#include <stdexcept>

#include "data.h"
#include "pomai/pomai_x.h"

namespace bench {
namespace {

constexpr const char* kHelp =
    "filter [options]\n"
    "  --data NAME     sift (default), words, words-cosine or clustered:ROWSxDIM\n"
    "  --ef EF         candidates a search keeps (default 64)\n"
    "  --queries N     of the data's queries, the first N (default 100)\n"
    "  --rounds N      rounds of searching (default 5)\n";

struct Options {
  std::string data = "sift";
  uint32_t ef = 64;
  uint32_t queries = 100;
  uint32_t rounds = 5;
};

void Check(pomai_status_t* status) {
  if (status != nullptr) {
    const std::string message = pomai_status_message(status);
    pomai_status_free(status);
    throw std::runtime_error(message);
  }
}

double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// One index of the data, in a folder of its own.
class Index {
 public:
  explicit Index(const Data& data)
      : data_(data),
        folder_((std::filesystem::temp_directory_path() / ("pomai-bench-" + std::string(6, 'X'))).string()) {
    if (mkdtemp(folder_.data()) == nullptr) {
      throw std::runtime_error("Cannot make a folder for the benchmark: " + folder_ + " (set TMPDIR)");
    }
    pomai_options_t options{};
    pomai_options_init(&options);
    options.path = folder_.c_str();
    options.dim = data.dim;
    options.index_type = POMAI_INDEX_HNSW;
    options.hnsw_m = 16;
    options.adaptive_threshold = 0;
    options.metric = data.metric == Metric::kL2 ? POMAI_METRIC_L2 : POMAI_METRIC_INNER_PRODUCT;
    Check(pomai_open(&options, &db_));
    std::vector<pomai_upsert_t> rows(data.rows());
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i] = {};
      rows[i].struct_size = sizeof rows[i];
      rows[i].id = i;
      rows[i].vector = data.base.data() + i * data.dim;
      rows[i].dim = data.dim;
    }
    Check(pomai_put_batch(db_, rows.data(), rows.size()));
    Check(pomai_freeze(db_));
  }
  ~Index() {
    pomai_status_free(pomai_close(db_));
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Scores of the hits of queries [begin, end), k places each; returns the processor time.
  double Search(size_t begin, size_t end, pomai_x_search_params_t& params, std::vector<float>& scores) const {
    std::vector<pomai_query_t> queries(end - begin);
    for (size_t i = 0; i < queries.size(); ++i) {
      queries[i] = {};
      queries[i].struct_size = sizeof queries[i];
      queries[i].vector = data_.queries.data() + (begin + i) * data_.dim;
      queries[i].dim = data_.dim;
      queries[i].topk = data_.k;
    }
    pomai_search_results_t* results = nullptr;
    const double start = ProcessorSeconds();
    Check(pomai_x_search_batch(db_, queries.data(), queries.size(), &params, &results));
    const double seconds = ProcessorSeconds() - start;
    for (size_t i = 0; i < queries.size(); ++i) {
      std::copy_n(results[i].scores, results[i].count,
                  scores.begin() + static_cast<std::ptrdiff_t>((begin + i) * data_.k));
    }
    pomai_search_batch_free(results, queries.size());
    return seconds;
  }

 private:
  const Data& data_;
  std::string folder_;
  pomai_db_t* db_ = nullptr;
};

using Order = std::vector<uint64_t>;

// The rows by their distance to a vector, nearest first.
Order ByDistance(const Data& data, const float* to) {
  std::vector<float> distances(data.rows());
  for (size_t i = 0; i < data.rows(); ++i) {
    const float* row = data.base.data() + i * data.dim;
    for (uint32_t d = 0; d < data.dim; ++d) {
      distances[i] += data.metric == Metric::kL2 ? (row[d] - to[d]) * (row[d] - to[d]) : -row[d] * to[d];
    }
  }
  Order order(data.rows());
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](uint64_t a, uint64_t b) { return distances[a] < distances[b]; });
  return order;
}

struct Filter {
  const char* name;
  std::vector<Order> ids;  // one for all queries, or one for each
};

// The first or last `count` rows of each order, sorted.
Filter Part(const char* name, const std::vector<Order>& orders, size_t count, bool first) {
  Filter filter{name, {}};
  for (const Order& order : orders) {
    const auto n = static_cast<std::ptrdiff_t>(count);
    filter.ids.push_back(first ? Order(order.begin(), order.begin() + n) : Order(order.end() - n, order.end()));
    std::sort(filter.ids.back().begin(), filter.ids.back().end());
  }
  return filter;
}

struct Figures {
  std::vector<double> seconds;
  std::vector<float> scores;
  uint64_t distances = 0;
  uint64_t rows_scanned = 0;

  [[nodiscard]] double Milliseconds(size_t queries) const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2] * 1e3 / static_cast<double>(queries);
  }
};

void Measure(const Index& index, const Data& data, const Options& options, const Filter* filter, uint32_t flags,
             Figures& figures) {
  const size_t queries = data.query_count();
  const size_t calls = filter == nullptr ? 1 : filter->ids.size();
  const size_t each = queries / calls;
  figures.scores.assign(queries * data.k, 0);
  figures.distances = 0;
  figures.rows_scanned = 0;
  double seconds = 0;
  for (size_t call = 0; call < calls; ++call) {
    pomai_x_search_params_t params;
    pomai_x_search_params_init(&params);
    params.ef_search = options.ef;
    params.threads = 1;
    params.flags = flags;
    if (filter != nullptr) {
      params.id_mode = POMAI_X_IDS_ALLOWED;
      params.ids = filter->ids[call].data();
      params.id_count = filter->ids[call].size();
    }
    seconds += index.Search(call * each, (call + 1) * each, params, figures.scores);
    figures.distances += params.distances;
    figures.rows_scanned += params.rows_scanned;
  }
  figures.seconds.push_back(seconds);
}

void Run(const Options& options) {
  Data data = ByName(options.data, false);
  const size_t queries = std::min<size_t>(options.queries, data.query_count());
  data.queries.resize(queries * data.dim);
  const Index index(data);
  Figures unfiltered;
  std::mt19937 random(42);
  Order shuffled(data.rows());
  std::iota(shuffled.begin(), shuffled.end(), uint64_t{0});
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const Order cluster = ByDistance(data, data.base.data() + data.rows() / 3 * data.dim);
  std::vector<Order> by_distance;
  for (size_t q = 0; q < queries; ++q) {
    by_distance.push_back(ByDistance(data, data.queries.data() + q * data.dim));
  }
  for (uint32_t round = 0; round < options.rounds; ++round) {
    Measure(index, data, options, nullptr, 0, unfiltered);
  }
  std::printf("%s: %zu x %u, %zu queries, k %u, ef %u; milliseconds of processor time a query\n", data.name.c_str(),
              data.rows(), data.dim, queries, data.k, options.ef);
  std::printf("without a filter %.3f\n\n", unfiltered.Milliseconds(queries));
  std::printf("| allowed | which | recall@10 | filtered | scan of those | scan of all rows | distances | scanned |\n");
  std::printf("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (const double share : {0.001, 0.01, 0.03, 0.1, 0.2, 0.5, 0.9, 0.99}) {
    const auto count = static_cast<size_t>(share * static_cast<double>(data.rows()));
    for (const Filter& filter :
         {Part("random", {shuffled}, count, true), Part("one cluster", {cluster}, count, true),
          Part("nearest", by_distance, count, true), Part("farthest", by_distance, count, false)}) {
      Figures filtered;
      Figures scan;
      Figures full;
      for (uint32_t round = 0; round < options.rounds; ++round) {
        Measure(index, data, options, &filter, 0, filtered);
        Measure(index, data, options, &filter, POMAI_X_SEARCH_EXACT, scan);
        Measure(index, data, options, nullptr, POMAI_X_SEARCH_EXACT, full);
      }
      size_t right = 0;
      for (size_t q = 0; q < queries; ++q) {
        const size_t wanted = std::min<size_t>(data.k, count);
        for (size_t i = 0; i < wanted; ++i) {
          right += filtered.scores[q * data.k + i] >= scan.scores[q * data.k + wanted - 1] ? 1 : 0;
        }
      }
      std::printf("| %.3f | %s | %.4f | %.3f | %.3f | %.3f | %.0f | %.0f |\n", share, filter.name,
                  static_cast<double>(right) / static_cast<double>(queries * std::min<size_t>(data.k, count)),
                  filtered.Milliseconds(queries), scan.Milliseconds(queries), full.Milliseconds(queries),
                  static_cast<double>(filtered.distances) / static_cast<double>(queries),
                  static_cast<double>(filtered.rows_scanned) / static_cast<double>(queries));
      std::fflush(stdout);
    }
  }
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || i + 1 == argc) {
      throw std::runtime_error(kHelp);
    }
    const std::string value = argv[++i];
    const auto number = [&] { return std::max(1U, static_cast<uint32_t>(std::stoul(value))); };
    if (name == "--data") {
      options.data = value;
    } else if (name == "--ef") {
      options.ef = number();
    } else if (name == "--queries") {
      options.queries = number();
    } else if (name == "--rounds") {
      options.rounds = number();
    } else {
      throw std::runtime_error("Cannot understand '" + name + "'\n" + kHelp);
    }
  }
  return options;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    bench::Run(bench::Parse(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
