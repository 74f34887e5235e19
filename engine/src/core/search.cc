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

// Queries that a thread takes at a time where a deadline must not pass unseen for long.
constexpr size_t kChunkToDeadline = 4;
// Threads take turns so often, to end at about the same time,
constexpr size_t kTurns = 4;
// where as many queries as an index wants together leave each of them more than one turn.
constexpr size_t kTurnsOfMany = 2;

index::SearchParams ParamsOf(const Target& target, const SearchRequest& request) {
  return {.k = request.k,
          .ef = request.ef,
          .hidden = target.hidden,
          .exact = request.exact,
          .exact_walk = request.exact_walk};
}

// The queries a thread takes at a time, so that an index can work on several at once; fewer where that would leave
// another thread without any.
size_t ChunkOf(const std::vector<Target>& targets, const SearchRequest& request) {
  const size_t share = request.queries.size() / std::max(1U, request.threads);
  size_t chunk = 1;
  for (const Target& target : targets) {
    const auto& index = target.segment->index();
    const size_t most = index.Together(ParamsOf(target, request));
    const size_t several = most > index::Index::kFewTogether ? kTurnsOfMany : kTurns;
    const size_t turns = request.threads <= 1 ? 1 : several;
    chunk = std::max(chunk, std::clamp<size_t>(share / turns, 1, most));
  }
  return request.deadline ? std::min(chunk, kChunkToDeadline) : chunk;
}

// What a thread keeps from query to query.
class Worker {
 public:
  Worker(const std::vector<Target>& targets, size_t chunk) : targets_(targets), hits_(chunk), best_(chunk) {
    for (const Target& target : targets) {
      scratch_.push_back(target.segment->index().NewScratch());
    }
  }

  // At most a chunk of queries.
  void Search(std::span<const float* const> queries, const SearchRequest& request) {
    for (size_t query = 0; query < queries.size(); ++query) {
      best_[query].clear();
    }
    for (size_t i = 0; i < targets_.size(); ++i) {
      const auto& segment = *targets_[i].segment;
      segment.index().SearchMany(queries, ParamsOf(targets_[i], request), *scratch_[i],
                                 std::span(hits_).first(queries.size()), counters_);
      for (size_t query = 0; query < queries.size(); ++query) {
        for (const auto& hit : hits_[query]) {
          best_[query].push_back({hit.score, segment.Id(hit.row)});
        }
      }
    }
    for (size_t query = 0; query < queries.size(); ++query) {
      std::sort(best_[query].begin(), best_[query].end(), Better);
      best_[query].resize(std::min<size_t>(best_[query].size(), request.k));
    }
  }

  [[nodiscard]] const std::vector<Candidate>& best(size_t query) const { return best_[query]; }
  [[nodiscard]] const index::SearchCounters& counters() const { return counters_; }

 private:
  const std::vector<Target>& targets_;
  std::vector<std::unique_ptr<index::Scratch>> scratch_;
  std::vector<std::vector<index::Hit>> hits_;
  std::vector<std::vector<Candidate>> best_;
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
  const size_t chunk = ChunkOf(targets, request);
  std::vector<std::unique_ptr<Worker>> workers(WorkerCount(request.queries.size(), chunk, request.threads));
  std::atomic<bool> late{false};
  ParallelFor(request.queries.size(), chunk, request.threads, [&](size_t begin, size_t end, uint32_t number) {
    if (!workers[number]) {
      workers[number] = std::make_unique<Worker>(targets, chunk);
    }
    Worker& worker = *workers[number];
    if (late.load(std::memory_order_relaxed) || HasPassed(request.deadline)) {
      late.store(true, std::memory_order_relaxed);
      return;
    }
    worker.Search(request.queries.subspan(begin, end - begin), request);
    for (size_t query = begin; query < end; ++query) {
      const auto& best = worker.best(query - begin);
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
