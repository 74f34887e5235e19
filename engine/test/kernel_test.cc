// Every kernel that this machine can run against plain loops in double precision and against each other, at every
// length from 0 to 300, at unaligned addresses and with nothing but a guard behind the last component.
#include "kernel/kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "check.h"

namespace {

using pomai::kernel::Table;
using pomai::kernel::TileRows;

constexpr size_t kLongest = 300;

template <typename Body>
void ForEachTable(Body body) {
  size_t count = 0;
  const Table* const* tables = pomai::kernel::Available(count);
  CHECK(count >= 1);
  for (size_t i = 0; i < count; ++i) {
    body(*tables[i]);
  }
}

bool Near(double expected, double actual, double magnitude) {
  return std::abs(expected - actual) <= 1e-5 * (magnitude + 1.0);
}

// Rows of exactly `length` values each in a heap block of its own, so that a sanitizer sees a read beyond it; `shift`
// values in front put it off alignment.
template <typename T>
struct Rows {
  std::vector<std::vector<T>> blocks;
  size_t shift;

  template <typename Draw>
  Rows(size_t rows, size_t length, size_t shift_by, Draw draw) : blocks(rows), shift(shift_by) {
    for (auto& block : blocks) {
      block.reserve(length + shift);
      for (size_t i = 0; i < length + shift; ++i) {
        block.push_back(static_cast<T>(draw()));
      }
    }
  }
  const T* operator[](size_t row) const { return blocks[row].data() + shift; }
};

TEST(FloatKernelsAgreeWithPlainLoops) {
  std::mt19937 random(7);
  std::normal_distribution<float> draw(0.0F, 3.0F);
  for (size_t length = 0; length <= kLongest; ++length) {
    const Rows<float> rows(5, length, length % 4, [&] { return draw(random); });
    double l2[5] = {};
    double dot[5] = {};
    double size[5] = {};
    for (size_t r = 0; r < 5; ++r) {
      for (size_t i = 0; i < length; ++i) {
        const double x = rows[0][i];
        const double y = rows[r][i];
        l2[r] += (x - y) * (x - y);
        dot[r] += x * y;
        size[r] += std::abs(x * y) + x * x + y * y;
      }
    }
    const void* four[4] = {rows[1], rows[2], rows[3], rows[4]};
    ForEachTable([&](const Table& table) {
      float out[4];
      table.l2_quad(rows[0], four, length, out);
      for (size_t r = 0; r < 4; ++r) {
        CHECK(Near(l2[r + 1], static_cast<double>(out[r]), size[r + 1]));
      }
      table.dot_quad(rows[0], four, length, out);
      for (size_t r = 0; r < 4; ++r) {
        CHECK(Near(dot[r + 1], static_cast<double>(out[r]), size[r + 1]));
        CHECK(Near(dot[r + 1], static_cast<double>(table.dot(rows[0], four[r], length)), size[r + 1]));
        CHECK_EQ(-table.dot(rows[0], four[r], length), table.negative_dot(rows[0], four[r], length));
        CHECK(Near(l2[r + 1], static_cast<double>(table.l2(rows[0], four[r], length)), size[r + 1]));
      }
      table.negative_dot_quad(rows[0], four, length, out);
      for (size_t r = 0; r < 4; ++r) {
        CHECK(Near(-dot[r + 1], static_cast<double>(out[r]), size[r + 1]));
      }
    });
  }
}

// What the functions over float32 give, as bits: 0 and -0 differ.
std::vector<uint32_t> FloatBits(const Table& table, const float* query, const void* const four[4], size_t length) {
  std::vector<uint32_t> bits;
  const auto keep = [&](float value) { bits.push_back(std::bit_cast<uint32_t>(value)); };
  for (const auto quad : {table.l2_quad, table.dot_quad, table.negative_dot_quad}) {
    float out[4];
    quad(query, four, length, out);
    std::for_each(out, out + 4, keep);
  }
  return bits;
}

// Any float that is a number, from the smallest to the largest, or of a few exponents so that sums round often and ties
// are met.
float AnyFinite(std::mt19937& random, bool few_exponents) {
  auto bits = static_cast<uint32_t>(random());
  if (few_exponents) {
    const auto draw = static_cast<uint32_t>(random());
    bits = (bits & 0x803FFFFFU & ~(0x3FFFU >> draw % 15U)) | (120U + draw / 16U % 14U) << 23U;
  }
  const auto value = std::bit_cast<float>(bits);
  return std::isfinite(value) ? value : 0.0F;
}

TEST(TablesAgreeToTheLastBit) {
  std::mt19937 random(19);
  for (size_t length = 0; length <= kLongest; ++length) {
    const bool few_exponents = length % 4 != 0;
    const Rows<float> rows(5, length, length % 4, [&] { return AnyFinite(random, few_exponents); });
    const void* four[4] = {rows[1], rows[2], rows[3], rows[4]};
    std::vector<uint32_t> expected;
    ForEachTable([&](const Table& table) {
      const auto bits = FloatBits(table, rows[0], four, length);
      if (expected.empty()) {
        expected = bits;
      }
      CHECK(expected == bits);
      for (size_t r = 0; r < 4; ++r) {
        CHECK_EQ(bits[r], std::bit_cast<uint32_t>(table.l2(rows[0], four[r], length)));
        CHECK_EQ(bits[4 + r], std::bit_cast<uint32_t>(table.dot(rows[0], four[r], length)));
        CHECK_EQ(bits[8 + r], std::bit_cast<uint32_t>(table.negative_dot(rows[0], four[r], length)));
      }
    });
  }
}

TEST(ProductsAreRoundedOnceWithTheirAddition) {
  std::mt19937 random(23);
  for (size_t i = 0; i < 200000; ++i) {
    // Components 0 and 16 go to one sum.
    float x[17] = {};
    float y[17] = {};
    for (const size_t d : {size_t{0}, size_t{16}}) {
      x[d] = AnyFinite(random, i % 4 != 0);
      y[d] = AnyFinite(random, i % 4 != 0);
    }
    const float expected = std::fma(x[16], y[16], x[0] * y[0]) + 0.0F;
    if (std::isfinite(expected)) {
      ForEachTable([&](const Table& table) { CHECK_EQ(expected, table.dot(x, y, 17)); });
    }
  }
}

// With components of 1e38 a product is beyond the largest float, and what is left of the row's others is not.
TEST(DotProductsThatOverflowOnTheWayAreExact) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (size_t length = 2; length <= kLongest; ++length) {
    std::vector<float> query(length, 1.0F);
    std::vector<float> cancels(length, 1.0F);
    for (const size_t d : {size_t{0}, length - 1}) {
      query[d] = 1e38F;
    }
    cancels[0] = 3e38F;
    cancels[length - 1] = -3e38F;
    std::vector<float> high = cancels;
    high[length - 1] = 3e38F;
    std::vector<float> low = high;
    low[0] = low[length - 1] = -3e38F;
    const std::vector<float> none(length, 0.0F);
    const void* four[4] = {cancels.data(), high.data(), low.data(), none.data()};
    ForEachTable([&](const Table& table) {
      float out[4];
      table.dot_quad(query.data(), four, length, out);
      CHECK_EQ(static_cast<float>(length - 2), out[0]);
      CHECK_EQ(kInfinity, out[1]);
      CHECK_EQ(-kInfinity, out[2]);
      CHECK_EQ(0.0F, out[3]);
      float negative[4];
      table.negative_dot_quad(query.data(), four, length, negative);
      for (size_t r = 0; r < 4; ++r) {
        CHECK_EQ(out[r], table.dot(query.data(), four[r], length));
        CHECK_EQ(-out[r], negative[r]);
        CHECK(!std::signbit(negative[3]));
      }
    });
  }
}

