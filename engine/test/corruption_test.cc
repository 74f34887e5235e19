// Damaged files: whatever bit is turned, wherever a file is cut, the answer is the right one or CORRUPTION.
#include <functional>
#include <set>

#include "files.h"
#include "fixture.h"

namespace {

using fixture::Database;
using fixture::FilesIn;
using fixture::Options;
using fixture::Outcome;
using fixture::ReadWhole;
using fixture::Take;
using fixture::TemporaryDirectory;
using fixture::Vector;
using fixture::WriteWhole;

constexpr int kCorruption = POMAI_STATUS_CORRUPTION;
constexpr uint32_t kDim = 3;

// All that a database answers, in words; or the failure that a call met.
Outcome Describe(const std::string& path, std::string& answers) {
  answers.clear();
  std::unique_ptr<Database> database;
  if (Outcome outcome = Database::TryOpen(path, Options(kDim), database); !outcome.ok()) {
    return outcome;
  }
  std::vector<std::vector<fixture::Hit>> hits;
  if (Outcome outcome = database->SearchBatch({{0, 0, 0}, {4, 1, 0}}, 4, hits); !outcome.ok()) {
    return outcome;
  }
  for (const auto& list : hits) {
    for (const auto& hit : list) {
      answers += "hit " + std::to_string(hit.id) + " " + std::to_string(hit.score) + "\n";
    }
  }
  pomai_iter_t* iterator = nullptr;
  if (Outcome outcome = Take(pomai_scan(database->handle(), nullptr, nullptr, &iterator)); !outcome.ok()) {
    return outcome;
  }
  for (; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
    pomai_record_view_t view{};
    CHECK_OK(Take(pomai_iter_get_record(iterator, &view)));
    answers += "row " + std::to_string(view.id);
    for (uint32_t i = 0; i < view.dim; ++i) {
      answers += " " + std::to_string(view.vector[i]);
    }
    answers += " " + std::string(reinterpret_cast<const char*>(view.metadata), view.metadata_len) + "\n";
  }
  pomai_iter_free(iterator);
  for (uint64_t id = 0; id < 10; ++id) {
    bool exists = false;
    if (Outcome outcome = Take(pomai_exists(database->handle(), id, &exists)); !outcome.ok()) {
      return outcome;
    }
    answers += exists ? "+" : "-";
  }
  return {};
}

void PutWithMetadata(Database& database, uint64_t id, const Vector& vector, const std::string& metadata) {
  auto item = fixture::Upsert(id, vector);
  item.metadata = reinterpret_cast<const uint8_t*>(metadata.data());
  item.metadata_len = static_cast<uint32_t>(metadata.size());
  CHECK_OK(Take(pomai_put(database.handle(), &item)));
}

// Two segments, one with metadata, the other with a delete and a replaced row; and a log.
void MakeDatabase(const std::string& path, uint8_t index_type, uint32_t adaptive_threshold) {
  auto options = Options(kDim);
  options.index_type = index_type;
  options.adaptive_threshold = adaptive_threshold;
  options.hnsw_m = 2;
  options.fsync_policy = POMAI_FSYNC_ALWAYS;
  const auto database = Database::Open(path, options);
  PutWithMetadata(*database, 1, {1, 2, 3}, "one");
  PutWithMetadata(*database, 2, {4, 1, 0}, "");
  PutWithMetadata(*database, 7, {0, 9, 1}, "seven");
  CHECK_OK(database->PutAll({{3, {2, 2, 2}}, {4, {5, 5, 1}}, {5, {0, 1, 0}}}));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->PutAll({{1, {7, 7, 7}}, {8, {3, 0, 1}}}));
  CHECK_OK(database->Delete(2));
  CHECK_OK(database->Freeze());
  CHECK_OK(database->Put(9, {1, 1, 1}));
  CHECK_OK(database->Delete(7));
}

struct Shape {
  const char* name;
  uint8_t index_type;
  uint32_t adaptive_threshold;
};
constexpr Shape kShapes[] = {
    {"flat", POMAI_INDEX_HNSW, 5000}, {"graph", POMAI_INDEX_HNSW, 0}, {"ivf", POMAI_INDEX_IVF, 0}};

