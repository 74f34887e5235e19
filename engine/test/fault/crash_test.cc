// A process that writes and freezes in a loop is killed at random instants, with a disk that works, that fails at times
// and that is full: every reopening succeeds and shows exactly a frozen state, at least the last acknowledged one; with
// fsync "always" exactly the acknowledged writes, and the one under way wholly or not at all.
//   POMAI_CRASH_KILLS: how many kills (25).
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <iterator>
#include <random>

#include "../files.h"
#include "crash_steps.h"

extern char** environ;

namespace {

using crash::Event;
using crash::MakeStep;
using crash::Step;
using crash::What;
using fixture::TemporaryDirectory;

constexpr size_t kMostSegments = 60;

unsigned long FromEnvironment(const char* name, unsigned long otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::strtoul(given, nullptr, 10) : otherwise;
}

enum class Disk { kWorks, kFails, kFull };

// One run of crash_writer.
class Writer {
 public:
  Writer(const std::string& path, uint32_t fsync_policy, uint64_t seed, uint64_t number,
         const std::vector<std::string>& faults) {
    int ends[2];
    CHECK_EQ(0, ::pipe2(ends, O_CLOEXEC));
    events_ = ends[0];
    std::vector<std::string> variables = faults;
    variables.push_back("POMAI_FAULT_ROOT=" + path);
    variables.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0");  // the fault layer stands before its runtime
    for (char** variable = environ; *variable != nullptr; ++variable) {
      variables.emplace_back(*variable);
    }
    std::vector<std::string> arguments = {POMAI_CRASH_WRITER, path, std::to_string(fsync_policy), std::to_string(seed),
                                          std::to_string(number)};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], crash::kEvents);
    const int error = ::posix_spawn(&child_, POMAI_CRASH_WRITER, &actions, nullptr, Pointers(arguments).data(),
                                    Pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error == ENOEXEC) {
      ::close(events_);
      SKIP("this machine does not start programs of the kind that this one is");
    }
    CHECK_EQ(0, error);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { ::close(events_); }

  // False at the end of what it told.
  bool Read(Event& event) const { return ::read(events_, &event, sizeof event) == sizeof event; }
  void Kill() const { ::kill(child_, SIGKILL); }

  // Whether it was killed; otherwise it ended itself, for a reason that is none of the database's.
  [[nodiscard]] bool Wait() const {
    int status = 0;
    CHECK_EQ(child_, ::waitpid(child_, &status, 0));
    if (WIFSIGNALED(status)) {
      CHECK_EQ(SIGKILL, WTERMSIG(status));
      return true;
    }
    CHECK(WEXITSTATUS(status) == crash::kReopen || WEXITSTATUS(status) == crash::kCannotOpen);
    return false;
  }

 private:
  static std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    std::transform(texts.begin(), texts.end(), std::back_inserter(pointers), [](auto& text) { return text.data(); });
    pointers.push_back(nullptr);
    return pointers;
  }

  pid_t child_ = 0;
  int events_ = -1;
};

// One directory through many lives of its writer.
class Lives {
 public:
  Lives(std::string path, uint32_t fsync_policy, std::mt19937_64& random)
      : path_(std::move(path)),
        always_(fsync_policy == POMAI_FSYNC_ALWAYS),
        random_(random),
        seed_(random()),
        expected_(always_) {}

  // Whether the writer was killed.
  bool Live(Disk disk) {
    std::vector<std::string> faults = {"POMAI_FAULT_SEED=" + std::to_string(random_() % 1000000)};
    if (disk == Disk::kFails) {
      faults.emplace_back("POMAI_FAULT_PER_MILLION=20000");
    } else if (disk == Disk::kFull) {
      faults.push_back("POMAI_FAULT_ROOM=" + std::to_string(random_() % 300000));
    }
    const bool inside = random_() % 2 == 0;  // kill it inside a system call, or from here at any instant
    if (inside) {
      faults.push_back("POMAI_FAULT_KILL_AFTER=" + std::to_string(random_() % 200));
    }
    std::vector<Event> events;
    const Writer writer(path_, always_ ? POMAI_FSYNC_ALWAYS : POMAI_FSYNC_NEVER, seed_, number_, faults);
    Event event;
    for (auto wait = random_() % 50; (inside || wait > 0) && writer.Read(event); --wait) {
      events.push_back(event);
    }
    if (!inside) {
      ::poll(nullptr, 0, static_cast<int>(random_() % 8));
      for (auto spin = random_() % 100000; spin > 0; --spin) {
        __asm__ volatile("");
      }
      writer.Kill();
    }
    const bool killed = writer.Wait();
    while (writer.Read(event)) {
      events.push_back(event);
    }
    Check(events);
    return killed;
  }

  [[nodiscard]] bool IsLarge() const { return fixture::FilesIn(path_).size() > kMostSegments; }

 private:
  void Check(const std::vector<Event>& events) {
    for (size_t i = 0; i < events.size(); ++i) {
      if (events[i].what == What::kBegun) {
        number_ = events[i].step;
        const Step step = MakeStep(seed_, number_);
        if (i + 1 < events.size() && events[i + 1].what == What::kDone) {
          expected_.Done(step);
        } else {
          expected_.NotDone(step);
        }
      }
    }
    expected_.Check(path_, true);
  }

  std::string path_;
  bool always_;
  std::mt19937_64& random_;
  uint64_t seed_;
  uint64_t number_ = 0;
  crash::Expectation expected_;
};

TEST(a_kill_at_any_instant_leaves_exactly_a_frozen_state) {
  const auto seed = FromEnvironment("POMAI_TEST_SEED", static_cast<unsigned long>(std::time(nullptr)));
  const auto kills = FromEnvironment("POMAI_CRASH_KILLS", 25);
  std::printf("POMAI_TEST_SEED=%lu POMAI_CRASH_KILLS=%lu\n", seed, kills);
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  std::unique_ptr<Lives> lives[2];
  size_t directories = 0;
  size_t ended = 0;
  for (size_t killed = 0; killed < kills;) {
    const uint32_t fsync_policy = random() % 2 == 0 ? POMAI_FSYNC_NEVER : POMAI_FSYNC_ALWAYS;
    auto& chosen = lives[fsync_policy];
    if (!chosen || chosen->IsLarge()) {
      chosen = std::make_unique<Lives>(directory / std::to_string(directories++), fsync_policy, random);
      CHECK_EQ(0, ::mkdir((directory / std::to_string(directories - 1)).c_str(), 0777));
    }
    const bool was_killed = chosen->Live(static_cast<Disk>(random() % 3));
    killed += was_killed ? 1 : 0;
    ended += was_killed ? 0 : 1;
  }
  std::printf("%lu writers killed, %zu more ended by a failing disk, in %zu directories\n", kills, ended, directories);
}

}  // namespace
