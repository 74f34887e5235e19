#include "footprint.h"

#include <stdio.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

constexpr uint32_t kEf = 64;

uint64_t AnonymousBytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::stoull(line.substr(8)) * 1024;
    }
  }
  throw std::runtime_error("Cannot read the memory of this process: no RssAnon in /proc/self/status");
}

struct Mapped {
  uint64_t size = 0;
  uint64_t resident = 0;
};

// The mappings of files at or below `path`.
Mapped MappedFiles(const std::string& path) {
  std::ifstream in("/proc/self/smaps");
  Mapped mapped;
  bool ours = false;
  for (std::string line; std::getline(in, line);) {
    if (line.find(':') > line.find('-')) {
      ours = line.find(" " + path) != std::string::npos;
    } else if (ours && line.starts_with("Size:")) {
      mapped.size += std::stoull(line.substr(5)) * 1024;
    } else if (ours && line.starts_with("Rss:")) {
      mapped.resident += std::stoull(line.substr(4)) * 1024;
    }
  }
  return mapped;
}

uint64_t FileBytes(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return std::filesystem::file_size(path);
  }
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  }
  return bytes;
}

}  // namespace

Footprint Measure(OpenSystem open, const std::string& path, const Data& data, const Params& params) {
  Footprint footprint;
  footprint.files = FileBytes(path);
  std::vector<uint32_t> found(data.query_count() * data.k);
  const uint64_t before = AnonymousBytes();
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<System> system = open(path, data, params);
  footprint.open_milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  footprint.mapped_by_open = MappedFiles(path).resident;
  system->Search(data, kEf, found);
  footprint.anonymous = AnonymousBytes() - before;
  const Mapped mapped = MappedFiles(path);
  if (mapped.size != 0) {
    footprint.vectors = data.base.size() * sizeof(float);
    footprint.index = mapped.size - footprint.vectors;
  }
  return footprint;
}

std::string Encode(const Footprint& footprint) {
  std::ostringstream out;
  out << footprint.files << ' ' << footprint.open_milliseconds << ' ' << footprint.mapped_by_open << ' '
      << footprint.anonymous << ' ' << footprint.index << ' ' << footprint.vectors << '\n';
  return out.str();
}

Footprint Decode(const std::string& text) {
  std::istringstream in(text);
  Footprint footprint;
  in >> footprint.files >> footprint.open_milliseconds >> footprint.mapped_by_open >> footprint.anonymous >>
      footprint.index >> footprint.vectors;
  if (!in) {
    throw std::runtime_error("Cannot read a footprint: '" + text + "'");
  }
  return footprint;
}

std::string RunSelf(const std::string& arguments) {
  const std::string command = "'" + std::filesystem::read_symlink("/proc/self/exe").string() + "' " + arguments;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    throw std::runtime_error("Cannot run " + command);
  }
  std::string output;
  char buffer[256];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) {
    output += buffer;
  }
  if (pclose(pipe) != 0) {
    throw std::runtime_error("Cannot run " + command + ": it failed");
  }
  return output;
}

}  // namespace bench
