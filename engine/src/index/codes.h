// 8-bit codes: component d of a vector becomes round((x - offset[d]) / scale), one scale for all components, so that
// distances of codes are distances of vectors times a constant. With inner product, code 128 stands for 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "index/index.h"

namespace pomai::index {

struct CodeModel {
  uint32_t dim = 0;
  uint32_t stride = 0;    // bytes a code takes: dim, padded
  uint32_t levels = 255;  // the highest code
  bool lossless = false;  // every row equals offset + scale * code
  float scale = 1;
  float longest = 0;  // with inner product, the norm of the longest row in units of `scale`; 0: not known
  std::vector<float> offsets;

  // The widest code: distances fit 32 bits.
  static constexpr uint32_t kMaxStride = 65536;
  static constexpr uint8_t kZero = 128;  // with inner product

  // Learns offsets and scale from the rows. A stride of 0 says that codes cannot hold them (too long, or not finite
  // when scaled). `uneven` receives, with inner product, whether the rows' norms differ by more than rounding.
  static CodeModel Train(const Matrix& rows, Metric metric, uint32_t threads, bool& uneven);

  void Encode(const float* row, uint8_t* code) const;

  enum class QueryFit : uint8_t {
    kExact,    // code distances are the distances: no need to look at the rows
    kNear,     // code distances are near the distances
    kOutside,  // the codes cannot tell this query's neighbours, it lies too far outside of the rows' range
  };

  // How a query's code relates to its distances.
  struct QueryCode {
    QueryFit fit = QueryFit::kOutside;
    float unit = 0;   // the distance that a code distance of 1 stands for
    float error = 0;  // what lies between the query and its code, in steps of the codes
    float norm = 0;   // of the query in those steps; with inner product only
  };

  // Encodes a query; with inner product it is first scaled to fill the codes' range.
  QueryCode EncodeQuery(const float* query, Metric metric, uint8_t* code) const;
};

}  // namespace pomai::index