TEST(SquaredDistancesThatOverflowAreInfinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (size_t length = 1; length <= kLongest; ++length) {
    const std::vector<float> high(length, 3e38F);
    const std::vector<float> low(length, -3e38F);
    ForEachTable([&](const Table& table) {
      CHECK_EQ(kInfinity, table.l2(high.data(), low.data(), length));
      CHECK_EQ(0.0F, table.l2(high.data(), high.data(), length));
    });
  }
}

TEST(CodeDistancesAreExact) {
  std::mt19937 random(11);
  for (size_t length = 0; length <= kLongest; ++length) {
    const Rows<uint8_t> rows(5, length, length % 3, [&] { return random() % 256; });
    const void* four[4] = {rows[1], rows[2], rows[3], rows[4]};
    ForEachTable([&](const Table& table) {
      float out[4];
      table.code_l2_quad(rows[0], four, length, out);
      for (size_t r = 0; r < 4; ++r) {
        uint64_t expected = 0;
        for (size_t i = 0; i < length; ++i) {
          const int64_t difference = int64_t{rows[0][i]} - int64_t{rows[r + 1][i]};
          expected += static_cast<uint64_t>(difference * difference);
        }
        CHECK_EQ(static_cast<float>(expected), out[r]);
        CHECK_EQ(static_cast<float>(expected), table.code_l2(rows[0], four[r], length));
      }
      table.code_negative_dot_quad(rows[0], four, length, out);
      for (size_t r = 0; r < 4; ++r) {
        int64_t expected = 0;
        for (size_t i = 0; i < length; ++i) {
          expected -= (int64_t{rows[0][i]} - 128) * (int64_t{rows[r + 1][i]} - 128);
        }
        CHECK_EQ(static_cast<float>(expected), out[r]);
        CHECK_EQ(static_cast<float>(expected), table.code_negative_dot(rows[0], four[r], length));
      }
    });
  }
}

