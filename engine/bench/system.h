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
};

// One index over one data set, built by the constructor's factory: that call is what build time measures.
class System {
 public:
  virtual ~System() = default;

  // Rows of the k nearest for every query, k a query, kNone where fewer were found; on one thread.
  virtual void Search(const Data& data, uint32_t ef, std::vector<uint32_t>& found) = 0;

  static constexpr uint32_t kNone = UINT32_MAX;
};

std::unique_ptr<System> BuildPomai(const Data& data, const Params& params);
std::unique_ptr<System> BuildHnswlib(const Data& data, const Params& params);

}  // namespace bench
