// fuzz_seeds <directory>: makes the corpora that the fuzz targets begin with, a folder each.
#include <filesystem>
#include <random>

#include "scratch.h"

namespace {

namespace fs = std::filesystem;

using fixture::Database;

void Save(const fs::path& folder, const std::string& name, const std::string& bytes) {
  fs::create_directories(folder);
  fixture::WriteWhole((folder / name).string(), bytes);
}

// The files of a small database of one kind, each behind the bytes that its target reads first.
void SaveDatabase(const fs::path& out, const std::string& name, uint8_t index_type, uint32_t threshold, bool whole) {
  std::mt19937 random(1);
  const std::string path = fuzz::Scratch() + "/" + name;
  auto options = fixture::Options(whole ? 2 : 5);
  options.index_type = index_type;
  options.adaptive_threshold = threshold;
  options.hnsw_m = 3;
  options.fsync_policy = POMAI_FSYNC_ALWAYS;
  const auto database = Database::Open(path, options);
  for (uint64_t id = 0; id < 24; ++id) {
    fixture::Vector vector(options.dim);
    for (auto& component : vector) {
      component = whole ? static_cast<float>(random() % 9) : static_cast<float>(random() % 9000) / 7;
    }
    const std::string metadata(id % 3, 'm');
    auto item = fixture::Upsert(id, vector);
    item.metadata = reinterpret_cast<const uint8_t*>(metadata.data());
    item.metadata_len = static_cast<uint32_t>(metadata.size());
    CHECK_OK(fixture::Take(pomai_put(database->handle(), &item)));
    if (id == 15) {
      CHECK_OK(database->Freeze());
      CHECK_OK(database->Delete(3));
    }
    if (id == 19) {
      CHECK_OK(database->Freeze());
      CHECK_OK(database->Delete(4));
    }
  }
  for (const auto& file : fixture::FilesIn(path)) {
    const std::string bytes = fixture::ReadWhole(path + "/" + file);
    if (file.ends_with(".seg")) {
      Save(out / "segment", name + "-" + file, std::string("\1\5\24") + bytes);
    } else if (file.ends_with(".wal")) {
      Save(out / "log", name, "\1" + bytes);
    } else if (file == "MANIFEST") {
      Save(out / "manifest", name, "\1" + bytes);
    }
  }
}

void SaveCalls(const fs::path& out) {
  std::mt19937 random(2);
  for (int i = 0; i < 60; ++i) {
    std::string bytes;
    for (auto size = 50 + random() % 2000; size > 0; --size) {
      bytes.push_back(static_cast<char>(random()));
    }
    Save(out / "api", std::to_string(i), bytes);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds <directory>\n");
    return 2;
  }
  for (const bool whole : {false, true}) {
    const std::string kind = whole ? "whole-" : "real-";
    SaveDatabase(argv[1], kind + "scan", POMAI_INDEX_HNSW, 5000, whole);
    SaveDatabase(argv[1], kind + "graph", POMAI_INDEX_HNSW, 0, whole);
    SaveDatabase(argv[1], kind + "lists", POMAI_INDEX_IVF, 0, whole);
  }
  SaveCalls(argv[1]);
  return 0;
}
