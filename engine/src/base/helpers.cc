#include "base/helpers.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace pomai {
namespace {

using Work = std::function<void(uint32_t)>;

// The threads of one process, all under one mutex. Never destroyed: some may be at work when the process ends.
class Helpers {
 public:
  explicit Helpers(const Helpers* inherited)
      : process_(::getpid()), inherited_(inherited), most_idle_(std::max(1U, std::thread::hardware_concurrency())) {}

  [[nodiscard]] bool BelongTo(pid_t process) const { return process_ == process; }

  void Run(uint32_t workers, const Work& work) {
    Call call{work, 0, {}};
    std::vector<std::shared_ptr<Helper>> asked;  // one that is done may end before this call does
    {
      const std::lock_guard lock(mutex_);
      try {
        asked.reserve(workers - 1);
        for (uint32_t worker = 1; worker < workers; ++worker) {
          asked.push_back(TakeOne());
          Helper& helper = *asked.back();
          helper.call = &call;
          helper.worker = worker;
          helper.wake.notify_one();
          ++call.running;
        }
      } catch (const std::exception&) {
        // No more threads, or no memory for one: those that run share the work.
      }
    }
    work(0);
    std::unique_lock lock(mutex_);
    for (const auto& helper : asked) {
      if (helper->call == &call) {  // not begun
        helper->call = nullptr;
        PutBack(helper);
        --call.running;
      }
    }
    call.done.wait(lock, [&] { return call.running == 0; });
  }

  // Ends the threads that wait, and the others once they would.
  void End() {
    std::vector<std::shared_ptr<Helper>> ended;
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      for (const auto& helper : std::exchange(idle_, {})) {
        End(*helper);
      }
      const auto first = std::partition(all_.begin(), all_.end(), [](const auto& helper) { return !helper->end; });
      std::move(first, all_.end(), std::back_inserter(ended));
      all_.erase(first, all_.end());
    }
    for (const auto& helper : ended) {
      helper->thread.join();
    }
  }

 private:
  // One call of RunWithHelpers.
  struct Call {
    const Work& work;
    uint32_t running;  // the helpers that were asked and are not done
    std::condition_variable done;
  };

  struct Helper {
    std::thread thread;
    std::condition_variable wake;
    Call* call = nullptr;  // to be begun
    uint32_t worker = 0;
    bool end = false;
    bool ended = false;
  };

  // What follows needs the mutex.

  std::shared_ptr<Helper> TakeOne() {
    if (!idle_.empty()) {
      std::shared_ptr<Helper> helper = std::move(idle_.back());
      idle_.pop_back();
      return helper;
    }
    std::erase_if(all_, [](const auto& helper) {
      if (helper->ended) {
        helper->thread.join();
      }
      return helper->ended;
    });
    all_.reserve(all_.size() + 1);
    idle_.reserve(all_.size() + 1);
    auto helper = std::make_shared<Helper>();
    helper->thread = std::thread([this, helper] { Serve(helper); });
    all_.push_back(helper);
    return helper;
  }

  void PutBack(const std::shared_ptr<Helper>& helper) {
    if (ending_ || idle_.size() >= most_idle_) {
      End(*helper);
    } else {
      idle_.push_back(helper);  // there is room for all
    }
  }

  static void End(Helper& helper) {
    helper.end = true;
    helper.wake.notify_one();
  }

  void Serve(const std::shared_ptr<Helper>& own) {
    std::unique_lock lock(mutex_);
    while (true) {
      own->wake.wait(lock, [&] { return own->call != nullptr || own->end; });
      if (own->call == nullptr) {
        own->ended = true;
        return;
      }
      Call& call = *std::exchange(own->call, nullptr);
      const uint32_t worker = own->worker;
      lock.unlock();
      call.work(worker);
      lock.lock();
      PutBack(own);
      if (--call.running == 0) {
        call.done.notify_one();
      }
    }
  }

  const pid_t process_;
  const Helpers* const inherited_;  // of the process that this one was forked from, so that it is no leak
  const size_t most_idle_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Helper>> all_;
  std::vector<std::shared_ptr<Helper>> idle_;
  bool ending_ = false;
};

std::atomic<Helpers*> current{nullptr};

// A fork has the memory of its parent and none of its threads, and perhaps a mutex that one of them held.
Helpers& OfThisProcess() {
  const pid_t process = ::getpid();
  Helpers* helpers = current.load();
  if (helpers == nullptr || !helpers->BelongTo(process)) {
    auto fresh = std::make_unique<Helpers>(helpers);
    if (current.compare_exchange_strong(helpers, fresh.get())) {
      return *fresh.release();
    }
  }
  return *helpers;
}

// Where the process ends or the library is unloaded, no thread may wait in its code.
class AtEnd {
 public:
  constexpr AtEnd() = default;
  ~AtEnd() {
    Helpers* const helpers = current.load();
    if (helpers != nullptr && helpers->BelongTo(::getpid())) {
      helpers->End();
    }
  }
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
};

const AtEnd at_end;

}  // namespace

void RunWithHelpers(uint32_t workers, const Work& work) { OfThisProcess().Run(workers, work); }

}  // namespace pomai
