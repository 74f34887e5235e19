// kernels: CPU time of every kernel that this machine can run, from cache, in nanoseconds a row (a value for `select`).
//   kernels [dim...]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <vector>

#include "kernel/kernel.h"

namespace {

using namespace pomai::kernel;

constexpr size_t kRows = 64;
constexpr size_t kValues = 1000;
constexpr size_t kRounds = 20;

double CpuNanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// The least of several rounds: what disturbs a round only ever adds to it.
template <typename Body>
double Best(size_t calls, size_t items, const Body& body) {
  double best = 0;
  for (size_t round = 0; round < kRounds; ++round) {
    const double begin = CpuNanoseconds();
    for (size_t call = 0; call < calls; ++call) {
      body();
    }
    const double took = CpuNanoseconds() - begin;
    best = round == 0 ? took : std::min(best, took);
  }
  return best / static_cast<double>(calls * items);
}

// Rows of a dim, as float32 and as codes, and what is measured on them.
struct Data {
  size_t dim;
  size_t stride;  // of a code
  std::vector<float> floats;
  std::vector<uint8_t> codes;
  std::vector<int32_t> terms = std::vector<int32_t>(kRows, 0);
  std::vector<int32_t> values;
  float sink = 0;  // printed, so that nothing is left out

  explicit Data(size_t dim_of_rows) : dim(dim_of_rows), stride((dim_of_rows + 31) / 32 * 32) {
    std::mt19937 random(1);
    const auto draw = [&] { return static_cast<uint32_t>(random()); };
    std::generate_n(std::back_inserter(floats), kRows * dim, [&] { return static_cast<float>(draw()) * 0x1p-32F; });
    std::generate_n(std::back_inserter(codes), kRows * stride, [&] { return static_cast<uint8_t>(draw()); });
    std::generate_n(std::back_inserter(values), kValues, [&] { return static_cast<int32_t>(draw() % kValues); });
  }

  [[nodiscard]] size_t calls() const { return std::max<size_t>(1, 20000 / dim); }

  template <typename Row>
  double Quads(RowQuad quad, const Row* rows, size_t length) {
    return Best(calls(), kRows, [&] {
      for (size_t i = 0; i < kRows; i += 4) {
        const Row* first = rows + i * length;
        const void* four[4] = {first, first + length, first + 2 * length, first + 3 * length};
        float out[4];
        quad(rows, four, length, out);
        sink += out[0] + out[3];
      }
    });
  }

  template <typename Row>
  double Pairs(RowPair pair, const Row* rows, size_t length) {
    return Best(calls(), kRows, [&] {
      for (size_t i = 0; i < kRows; ++i) {
        sink += pair(rows, rows + i * length, length);
      }
    });
  }

  double Tiles(const Table& table) {
    std::vector<int32_t> out(kRows * kRows);
    return Best(std::max<size_t>(1, calls() / 8), kRows * kRows, [&] {
      table.code_tile({reinterpret_cast<const int8_t*>(codes.data()), stride, terms.data(), kRows},
                      {codes.data(), terms.data(), kRows / kTileGroup}, stride, out.data(), kRows);
      sink += static_cast<float>(out[kRows]);
    });
  }

  double Selects(const Table& table) {
    std::vector<uint32_t> found(kValues + kSelectSlack);
    std::vector<int32_t> below(kValues + kSelectSlack);
    return Best(200, kValues, [&] {
      sink +=
          static_cast<float>(table.select_below(values.data(), kValues, kValues / 30, 0, below.data(), found.data()));
    });
  }

  void Print(const Table& table) {
    std::printf("%5zu %-8s %6.1f %6.1f %6.1f %6.1f  %6.1f %6.1f %6.1f %6.1f  %7.2f %6.2f\n", dim, table.name,
                Quads(table.l2_quad, floats.data(), dim), Quads(table.dot_quad, floats.data(), dim),
                Pairs(table.l2, floats.data(), dim), Pairs(table.dot, floats.data(), dim),
                Quads(table.code_l2_quad, codes.data(), stride),
                Quads(table.code_negative_dot_quad, codes.data(), stride), Pairs(table.code_l2, codes.data(), stride),
                Pairs(table.code_negative_dot, codes.data(), stride), Tiles(table), Selects(table));
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<size_t> dims;
  for (int i = 1; i < argc; ++i) {
    dims.push_back(std::max(1UL, std::strtoul(argv[i], nullptr, 10)));
  }
  if (dims.empty()) {
    dims = {32, 128, 768};
  }
  std::printf("                four rows     one row        codes: four   one            tile   select\n");
  std::printf("  dim kernel       l2    dot     l2    dot      l2    dot     l2    dot\n");
  float sink = 0;
  for (const size_t dim : dims) {
    Data data(dim);
    size_t count = 0;
    const Table* const* tables = Available(count);
    for (size_t i = 0; i < count; ++i) {
      data.Print(*tables[i]);
    }
    sink += data.sink;
  }
  std::printf("(%g)\n", static_cast<double>(sink));
  return 0;
}
