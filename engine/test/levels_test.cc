// What an index holds and what a search finds is the same, to the last bit, with every kernel that this machine can
// run; and the same as on another machine whose run of this test left its result in the file that POMAI_OTHER_LEVELS
// names.
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <fstream>
#include <sstream>
#include <string>

#include "base/crc32c.h"
#include "kernel/kernel.h"
#include "test_data.h"

namespace {

using namespace test;
using index::Kind;
using index::Metric;

constexpr uint32_t kRows = kSanitized ? 1000 : 3000;
constexpr uint32_t kQueries = 50;
constexpr uint32_t kSeed = 20261124;

// Made of whole numbers and powers of two: a standard library's distributions differ from the next one's.
Vectors Clustered(uint32_t rows, uint32_t dim, uint32_t seed, bool whole_numbers) {
  std::mt19937 random(seed);
  std::mt19937 centres(kSeed);
  std::vector<uint32_t> base(size_t{40} * dim);
  std::generate(base.begin(), base.end(), [&] { return centres() % 200U; });
  Vectors vectors{.dim = dim, .values = {}};
  for (uint32_t i = 0; i < rows; ++i) {
    const size_t cluster = random() % 40U;
    for (uint32_t d = 0; d < dim; ++d) {
      const auto near = static_cast<uint32_t>(random());
      const auto value = static_cast<float>(base[cluster * dim + d] + near % 16U);
      vectors.values.push_back(whole_numbers ? value : (value - 100.0F) / 64.0F + static_cast<float>(near) * 0x1p-36F);
    }
  }
  return vectors;
}

class Digest {
 public:
  void Add(std::span<const std::byte> bytes) { crc_ = pomai::Crc32c(crc_, bytes); }
  void Add(uint32_t number) { Add(std::as_bytes(std::span<const uint32_t>(&number, 1))); }
  [[nodiscard]] uint32_t crc() const { return crc_; }

 private:
  uint32_t crc_ = 0;
};

// A line for each index: the checksums of what it holds and of what it finds.
std::string Results() {
  std::ostringstream out;
  out << std::hex;
  for (const bool whole_numbers : {true, false}) {
    const Vectors rows = Clustered(kRows, 47, kSeed + 1, whole_numbers);
    const Vectors queries = Clustered(kQueries, 47, kSeed + 2, whole_numbers);
    for (const Kind kind : {Kind::kFlat, Kind::kGraph, Kind::kIvf}) {
      for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
        Indexed indexed(rows, {.kind = kind, .metric = metric, .m = 12, .ef_construction = 60, .threads = 2});
        Digest holds;
        for (const index::Section& section : indexed.sections->all) {
          holds.Add(section.kind);
          holds.Add(section.bytes);
        }
        holds.Add(std::as_bytes(std::span(indexed.order)));
        Digest finds;
        for (uint32_t q = 0; q < queries.rows(); ++q) {
          for (const index::Hit& hit : indexed.Search(queries.row(q), 10, 40)) {
            finds.Add(hit.row);
            finds.Add(std::bit_cast<uint32_t>(hit.score));
          }
        }
        out << static_cast<int>(kind) << ' ' << static_cast<int>(metric) << ' ' << whole_numbers << ' ' << holds.crc()
            << ' ' << finds.crc() << '\n';
      }
    }
  }
  return out.str();
}

// The results with one table: a process chooses its table once, so each has a process of its own.
std::string ResultsWith(const char* table) {
  int ends[2] = {};
  CHECK_EQ(0, ::pipe(ends));
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    ::setenv("POMAI_KERNEL", table, 1);
    int code = 1;
    try {
      CHECK_EQ(std::string_view(table), std::string_view(pomai::kernel::Active().name));
      const std::string results = Results();
      code = ::write(ends[1], results.data(), results.size()) == static_cast<ssize_t>(results.size()) ? 0 : 1;
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s: %s\n", table, failure.what());
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  std::string results;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    results.append(buffer, static_cast<size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  CHECK_EQ(child, ::waitpid(child, &status, 0));
  CHECK_EQ(0, status);
  return results;
}

TEST(AllLevelsBuildAndFindTheSame) {
  size_t count = 0;
  const pomai::kernel::Table* const* tables = pomai::kernel::Available(count);
  const std::string expected = ResultsWith(tables[0]->name);
  for (size_t i = 1; i < count; ++i) {
    const std::string results = ResultsWith(tables[i]->name);
    if (results != expected) {
      throw check::Failure(std::string("kind, metric, whole numbers, checksums of what is held and found, ") +
                           tables[0]->name + ":\n" + expected + tables[i]->name + ":\n" + results);
    }
  }
  if (const char* file = std::getenv("POMAI_LEVELS_OUT"); file != nullptr) {
    std::ofstream(file) << expected;
  }
}

TEST(AnotherMachineBuildsAndFindsTheSame) {
  const char* file = std::getenv("POMAI_OTHER_LEVELS");
  std::ifstream in(file == nullptr ? "" : file);
  if (!in) {
    SKIP("no result of another machine (POMAI_OTHER_LEVELS)");
  }
  std::ostringstream other;
  other << in.rdbuf();
  CHECK_EQ(other.str(), ResultsWith(pomai::kernel::Active().name));
}

}  // namespace
