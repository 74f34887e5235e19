// Whole files in and out, for tests that damage them.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "check.h"

namespace fixture {

inline std::string ReadWhole(const std::string& path) {
  std::string bytes;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  CHECK(file != nullptr);
  for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) {
    bytes.push_back(static_cast<char>(byte));
  }
  std::fclose(file);
  return bytes;
}

// In place, as a disk that turns a bit would have it. (Not by way of an empty file: ext4 then syncs on every close.)
inline void WriteWhole(const std::string& path, const std::string& bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0666);
  CHECK(file >= 0);
  CHECK_EQ(static_cast<ssize_t>(bytes.size()), ::pwrite(file, bytes.data(), bytes.size(), 0));
  CHECK_EQ(0, ::ftruncate(file, static_cast<off_t>(bytes.size())));
  ::close(file);
}

inline std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  DIR* handle = ::opendir(directory.c_str());
  CHECK(handle != nullptr);
  while (const dirent* entry = ::readdir(handle)) {
    if (entry->d_name[0] != '.') {
      names.emplace_back(entry->d_name);
    }
  }
  ::closedir(handle);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fixture
