// Files whose checksums are right and whose contents are not: no number in them may lead a reader astray. What an
// answer is worth then is not defined; that there is one, or a status, is. (Run it under the sanitizers.)
#include <cstring>
#include <ctime>
#include <random>

#include "core/manifest.h"
#include "files.h"
#include "fixture.h"
#include "seal.h"

namespace {

using fixture::Database;
using fixture::Options;
using fixture::ReadWhole;
using fixture::Rows;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Vector;
using fixture::WriteWhole;

constexpr uint32_t kDim = 2;

// Calls everything that reads; any status will do.
void ReadEverything(const std::string& path) {
  std::unique_ptr<Database> database;
  if (!Database::TryOpen(path, Options(kDim), database).ok()) {
    return;
  }
  std::vector<std::vector<fixture::Hit>> hits;
  static_cast<void>(database->SearchBatch({{0, 0}, {5, 3}}, 7, hits));
  pomai_iter_t* iterator = nullptr;
  if (Take(pomai_scan(database->handle(), nullptr, nullptr, &iterator)).ok()) {
    size_t sum = 0;
    for (size_t rows = 0; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
      pomai_record_view_t view{};
      CHECK_OK(Take(pomai_iter_get_record(iterator, &view)));
      sum += std::string(reinterpret_cast<const char*>(view.metadata), view.metadata_len).size();
      sum += Vector(view.vector, view.vector + view.dim).size();
      CHECK(++rows <= 1000);
    }
    CHECK(sum < 1000000);
    pomai_iter_free(iterator);
  }
  Vector vector;
  for (uint64_t id = 0; id < 40; ++id) {
    static_cast<void>(database->Get(id, vector));
  }
}

void MakeDatabase(const std::string& path, uint8_t index_type, uint32_t adaptive_threshold) {
  auto options = Options(kDim);
  options.index_type = index_type;
  options.adaptive_threshold = adaptive_threshold;
  options.hnsw_m = 2;
  const auto database = Database::Open(path, options);
  for (int segment = 0; segment < 2; ++segment) {
    for (uint64_t id = 0; id < 30; ++id) {
      const Vector vector = {static_cast<float>(id % 7), static_cast<float>(id)};
      const std::string metadata(id % 3, 'm');
      auto item = fixture::Upsert(id + static_cast<uint64_t>(segment) * 15, vector);
      item.metadata = reinterpret_cast<const uint8_t*>(metadata.data());
      item.metadata_len = static_cast<uint32_t>(metadata.size());
      CHECK_OK(Take(pomai_put(database->handle(), &item)));
    }
    if (segment == 1) {
      CHECK_OK(database->Delete(3));
      CHECK_OK(database->Delete(4));
    }
    CHECK_OK(database->Freeze());
  }
}

void Craft(uint8_t index_type, uint32_t adaptive_threshold, int rounds) {
  const char* given = std::getenv("POMAI_TEST_SEED");
  const auto seed =
      given != nullptr ? std::strtoul(given, nullptr, 10) : static_cast<unsigned long>(std::time(nullptr));
  std::printf("POMAI_TEST_SEED=%lu\n", seed);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  MakeDatabase(path, index_type, adaptive_threshold);
  auto manifest = pomai::core::ReadManifest(path);
  CHECK_OK(manifest.status());
  const std::string file = path + "/00000000000000000002.seg";
  const std::string bytes = ReadWhole(file);
  for (int round = 0; round < rounds; ++round) {
    std::string crafted = bytes;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      // A number of 1, 2, 4 or 8 bytes becomes zero, huge, a little different, or anything.
      const size_t width = size_t{1} << (random() % 4);
      const size_t at = random() % (crafted.size() / width) * width;
      uint64_t value = 0;
      std::memcpy(&value, crafted.data() + at, width);
      switch (random() % 4) {
        case 0:
          value = 0;
          break;
        case 1:
          value = UINT64_MAX - random() % 3;
          break;
        case 2:
          value += random() % 9 - 4;
          break;
        default:
          value = random();
      }
      std::memcpy(crafted.data() + at, &value, width);
    }
    auto& entry = manifest.value().segments.back();
    entry.header_crc = fixture::SealSegment(crafted);
    WriteWhole(file, crafted);
    WriteWhole(path + "/MANIFEST", pomai::core::FormatManifest(manifest.value()));
    ReadEverything(path);
  }
}

TEST(a_crafted_exact_scan_leads_nobody_astray) { Craft(POMAI_INDEX_HNSW, 5000, 3000); }

TEST(a_crafted_graph_leads_nobody_astray) { Craft(POMAI_INDEX_HNSW, 0, 3000); }

TEST(a_crafted_list_index_leads_nobody_astray) { Craft(POMAI_INDEX_IVF, 0, 3000); }

TEST(a_crafted_manifest_is_corruption) {
  const std::string whole = pomai::core::FormatManifest({3, 2, pomai::index::Metric::kL2, 5, {{1, 128, 0xABCDEF01U}}});
  const auto parsed = pomai::core::ParseManifest(whole, "MANIFEST");
  CHECK_OK(parsed.status());
  CHECK_EQ(3U, parsed.value().generation);
  CHECK_EQ(2U, parsed.value().dim);
  CHECK_EQ(5U, parsed.value().next_segment);
  CHECK_EQ(1U, parsed.value().segments.size());
  CHECK_EQ(128U, parsed.value().segments[0].bytes);
  CHECK_EQ(0xABCDEF01U, parsed.value().segments[0].header_crc);

  const std::string body = whole.substr(0, whole.find("crc32c "));
  using fixture::SealManifest;
  CHECK_EQ(whole, SealManifest(body));
  const auto code = [&](const std::string& text) {
    return static_cast<int>(pomai::core::ParseManifest(SealManifest(text), "MANIFEST").status().code());
  };
  for (size_t size = std::string("pomai manifest 1\n").size(); size < body.size(); ++size) {
    const bool whole_line = body[size - 1] == '\n' && body.compare(size, 8, "segment ") == 0;
    CHECK_EQ(whole_line ? 0 : static_cast<int>(POMAI_STATUS_CORRUPTION), code(body.substr(0, size)));
  }
  CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), code(body + "segment 2\n"));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), code(body + "and so on\n"));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_CORRUPTION), code(body + "segment 99999999999999999999999 1 00000000\n"));
  CHECK_EQ(static_cast<int>(POMAI_STATUS_UNIMPLEMENTED), code("pomai manifest 2\nunheard of\n"));
}

}  // namespace