TEST(CodeDistancesDoNotOverflowAtTheLongestLength) {
  const std::vector<uint8_t> low(65536, 0);
  const std::vector<uint8_t> high(65536, 255);
  const void* four[4] = {high.data(), low.data(), high.data(), low.data()};
  ForEachTable([&](const Table& table) {
    float out[4];
    table.code_l2_quad(low.data(), four, low.size(), out);
    CHECK_EQ(65536.0F * 255.0F * 255.0F, out[0]);
    CHECK_EQ(0.0F, out[1]);
    CHECK_EQ(out[0], table.code_l2(low.data(), high.data(), low.size()));
  });
}

TEST(CodeTilesAreExact) {
  std::mt19937 random(13);
  for (size_t length = 4; length <= kLongest; length += 12) {
    const size_t groups = 1 + length % 5;
    const size_t a_rows = 1 + length % 37;
    const size_t columns = groups * pomai::kernel::kTileGroup;
    const Rows<int8_t> a(1, a_rows * length, 1, [&] { return static_cast<int8_t>(random() % 256); });
    const Rows<int32_t> a_terms(1, a_rows, 0, [&] { return static_cast<int32_t>(random() % 100000); });
    const Rows<int32_t> b_terms(1, columns, 1, [&] { return static_cast<int32_t>(random() % 100000) - 50000; });
    const Rows<uint8_t> packed(1, columns * length, 0, [&] { return random() % 256; });
    ForEachTable([&](const Table& table) {
      std::vector<int32_t> out(a_rows * columns, -1);
      table.code_tile({a[0], length, a_terms[0], a_rows}, {packed[0], b_terms[0], groups}, length, out.data(), columns);
      for (size_t i = 0; i < a_rows; ++i) {
        for (size_t j = 0; j < columns; ++j) {
          int32_t expected = 0;
          for (size_t d = 0; d < length; ++d) {
            expected += int32_t{a[0][i * length + d]} *
                        int32_t{packed[0][j / 16 * 16 * length + d / 4 * 64 + j % 16 * 4 + d % 4]};
          }
          CHECK_EQ(a_terms[0][i] + b_terms[0][j] - 2 * expected, out[i * columns + j]);
        }
      }
    });
  }
}

