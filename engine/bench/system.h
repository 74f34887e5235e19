// What the benchmark asks of a library under test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

enum class Metric : uint8_t { kL2, kInnerProduct };

struct Data {
  std::string name;
  Metric metric = Metric::kL2;
  uint32_t dim = 0;
  std::vector<float> base;
  std::vector<float> queries;
  std::vector<uint32_t> nearest;  // the exact k of each query
  uint32_t k = 10;

  [[nodiscard]] size_t rows() const { return base.size() / dim; }
  [[nodiscard]] size_t query_count() const { return queries.size() / dim; }
};

struct Params {
  uint32_t m = 16;
  uint32_t ef_construction = 200;
  uint32_t threads = 1;
  bool lists = false;  // an inverted file instead of a graph; the width of a search is then its probed lists
};

// What an index that was opened from disk and searched takes, in bytes.
struct Footprint {
  uint64_t files = 0;
  double open_milliseconds = 0;
  uint64_t mapped_by_open = 0;  // of the files' pages, resident once the index is open
  uint64_t anonymous = 0;       // more of the process than before it opened the index, after searching
  uint64_t index = 0;           // of the mapped files, all but the float32 vectors
  uint64_t vectors = 0;         // float32 vectors in mapped files
};

// One index over one data set, built by the constructor's factory: that call is what build time measures.
class System {
 public:
  virtual ~System() = default;

  // Rows of the k nearest for every query, k a query, kNone where fewer were found.
  virtual void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) = 0;

  // Writes the index to `path`, which is absent, so that a process of its own can open it; false where the system is
  // not measured so.
  virtual bool Save(const std::string& path) = 0;

  static constexpr uint32_t kNone = UINT32_MAX;
};

std::unique_ptr<System> BuildPomai(const Data& data, const Params& params);
std::unique_ptr<System> BuildHnswlib(const Data& data, const Params& params);
std::unique_ptr<System> BuildFaissHnsw(const Data& data, const Params& params);
std::unique_ptr<System> BuildFaissIvf(const Data& data, const Params& params);

// What Save has written.
std::unique_ptr<System> OpenPomai(const std::string& path, const Data& data, const Params& params);
std::unique_ptr<System> OpenHnswlib(const std::string& path, const Data& data, const Params& params);

}  // namespace bench