TEST(any_turned_bit_is_harmless_or_corruption) {
  for (const auto& shape : kShapes) {
    const TemporaryDirectory directory;
    const std::string path = directory / shape.name;
    MakeDatabase(path, shape.index_type, shape.adaptive_threshold);
    std::string right;
    CHECK_OK(Describe(path, right));
    size_t noticed = 0;
    for (const auto& name : FilesIn(path)) {
      const std::string file = path + "/" + name;
      const std::string bytes = ReadWhole(file);
      for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        WriteWhole(file, damaged);
        std::string answers;
        const Outcome outcome = Describe(path, answers);
        const bool corrupt = outcome.code == kCorruption && outcome.Says(file);
        noticed += corrupt ? 1 : 0;
        if (!corrupt && (!outcome.ok() || answers != right)) {
          throw check::Failure(std::string(shape.name) + ": bit " + std::to_string(bit) + " of " + name + ": " +
                               std::to_string(outcome.code) + " " + outcome.text + "\n" + answers);
        }
      }
      WriteWhole(file, bytes);
    }
    CHECK(noticed > 1000);
    std::string again;
    CHECK_OK(Describe(path, again));
    CHECK_EQ(right, again);
  }
}

TEST(a_file_cut_short_anywhere_is_corruption_and_a_log_ends_earlier) {
  for (const auto& shape : kShapes) {
    const TemporaryDirectory directory;
    const std::string path = directory / shape.name;
    MakeDatabase(path, shape.index_type, shape.adaptive_threshold);
    std::set<std::string> states_of_log;
    for (const auto& name : FilesIn(path)) {
      const std::string file = path + "/" + name;
      const bool log = name.ends_with(".wal");
      const std::string bytes = ReadWhole(file);
      for (size_t size = 0; size < bytes.size(); ++size) {
        WriteWhole(file, bytes.substr(0, size));
        std::string answers;
        const Outcome outcome = Describe(path, answers);
        if (log) {
          CHECK_OK(outcome);
          states_of_log.insert(answers);
        } else {
          CHECK_EQ(kCorruption, outcome.code);
          CHECK(outcome.Says(file));
        }
      }
      WriteWhole(file, bytes + "x");
      std::string answers;
      CHECK(log || name == "LOCK" || Describe(path, answers).code == kCorruption);
      WriteWhole(file, bytes);
    }
    CHECK_EQ(2U, states_of_log.size());  // with neither write, and with the first
  }
}

TEST(a_segment_file_that_is_missing_or_another_one_is_corruption) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  MakeDatabase(path, POMAI_INDEX_HNSW, 5000);
  const std::string first = path + "/00000000000000000001.seg";
  const std::string second = path + "/00000000000000000002.seg";
  const std::string bytes = ReadWhole(first);
  std::string answers;

  WriteWhole(first, ReadWhole(second));
  Outcome outcome = Describe(path, answers);
  CHECK_EQ(kCorruption, outcome.code);
  CHECK(outcome.Says("not the file that the manifest lists"));

  CHECK_EQ(0, std::remove(first.c_str()));
  outcome = Describe(path, answers);
  CHECK_EQ(kCorruption, outcome.code);
  CHECK(outcome.Says(first));

  WriteWhole(first, bytes);
  CHECK_OK(Describe(path, answers));
}

TEST(a_damaged_segment_is_not_frozen_over) {
  const TemporaryDirectory directory;
  const std::string path = directory / "db";
  MakeDatabase(path, POMAI_INDEX_HNSW, 5000);
  const std::string file = path + "/00000000000000000001.seg";
  std::string bytes = ReadWhole(file);
  bytes[128] = static_cast<char>(bytes[128] ^ 1);  // the first row id, behind the header
  WriteWhole(file, bytes);
  const auto database = Database::Open(path, Options(kDim));
  Vector vector;
  CHECK_EQ(kCorruption, database->Get(3, vector).code);
  CHECK_EQ(kCorruption, database->Freeze().code);  // the log's delete has to look an id up
  CHECK_OK(database->Get(9, vector));
}

}  // namespace
