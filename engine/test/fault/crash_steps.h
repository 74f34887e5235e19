// What a writer does that dies on the way, step by step, and what a database may hold afterwards. A step is a function
// of a seed and its number, so that a test knows the state from the numbers of the steps that were done.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "../fixture.h"

namespace crash {

inline constexpr uint32_t kDim = 4;
inline constexpr uint32_t kThreshold = 150;  // most segments are scanned, some have a graph

struct Step {
  enum class Kind : uint8_t { kPut, kDelete, kFreeze };
  Kind kind = Kind::kPut;
  fixture::Rows rows;
  uint64_t id = 0;

  // What it makes of `rows`, all that the database holds.
  void ApplyTo(fixture::Rows& all) const {
    for (const auto& [row, vector] : rows) {
      all[row] = vector;
    }
    if (kind == Kind::kDelete) {
      all.erase(id);
    }
  }

  [[nodiscard]] fixture::Outcome On(fixture::Database& database) const {
    switch (kind) {
      case Kind::kPut:
        return database.PutAll(rows);
      case Kind::kDelete:
        return database.Delete(id);
      case Kind::kFreeze:
        break;
    }
    return database.Freeze();
  }
};

inline Step MakeStep(uint64_t seed, uint64_t number) {
  std::mt19937_64 random(seed * 1000003 + number);
  Step step;
  const auto kind = random() % 8;
  if (kind < 2) {
    step.kind = Step::Kind::kFreeze;
  } else if (kind == 2) {
    step.kind = Step::Kind::kDelete;
    step.id = random() % 200;
  } else {
    const auto count = random() % 16 == 0 ? 300 : 1 + random() % 30;
    for (uint64_t i = 0; i < count; ++i) {
      step.rows[random() % (count < 300 ? 200 : 1000)] = {static_cast<float>(number), static_cast<float>(i),
                                                          static_cast<float>(random() % 100), 1};
    }
  }
  return step;
}

// The states that a database may be in, by what became of its writer's steps.
class Expectation {
 public:
  explicit Expectation(bool always) : always_(always) {}

  // The call returned a success.
  void Done(const Step& step) {
    step.ApplyTo(rows_);
    durable_ = {rows_};
    if (step.kind == Step::Kind::kFreeze) {
      frozen_ = {rows_};
    }
  }

  // It failed, or was under way at the end.
  void NotDone(const Step& step) {
    fixture::Rows after = rows_;
    step.ApplyTo(after);
    durable_.push_back(after);
    if (step.kind == Step::Kind::kFreeze) {
      frozen_.push_back(std::move(after));
    }
  }

  // A writer has opened the database anew and found these rows.
  void Reopened(const fixture::Rows& rows) { rows_ = rows; }

  // Opens the directory and holds it against what may be in it, with what was found there as the one state from now on
  // (`settle`), or as one of those that it may still be found in.
  void Check(const std::string& path, bool settle);

  [[nodiscard]] const fixture::Rows& rows() const { return rows_; }

 private:
  bool always_;  // fsync
  fixture::Rows rows_;
  std::vector<fixture::Rows> durable_ = {{}};  // what may be there, with fsync "always"
  std::vector<fixture::Rows> frozen_ = {{}};   // what may be frozen; both the last acknowledged state first
};

// Whether a search by the origin answers from `rows` and nothing else.
inline bool AnswersFrom(const std::vector<fixture::Hit>& hits, const fixture::Rows& rows) {
  for (const auto& hit : hits) {
    const auto row = rows.find(hit.id);
    float square = 0;
    if (row != rows.end()) {
      for (const float component : row->second) {
        square += component * component;
      }
    }
    if (row == rows.end() || hit.score != -square) {
      return false;
    }
  }
  // A graph may miss a row, a scan may not.
  return rows.size() < kThreshold ? hits.size() == rows.size() : hits.size() * 10 >= rows.size() * 9;
}

inline pomai_options_t WriterOptions(uint32_t fsync_policy) {
  auto options = fixture::Options(kDim);
  options.fsync_policy = fsync_policy;
  options.adaptive_threshold = kThreshold;
  options.hnsw_m = 4;
  options.hnsw_ef_construction = 20;
  return options;
}

inline void Expectation::Check(const std::string& path, bool settle) {
  const auto database = fixture::Database::Open(path, WriterOptions(POMAI_FSYNC_NEVER));
  const auto rows = database->Scan();
  const auto& states = always_ ? durable_ : frozen_;
  CHECK(std::find(states.begin(), states.end(), rows) != states.end());
  const auto hits = database->Search(fixture::Vector(kDim, 0), 2000);
  const std::vector<fixture::Rows> whole = {rows};
  const auto& answers = always_ ? frozen_ : whole;
  const auto answering = std::find_if(answers.rbegin(), answers.rend(),
                                      [&](const fixture::Rows& state) { return AnswersFrom(hits, state); });
  CHECK(answering != answers.rend());
  if (settle) {
    rows_ = rows;
    frozen_ = {fixture::Rows(*answering)};
    durable_ = {rows};
  }
}

// What the writer tells of a step.
enum class What : uint64_t { kBegun, kDone, kFailed };

struct Event {
  uint64_t step = 0;
  What what = What::kBegun;
};

inline constexpr int kEvents = 3;  // the descriptor that they are written to

// How the writer ends by itself.
enum Exit { kReopen = 3, kCannotOpen = 4, kWrong = 5 };

}  // namespace crash
