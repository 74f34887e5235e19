// The log of unfrozen rows, and the pieces it is made of.
#include "core/memtable.h"

#include <random>

#include "base/crc32c.h"
#include "check.h"

namespace {

using pomai::MappedArray;
using pomai::core::Known;
using pomai::core::MemTable;
using pomai::core::Record;
using pomai::core::Upsert;

std::span<const std::byte> Bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

TEST(crc32c_gives_the_published_values) {
  CHECK_EQ(0U, pomai::Crc32c(0, {}));
  CHECK_EQ(0xE3069283U, pomai::Crc32c(0, Bytes("123456789")));
  CHECK_EQ(0x8A9136AAU, pomai::Crc32c(0, Bytes(std::string(32, '\0'))));
  CHECK_EQ(0x62A8AB43U, pomai::Crc32c(0, Bytes(std::string(32, '\xFF'))));
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text.push_back(static_cast<char>(i * 7));
  }
  const uint32_t whole = pomai::Crc32c(0, Bytes(text));
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK_EQ(whole, pomai::Crc32c(pomai::Crc32c(0, Bytes(text.substr(0, cut))), Bytes(text.substr(cut))));
  }
}

TEST(a_mapped_array_keeps_its_values_while_it_grows) {
  MappedArray<uint64_t> array;
  for (uint64_t i = 0; i < 300000; ++i) {
    array.Append(i);
  }
  CHECK_EQ(300000U, array.size());
  for (uint64_t i = 0; i < array.size(); ++i) {
    CHECK_EQ(i, array[i]);
  }
  MappedArray<uint64_t> other = std::move(array);
  CHECK_EQ(299999U, other[299999]);
  bool refused = false;
  try {
    other.Reserve(SIZE_MAX / sizeof(uint64_t));
  } catch (const std::bad_alloc&) {
    refused = true;
  }
  CHECK(refused);
  CHECK_EQ(299999U, other[299999]);
}

void Put(MemTable& table, uint64_t id, float value, std::span<const std::byte> metadata = {}) {
  const float vector[2] = {value, -value};
  const Upsert row{id, vector, metadata};
  table.Put({&row, 1});
}

TEST(compacting_leaves_one_row_an_id_in_the_order_of_ids) {
  std::mt19937 random(7);
  MemTable table(2);
  std::vector<float> expected(100, 0);  // 0: never put
  std::vector<std::string> metadata(5000);
  for (size_t i = 0; i < metadata.size(); ++i) {
    const uint64_t id = random() % 100;
    if (random() % 4 == 0) {
      table.Delete(id);
      expected[id] = -1;
    } else {
      metadata[i] = std::to_string(i);
      Put(table, id, static_cast<float>(i), Bytes(metadata[i]));
      expected[id] = static_cast<float>(i);
    }
  }
  const uint64_t bytes = MemTable::BytesOf(table.extent(), 2);
  CHECK(table.Compact());
  CHECK(MemTable::BytesOf(table.extent(), 2) < bytes / 10);
  CHECK(table.Compact());

  size_t row = 0;
  const auto ids = table.row_ids();
  const auto texts = table.row_metadata();
  const auto matrix = table.matrix();
  for (uint64_t id = 0; id < expected.size(); ++id) {
    Record record;
    const Known known = table.Get(id, record);
    CHECK(known == table.Find(id));
    CHECK(known == (expected[id] == 0 ? Known::kNothing : expected[id] < 0 ? Known::kDeleted : Known::kRow));
    if (known == Known::kRow) {
      CHECK_EQ(expected[id], record.vector[0]);
      CHECK_EQ(id, ids[row]);
      CHECK_EQ(expected[id], matrix.row(static_cast<uint32_t>(row))[0]);
      CHECK_EQ(-expected[id], matrix.row(static_cast<uint32_t>(row))[1]);
      const std::string text = std::to_string(static_cast<size_t>(expected[id]));
      CHECK_EQ(text, std::string(reinterpret_cast<const char*>(texts[row].data()), texts[row].size()));
      ++row;
    }
  }
  CHECK_EQ(row, ids.size());
  CHECK_EQ(row, table.rows());
}

TEST(a_pinned_table_is_not_compacted_and_its_clone_is) {
  const auto table = std::make_shared<MemTable>(2);
  Put(*table, 2, 1);
  Put(*table, 1, 2);
  {
    const MemTable::Pin pin(table);
    Put(*table, 2, 3);
    CHECK(!table->Compact());
    const auto clone = table->Clone();
    CHECK(clone->Compact());
    CHECK_EQ(2U, clone->rows());
    const auto items = pin.Items();
    CHECK_EQ(2U, items.size());
    Record record;
    pin.Read(items[1], record);
    CHECK_EQ(2U, record.id);
    CHECK_EQ(1.0F, record.vector[0]);
  }
  CHECK(table->Compact());
  CHECK_EQ(2U, table->entries());
}

TEST(rows_in_the_order_of_ids_need_no_work) {
  MemTable table(2);
  for (uint64_t id = 0; id < 10; ++id) {
    Put(table, id * 3, 1);
  }
  table.Delete(100);
  const float* const before = table.matrix().data;
  const auto pin_free = table.Compact();
  CHECK(pin_free);
  CHECK(before == table.matrix().data);
  CHECK_EQ(10U, table.row_ids().size());
  CHECK_EQ(1U, table.deleted_ids().size());
}

}  // namespace
