// The write-ahead log: any bytes are a status or a list of writes; what is appended then stands behind them. Byte 0:
// whether to make the checksums fit; the rest is the file.
#include "../seal.h"
#include "core/wal.h"
#include "scratch.h"

namespace {

using pomai::Status;
using pomai::core::Upsert;

// Notes what a log says.
class Notes final : public pomai::core::WalSink {
 public:
  Status OnIdentity(const pomai::core::WalIdentity& found) override {
    identity = found;
    return {};
  }
  Status OnPut(std::span<const Upsert> rows) override {
    for (const auto& row : rows) {
      text += "put " + std::to_string(row.id) + " ";
      text.append(reinterpret_cast<const char*>(row.vector), identity.dim * sizeof(float));
      text.append(reinterpret_cast<const char*>(row.metadata.data()), row.metadata.size());
    }
    return {};
  }
  Status OnDelete(uint64_t id) override {
    text += "delete " + std::to_string(id) + " ";
    return {};
  }

  pomai::core::WalIdentity identity;
  std::string text;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const bool seal = input.Byte() % 4 != 0;
  std::string bytes = input.Rest();
  if (seal) {
    fixture::SealLog(bytes);
  }
  const std::string name = "00000000000000000000.wal";
  const std::string path = fuzz::Scratch() + "/" + name;
  fixture::WriteWhole(path, bytes);
  Notes notes;
  const auto whole = pomai::core::ReplayWal(path, notes);
  if (!whole.ok()) {
    FUZZ_CHECK(!whole.status().message().empty());
    return 0;
  }
  FUZZ_CHECK(whole.value() <= bytes.size());
  if (whole.value() == 0) {
    FUZZ_CHECK(notes.text.empty());
    notes.identity = {7, 3, pomai::index::Metric::kL2};
  } else if (notes.identity.dim > 4096) {
    return 0;  // a log of such vectors is as good as one of shorter ones
  }
  {
    auto writer = pomai::core::WalWriter::Open(fuzz::Scratch(), name, notes.identity, whole.value());
    FUZZ_CHECK(writer.ok());
    const std::vector<float> vector(notes.identity.dim, 1.0F);
    const std::byte metadata[3] = {};
    const Upsert row{5, vector.data(), metadata};
    FUZZ_CHECK(writer.value().Put(std::span(&row, 1)).ok());
    FUZZ_CHECK(writer.value().Delete(6).ok());
    static_cast<void>(notes.OnPut(std::span(&row, 1)));
    static_cast<void>(notes.OnDelete(6));
  }
  Notes again;
  const auto rewritten = pomai::core::ReplayWal(path, again);
  FUZZ_CHECK(rewritten.ok());
  FUZZ_CHECK(again.text == notes.text);
  return 0;
}
