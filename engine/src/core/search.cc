#include "core/search.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "index/flat.h"

namespace pomai::core {
namespace {

struct Candidate {
  float score;
  uint64_t id;
};

bool Better(const Candidate& a, const Candidate& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; }

// A segment with rows to return.
struct Target {
  const segment::Segment* segment;
  std::span<const uint64_t> hidden;
  std::vector<uint64_t> filtered;  // what hidden shows where ids are filtered
};

Status FindTargets(const View& view, const IdFilter& filter, std::vector<Target>& targets) {
  for (size_t i = 0; i < view.segments().size(); ++i) {
    const segment::Segment& segment = *view.segments()[i];
    if (segment.rows() == 0) {
      continue;
    }
    POMAI_RETURN_IF_ERROR(segment.CheckIds());
    Target target{&segment, view.hidden(i), {}};
    if (filter.mode != IdMode::kAll) {
      target.filtered = HiddenUnder(filter, segment, target.hidden);
      target.hidden = target.filtered;
    }
    if (index::LiveRows(target.hidden, segment.rows()) != 0) {
      POMAI_RETURN_IF_ERROR(segment.CheckIndex());
      targets.push_back(std::move(target));
    }
  }
  return {};
}

// What a thread keeps from query to query.
class Worker {
 public:
  explicit Worker(const std::vector<Target>& targets) : targets_(targets) {
    for (const Target& target : targets) {
      scratch_.push_back(target.segment->index().NewScratch());
    }
  }

  void Search(const float* query, const SearchRequest& request) {
    best_.clear();
    for (size_t i = 0; i < targets_.size(); ++i) {
      const auto& segment = *targets_[i].segment;
      const index::SearchParams params{
          .k = request.k, .ef = request.ef, .hidden = targets_[i].hidden, .exact = request.exact};
      segment.index().Search(query, params, *scratch_[i], hits_, counters_);
      for (const auto& hit : hits_) {
        best_.push_back({hit.score, segment.Id(hit.row)});
      }
    }
    std::sort(best_.begin(), best_.end(), Better);
    best_.resize(std::min<size_t>(best_.size(), request.k));
  }

  [[nodiscard]] const std::vector<Candidate>& best() const { return best_; }
  [[nodiscard]] const index::SearchCounters& counters() const { return counters_; }

 private:
  const std::vector<Target>& targets_;
  std::vector<std::unique_ptr<index::Scratch>> scratch_;
  std::vector<index::Hit> hits_;
  std::vector<Candidate> best_;
  index::SearchCounters counters_;
};

}  // namespace

Deadline DeadlineIn(uint32_t milliseconds) {
  if (milliseconds == 0) {
    return std::nullopt;
  }
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

Status Search(const View& view, const SearchRequest& request, const HitTable& hits, SearchCounters& counters) {
  POMAI_RETURN_IF_ERROR(view.CheckHidden());
  std::vector<Target> targets;
  POMAI_RETURN_IF_ERROR(FindTargets(view, request.filter, targets));
  std::vector<std::unique_ptr<Worker>> workers(WorkerCount(request.queries.size(), 1, request.threads));
  std::atomic<bool> late{false};
  ParallelFor(request.queries.size(), 1, request.threads, [&](size_t begin, size_t end, uint32_t number) {
    if (!workers[number]) {
      workers[number] = std::make_unique<Worker>(targets);
    }
    Worker& worker = *workers[number];
    for (size_t query = begin; query < end && !late.load(std::memory_order_relaxed); ++query) {
      if (HasPassed(request.deadline)) {
        late.store(true, std::memory_order_relaxed);
        return;
      }
      worker.Search(request.queries[query], request);
      const auto& best = worker.best();
      hits.counts[query] = best.size();
      for (size_t rank = 0; rank < best.size(); ++rank) {
        hits.ids[query * request.k + rank] = best[rank].id;
        hits.scores[query * request.k + rank] = best[rank].score;
      }
    }
  });
  if (late) {
    return {Code::kDeadlineExceeded, "Cannot search: the deadline passed before all " +
                                         std::to_string(request.queries.size()) +
                                         " queries were answered (raise deadline_ms, or send fewer at a time)"};
  }
  counters.segments += targets.size();
  for (const auto& worker : workers) {
    if (worker) {
      counters.index += worker->counters();
    }
  }
  return {};
}

}  // namespace pomai::core
