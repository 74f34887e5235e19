// The manifest reader: any text is a status or a manifest that comes back the same when it is written; and a directory
// with it beside true segments opens or not. Byte 0: whether to make the checksum fit; the rest is the file.
#include "../seal.h"
#include "core/manifest.h"
#include "scratch.h"

namespace {

using fixture::Database;

// A directory with the segments that a manifest may list.
const std::string& Directory() {
  static const std::string path = [] {
    std::string made = fuzz::Scratch() + "/db";
    const auto database = Database::Open(made, fixture::Options(2));
    CHECK_OK(database->Put(1, {1, 1}));
    CHECK_OK(database->Freeze());
    CHECK_OK(database->PutAll({{1, {2, 2}}, {2, {3, 3}}}));
    CHECK_OK(database->Freeze());
    return made;
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const bool seal = input.Byte() % 4 != 0;
  std::string text = input.Rest();
  if (seal) {
    text = fixture::SealManifest(text.substr(0, text.rfind("crc32c ")));
  }
  const auto parsed = pomai::core::ParseManifest(text, "MANIFEST");
  if (parsed.ok()) {
    const std::string written = pomai::core::FormatManifest(parsed.value());
    const auto again = pomai::core::ParseManifest(written, "MANIFEST");
    FUZZ_CHECK(again.ok());
    FUZZ_CHECK(written == pomai::core::FormatManifest(again.value()));
  }
  fixture::WriteWhole(Directory() + "/MANIFEST", text);
  std::unique_ptr<Database> database;
  const auto outcome = Database::TryOpen(Directory(), fixture::Options(2), database);
  FUZZ_CHECK(parsed.ok() || !outcome.ok());
  if (outcome.ok()) {
    fixture::Rows rows;
    static_cast<void>(database->TryScan(nullptr, nullptr, rows));
    FUZZ_CHECK(rows.size() <= 2);
  }
  return 0;
}