TEST(WhatIsNearInTilesIsCollected) {
  constexpr size_t kCollected = 3;  // before
  std::mt19937 random(18);
  for (size_t length = 4; length <= kLongest; length += 12) {
    const size_t groups = 1 + length % 21;
    const size_t a_rows = 1 + length % 37;
    const size_t columns = groups * pomai::kernel::kTileGroup;
    const Rows<int8_t> a(1, a_rows * length, 1, [&] { return static_cast<int8_t>(random() % 256); });
    const Rows<int32_t> a_terms(1, a_rows, 0, [&] { return static_cast<int32_t>(random() % 100000) - 50000; });
    const Rows<int32_t> b_terms(1, columns, 1, [&] { return static_cast<int32_t>(random() % 100000) - 50000; });
    const Rows<uint8_t> packed(1, columns * length, 0, [&] { return random() % 256; });
    const TileRows rows = {a[0], length, a_terms[0], a_rows};
    std::vector<int32_t> all(a_rows * columns);
    pomai::kernel::Scalar()->code_tile(rows, {packed[0], b_terms[0], groups}, length, all.data(), columns);
    ForEachTable([&](const Table& table) {
      const size_t room = kCollected + columns + pomai::kernel::kSelectSlack;
      std::vector<int32_t> distances(a_rows * room, 77);
      std::vector<uint32_t> numbers(a_rows * room, 77);
      std::vector<pomai::kernel::Near> near(a_rows);
      for (size_t i = 0; i < a_rows; ++i) {
        // All, none, and as many as are below one of the distances, or below one more than that.
        const int32_t some = all[i * columns + i % columns] + static_cast<int32_t>(i / 4 % 2);
        const int32_t limit = i % 4 == 0 ? INT32_MAX : i % 4 == 1 ? INT32_MIN / 2 : some;
        near[i] = {limit, kCollected, distances.data() + i * room, numbers.data() + i * room};
      }
      table.near_tile(rows, {packed[0], b_terms[0], groups}, length, 1000, near.data());
      for (size_t i = 0; i < a_rows; ++i) {
        std::vector<int32_t> expected(kCollected, 77);
        std::vector<uint32_t> expected_numbers(kCollected, 77);
        for (size_t j = 0; j < columns; ++j) {
          if (all[i * columns + j] < near[i].limit) {
            expected.push_back(all[i * columns + j]);
            expected_numbers.push_back(1000 + static_cast<uint32_t>(j));
          }
        }
        CHECK_EQ(expected.size(), near[i].count);
        CHECK(std::equal(expected.begin(), expected.end(), near[i].distances));
        CHECK(std::equal(expected_numbers.begin(), expected_numbers.end(), near[i].numbers));
      }
    });
  }
}

TEST(GroupsArePackedByFours) {
  constexpr size_t kGroup = pomai::kernel::kTileGroup;
  std::mt19937 random(14);
  for (size_t length = 4; length <= kLongest; length += 4) {
    const Rows<uint8_t> rows(kGroup, length, length % 3, [&] { return random() % 256; });
    const uint8_t* addresses[kGroup];
    int32_t expected[kGroup] = {};
    for (size_t j = 0; j < kGroup; ++j) {
      addresses[j] = rows[j];
      for (size_t d = 0; d < length; ++d) {
        expected[j] += (rows[j][d] - 128) * (rows[j][d] - 128);
      }
    }
    ForEachTable([&](const Table& table) {
      std::vector<uint8_t> packed(kGroup * length, 77);
      int32_t squares[kGroup] = {};
      table.pack_group(addresses, length, packed.data(), squares);
      for (size_t j = 0; j < kGroup; ++j) {
        CHECK_EQ(expected[j], squares[j]);
        for (size_t d = 0; d < length; ++d) {
          CHECK_EQ(int{rows[j][d]}, int{packed[d / 4 * 64 + j * 4 + d % 4]});
        }
      }
    });
  }
}

TEST(WhatIsBelowIsCountedAndSelected) {
  std::mt19937 random(17);
  for (size_t count = 0; count <= kLongest; ++count) {
    const Rows<int32_t> values(1, count, 1, [&] { return static_cast<int32_t>(random() % 100) - 50; });
    std::vector<uint32_t> expected;
    std::vector<int32_t> expected_below;
    for (size_t i = 0; i < count; ++i) {
      if (values[0][i] < 3) {
        expected.push_back(1000 + static_cast<uint32_t>(i));
        expected_below.push_back(values[0][i]);
      }
    }
    ForEachTable([&](const Table& table) {
      std::vector<uint32_t> found(count + pomai::kernel::kSelectSlack);
      std::vector<int32_t> below(count + pomai::kernel::kSelectSlack);
      found.resize(table.select_below(values[0], count, 3, 1000, below.data(), found.data()));
      below.resize(found.size());
      CHECK(expected == found);
      CHECK(expected_below == below);
      CHECK_EQ(expected.size(), table.count_below(values[0], count, 3));
    });
  }
}

TEST(PopcountCountsBits) {
  const std::vector<uint64_t> words = {0, 1, ~uint64_t{0}, uint64_t{1} << 63, 0xF0F0};
  ForEachTable([&](const Table& table) {
    CHECK_EQ(uint64_t{0}, table.popcount(words.data(), 0));
    CHECK_EQ(uint64_t{74}, table.popcount(words.data(), words.size()));
  });
}

}  // namespace
