#include "core/manifest.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "base/crc32c.h"
#include "base/file.h"

namespace pomai::core {
namespace {

constexpr std::string_view kFirstLine = "pomai manifest 1\n";
constexpr std::string_view kCrcKey = "crc32c ";
constexpr size_t kCrcLine = kCrcKey.size() + 8 + 1;
constexpr size_t kNumberDigits = 20;

std::string Hex(uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(8, '0');
  for (size_t i = 0; i < 8; ++i) {
    text[7 - i] = kDigits[(value >> (4 * i)) & 0xFU];
  }
  return text;
}

uint32_t CrcOf(std::string_view text) { return Crc32c(0, std::as_bytes(std::span(text.data(), text.size()))); }

// Takes a text apart from the front; one wrong step makes all later ones fail.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void Literal(std::string_view literal) {
    ok_ = ok_ && rest_.starts_with(literal);
    rest_.remove_prefix(ok_ ? literal.size() : rest_.size());
  }

  template <typename T>
  T Number(int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    ok_ = ok_ && error == std::errc();
    rest_.remove_prefix(ok_ ? static_cast<size_t>(end - rest_.data()) : rest_.size());
    return value;
  }

  bool TryLiteral(std::string_view literal) {
    if (!ok_ || !rest_.starts_with(literal)) {
      return false;
    }
    rest_.remove_prefix(literal.size());
    return true;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// Whether the next segment's number, which names its file, is none that the manifest lists, and no two are the same.
bool NumbersAreNew(const Manifest& manifest) {
  std::vector<uint64_t> numbers;
  for (const auto& segment : manifest.segments) {
    numbers.push_back(segment.number);
  }
  std::sort(numbers.begin(), numbers.end());
  return std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end() &&
         (numbers.empty() || numbers.back() < manifest.next_segment);
}

// kCorruption where files speak of a manifest that is not there: a writer would take them for what a crash has left.
Status CheckNothingFrozen(const std::string& directory) {
  const auto names = ListDirectory(directory);
  if (!names.ok()) {
    return names.status();
  }
  for (const auto& name : names.value()) {
    if ((IsNumbered(name, ".seg") && name != NumberedName(1, ".seg")) ||
        (IsNumbered(name, ".wal") && name != NumberedName(0, ".wal"))) {
      return {Code::kCorruption, "Cannot open " + directory + ": it has no " + kManifestName + ", but " + name +
                                     " came after one (restore it from a copy)"};
    }
  }
  return {};
}

}  // namespace

std::string NumberedName(uint64_t number, const char* suffix) {
  std::string digits = std::to_string(number);
  return std::string(kNumberDigits - digits.size(), '0') + digits + suffix;
}

bool IsNumbered(std::string_view name, std::string_view suffix) {
  return name.size() == kNumberDigits + suffix.size() && name.ends_with(suffix) &&
         std::all_of(name.begin(), name.begin() + kNumberDigits, [](char c) { return c >= '0' && c <= '9'; });
}

std::string FormatManifest(const Manifest& manifest) {
  std::string text(kFirstLine);
  text += "generation " + std::to_string(manifest.generation) + "\n";
  text += "dim " + std::to_string(manifest.dim) + "\n";
  text += std::string("metric ") + (manifest.metric == index::Metric::kL2 ? "l2" : "ip") + "\n";
  text += "next_segment " + std::to_string(manifest.next_segment) + "\n";
  for (const auto& segment : manifest.segments) {
    text += "segment " + std::to_string(segment.number) + " " + std::to_string(segment.bytes) + " " +
            Hex(segment.header_crc) + "\n";
  }
  return text + std::string(kCrcKey) + Hex(CrcOf(text)) + "\n";
}

Result<Manifest> ParseManifest(const std::string& text, const std::string& path) {
  const Status corrupt(Code::kCorruption, "Cannot open manifest " + path +
                                              ": it does not match its checksum (the file is damaged or cut short; "
                                              "restore it from a copy)");
  if (text.size() < kCrcLine) {
    return corrupt;
  }
  const std::string_view body = std::string_view(text).substr(0, text.size() - kCrcLine);
  if (text.substr(body.size()) != std::string(kCrcKey) + Hex(CrcOf(body)) + "\n") {
    return corrupt;
  }
  if (!body.starts_with(kFirstLine)) {
    return Status(Code::kUnimplemented, "Cannot open manifest " + path + ": it begins with \"" +
                                            std::string(body.substr(0, body.find('\n'))) +
                                            "\" (a newer version of the engine wrote it)");
  }
  Manifest manifest;
  Parser parser(body.substr(kFirstLine.size()));
  parser.Literal("generation ");
  manifest.generation = parser.Number<uint64_t>();
  parser.Literal("\ndim ");
  manifest.dim = parser.Number<uint32_t>();
  parser.Literal("\nmetric ");
  if (parser.TryLiteral("ip")) {
    manifest.metric = index::Metric::kInnerProduct;
  } else {
    parser.Literal("l2");
  }
  parser.Literal("\nnext_segment ");
  manifest.next_segment = parser.Number<uint64_t>();
  parser.Literal("\n");
  while (parser.ok() && !parser.at_end()) {
    SegmentEntry segment;
    parser.Literal("segment ");
    segment.number = parser.Number<uint64_t>();
    parser.Literal(" ");
    segment.bytes = parser.Number<uint64_t>();
    parser.Literal(" ");
    segment.header_crc = parser.Number<uint32_t>(16);
    parser.Literal("\n");
    manifest.segments.push_back(segment);
  }
  if (!parser.ok() || !NumbersAreNew(manifest)) {
    return corrupt;
  }
  return manifest;
}

Result<Manifest> ReadManifest(const std::string& directory) {
  const std::string path = directory + "/" + kManifestName;
  const auto text = ReadFile(path);
  if (text.ok()) {
    return ParseManifest(text.value(), path);
  }
  if (text.status().code() == Code::kNotFound) {
    POMAI_RETURN_IF_ERROR(CheckNothingFrozen(directory));
  }
  return text.status();
}

Status WriteManifest(const std::string& directory, const Manifest& manifest, Durability durability, bool& replaced) {
  replaced = false;
  const std::string text = FormatManifest(manifest);
  return WriteFileAtomically(directory, kManifestName, std::as_bytes(std::span(text)), durability, replaced);
}

}  // namespace pomai::core
