// What a power failure would leave of the files of one directory. A Journal notes every call that changes them; of the
// calls up to some instant it then makes the directory as a disk may hold it if power failed there: what was synced is
// there; of what was not, any part may be.
//   - a file's data: any 512-byte sectors of each write since the last sync of that file, zeros where the file grew
//   around
//     missing ones; a cut counts or not;
//   - names: any of the links, renames and removals since the last sync of the directory, each wholly or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "fault.h"

namespace fault {

class Journal final : public Observer {
 public:
  // Of the files directly in `directory`, which holds none when the journal begins.
  explicit Journal(std::string directory);

  // How much of what was not synced reached the disk.
  enum class Survivors { kNone, kAll, kRandom };

  // The number of calls noted so far: instants are 0 to size().
  [[nodiscard]] size_t size() const { return calls_.size(); }
  // Writes into the existing, empty `target` what the disk may hold if power failed before call `instant`.
  void Materialise(size_t instant, Survivors survivors, std::mt19937_64& random, const std::string& target) const;
  // Forgets the calls from `instant` on: the process, not the machine, died there. What was open is closed.
  void Cut(size_t instant);

  void OnOpen(int descriptor, const std::string& path, int flags) override;
  void OnWrite(int descriptor, uint64_t offset, std::span<const std::byte> bytes) override;
  void OnTruncate(int descriptor, uint64_t size) override;
  void OnSync(int descriptor) override;
  void OnRename(const std::string& from, const std::string& to) override;
  void OnRemove(const std::string& path) override;

 private:
  using FileNumber = size_t;
  static constexpr FileNumber kDirectory = 0;
  static constexpr FileNumber kNone = SIZE_MAX;
  using Names = std::map<std::string, FileNumber>;

  struct Call {
    enum class Kind { kWrite, kTruncate, kSync, kName } kind;
    FileNumber file = kNone;  // of kName: what `name` stands for from here on; kNone: nothing
    uint64_t offset = 0;      // of kTruncate: the new size
    std::string bytes;
    std::string name;  // of kName
    std::string gone;  // of kName: a name that ends in the same step
  };

  [[nodiscard]] std::string NameOf(const std::string& path) const;
  [[nodiscard]] Names NamesAfter(size_t instant) const;
  void Note(const Call& call);

  std::string directory_;
  std::vector<Call> calls_;
  Names names_;
  std::map<int, FileNumber> descriptors_;
  FileNumber next_ = 1;
};

}  // namespace fault
