#define CHECK_OWN_MAIN  // the test has it
#include "journal.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "../files.h"

namespace fault {
namespace {

constexpr size_t kSector = 512;

void Put(std::string& content, uint64_t offset, const std::string& bytes) {
  content.resize(std::max<size_t>(content.size(), offset + bytes.size()), '\0');
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace

Journal::Journal(std::string directory) : directory_(std::move(directory)) {}

std::string Journal::NameOf(const std::string& path) const {
  const std::string prefix = directory_ + "/";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string();
}

void Journal::Note(const Call& call) {
  calls_.push_back(call);
  if (call.kind == Call::Kind::kName) {
    names_.erase(call.gone);
    if (call.file == kNone) {
      names_.erase(call.name);
    } else {
      names_[call.name] = call.file;
    }
  }
}

void Journal::OnOpen(int descriptor, const std::string& path, int flags) {
  const std::string name = NameOf(path);
  if (name.empty()) {
    descriptors_[descriptor] = path == directory_ ? kDirectory : kNone;
    return;
  }
  if (!names_.contains(name)) {
    Note({Call::Kind::kName, next_++, 0, {}, name, {}});
  } else if ((flags & O_TRUNC) != 0) {
    Note({Call::Kind::kTruncate, names_[name], 0, {}, {}, {}});
  }
  descriptors_[descriptor] = names_[name];
}

void Journal::OnWrite(int descriptor, uint64_t offset, std::span<const std::byte> bytes) {
  Note({Call::Kind::kWrite,
        descriptors_.at(descriptor),
        offset,
        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        {},
        {}});
}

void Journal::OnTruncate(int descriptor, uint64_t size) {
  Note({Call::Kind::kTruncate, descriptors_.at(descriptor), size, {}, {}, {}});
}

void Journal::OnSync(int descriptor) { Note({Call::Kind::kSync, descriptors_.at(descriptor), 0, {}, {}, {}}); }

void Journal::OnRename(const std::string& from, const std::string& to) {
  Note({Call::Kind::kName, names_.at(NameOf(from)), 0, {}, NameOf(to), NameOf(from)});
}

void Journal::OnRemove(const std::string& path) { Note({Call::Kind::kName, kNone, 0, {}, NameOf(path), {}}); }

Journal::Names Journal::NamesAfter(size_t instant) const {
  Names names;
  for (size_t i = 0; i < instant; ++i) {
    const Call& call = calls_[i];
    if (call.kind == Call::Kind::kName) {
      names.erase(call.gone);
      names.erase(call.name);
      if (call.file != kNone) {
        names[call.name] = call.file;
      }
    }
  }
  return names;
}

void Journal::Cut(size_t instant) {
  names_ = NamesAfter(instant);
  calls_.resize(instant, Call{Call::Kind::kSync, kNone, 0, {}, {}, {}});
  descriptors_.clear();
}

void Journal::Materialise(size_t instant, Survivors survivors, std::mt19937_64& random,
                          const std::string& target) const {
  const auto survives = [&] {
    return survivors == Survivors::kAll || (survivors == Survivors::kRandom && random() % 2 == 0);
  };
  std::map<FileNumber, size_t> synced;  // the last sync of each file
  for (size_t i = 0; i < instant; ++i) {
    if (calls_[i].kind == Call::Kind::kSync) {
      synced[calls_[i].file] = i;
    }
  }
  const auto is_synced = [&](size_t i, FileNumber file) {
    const auto last = synced.find(file);
    return last != synced.end() && i < last->second;
  };
  std::map<FileNumber, std::string> contents;
  Names names;
  for (size_t i = 0; i < instant; ++i) {
    const Call& call = calls_[i];
    switch (call.kind) {
      case Call::Kind::kSync:
        break;
      case Call::Kind::kName:
        if (is_synced(i, kDirectory) || survives()) {
          names.erase(call.gone);
          names.erase(call.name);
          if (call.file != kNone) {
            names[call.name] = call.file;
          }
        }
        break;
      case Call::Kind::kTruncate:
        if (is_synced(i, call.file) || survives()) {
          contents[call.file].resize(call.offset, '\0');
        }
        break;
      case Call::Kind::kWrite:
        if (is_synced(i, call.file)) {
          Put(contents[call.file], call.offset, call.bytes);
          break;
        }
        for (size_t at = 0; at < call.bytes.size();) {
          const size_t count = std::min(call.bytes.size() - at, kSector - (call.offset + at) % kSector);
          if (survives()) {
            Put(contents[call.file], call.offset + at, call.bytes.substr(at, count));
          }
          at += count;
        }
    }
  }
  for (const auto& [name, file] : names) {
    fixture::WriteWhole(target + "/" + name, contents[file]);
  }
}

}  // namespace fault
