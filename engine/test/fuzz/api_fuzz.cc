// The API itself: the input is a list of calls, good and bad ones; every answer is held against a model that keeps all
// rows in a map. The first bytes are the options.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "pomai/pomai_x.h"
#include "scratch.h"

namespace {

using fixture::Database;
using fixture::Outcome;
using fixture::Take;
using fixture::Vector;

struct Row {
  Vector vector;
  std::string metadata;

  bool operator==(const Row&) const = default;
};
using Table = std::map<uint64_t, Row>;

class Session {
 public:
  explicit Session(fuzz::Input& input) : input_(input), path_(fuzz::Scratch() + "/db") {
    fixture::RemoveTree(path_);
    options_ = fixture::Options(1 + input_.Byte() % 6);
    options_.metric = input_.Byte() % 2;
    options_.index_type = input_.Byte() % 2;
    options_.fsync_policy = input_.Byte() % 2;
    options_.adaptive_threshold = input_.Byte() % 2 == 0 ? 0 : 1000;
    options_.hnsw_m = 2 + input_.Byte() % 8;
    options_.hnsw_ef_construction = 1 + input_.Byte();
    options_.hnsw_ef_search = 1 + input_.Byte();
    options_.memory_budget_bytes = input_.Byte() % 4 == 0 ? 4096 : 0;
    Open();
  }
  ~Session() {
    FreeSnapshot();
    pomai_iter_free(iterator_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Run() {
    for (int calls = 0; !input_.empty() && calls < 200; ++calls) {
      switch (input_.Byte() % 16) {
        case 0:
        case 1:
        case 2:
          Put();
          break;
        case 3:
          Delete();
          break;
        case 4:
          Freeze();
          break;
        case 5:
          Reopen();
          break;
        case 6:
          Get();
          break;
        case 7:
        case 8:
          Search();
          break;
        case 9:
          Scan();
          break;
        case 10:
          Hold();
          break;
        case 11:
        case 12:
          SearchSome();
          break;
        case 13:
          ExistAll();
          break;
        case 14:
          LeaveUnsynced();
          break;
        default:
          CallBadly();
      }
    }
    Reopen();
    FUZZ_CHECK(ReadAll(nullptr, nullptr) == rows_);
  }

 private:
  void Open() {
    const Outcome outcome = Database::TryOpen(path_, options_, database_);
    FUZZ_CHECK(outcome.ok());
  }

  uint64_t Id() {
    const uint8_t byte = input_.Byte();
    return byte < 250 ? byte % 50 : (byte == 250 ? input_.Number() : UINT64_MAX - (byte - 251));
  }

  float Component() {
    static constexpr float kOdd[] = {3e38F, -3e38F, 1e-42F, -0.0F};
    const uint8_t byte = input_.Byte();
    exact_ = exact_ && byte < 252;
    return byte < 252 ? static_cast<float>(byte % 16) - 8 : kOdd[byte - 252];
  }

  Vector PickVector() {
    Vector vector(options_.dim);
    std::generate(vector.begin(), vector.end(), [&] { return Component(); });
    return vector;
  }

  void Put() {
    std::vector<std::pair<uint64_t, Row>> batch(input_.Byte() % 24);
    std::vector<pomai_upsert_t> items;
    bool bad = false;
    for (auto& [id, row] : batch) {
      id = Id();
      row.vector = PickVector();
      row.metadata = std::string(input_.Byte() % 5, static_cast<char>(input_.Byte()));
      auto& item = items.emplace_back(fixture::Upsert(id, row.vector));
      item.metadata = reinterpret_cast<const uint8_t*>(row.metadata.data());
      item.metadata_len = static_cast<uint32_t>(row.metadata.size());
      if (input_.Byte() == 255) {
        bad = true;
        Spoil(item, row.vector);
      }
    }
    const Outcome outcome = Take(pomai_put_batch(database_->handle(), items.data(), items.size()));
    if (bad) {
      FUZZ_CHECK(outcome.code == POMAI_STATUS_INVALID_ARGUMENT);
    } else if (IsWritten(outcome, options_.memory_budget_bytes != 0)) {
      for (auto& [id, row] : batch) {
        rows_[id] = row;
      }
    }
  }

  // Whether a write took place; the budget is the one reason to refuse it.
  static bool IsWritten(const Outcome& outcome, bool may_be_refused) {
    FUZZ_CHECK(outcome.ok() || (may_be_refused && outcome.code == POMAI_STATUS_RESOURCE_EXHAUSTED));
    return outcome.ok();
  }

  void Spoil(pomai_upsert_t& item, Vector& vector) {
    switch (input_.Byte() % 5) {
      case 0:
        item.struct_size = input_.Byte() % 48;
        break;
      case 1:
        item.dim += 1;
        break;
      case 2:
        item.vector = nullptr;
        break;
      case 3:
        vector.back() = std::numeric_limits<float>::quiet_NaN();
        break;
      default:
        item.metadata = nullptr;
        item.metadata_len = 1;
    }
  }

  void Delete() {
    const uint64_t id = Id();
    if (IsWritten(database_->Delete(id), options_.memory_budget_bytes != 0)) {
      rows_.erase(id);
    }
  }

  void Freeze() {
    // A snapshot or an iterator may hold the rows: a freeze then needs room for a second copy of them.
    if (IsWritten(database_->Freeze(),
                  options_.memory_budget_bytes != 0 && (snapshot_ != nullptr || iterator_ != nullptr))) {
      frozen_ = rows_;
    }
  }

  void Reopen() {
    database_.reset();
    Open();
    if (options_.fsync_policy == POMAI_FSYNC_NEVER) {
      rows_ = frozen_;
    }
  }

  void Get() {
    const uint64_t id = Id();
    const auto expected = rows_.find(id);
    FUZZ_CHECK(database_->Exists(id) == (expected != rows_.end()));
    pomai_record_t* record = nullptr;
    const Outcome outcome = Take(pomai_get(database_->handle(), id, &record));
    FUZZ_CHECK(outcome.code == (expected == rows_.end() ? POMAI_STATUS_NOT_FOUND : POMAI_STATUS_OK));
    if (outcome.ok()) {
      FUZZ_CHECK(record->id == id && RowOf(*record) == expected->second);
      pomai_record_free(record);
    }
  }

  static Row RowOf(const pomai_record_view_t& view) {
    return {Vector(view.vector, view.vector + view.dim),
            view.metadata_len == 0 ? std::string()
                                   : std::string(reinterpret_cast<const char*>(view.metadata), view.metadata_len)};
  }

  Table ReadAll(const pomai_scan_options_t* options, const pomai_snapshot_t* snapshot) {
    pomai_iter_t* iterator = nullptr;
    FUZZ_CHECK(Take(pomai_scan(database_->handle(), options, snapshot, &iterator)).ok());
    Table found;
    for (; pomai_iter_valid(iterator); pomai_iter_next(iterator)) {
      pomai_record_view_t view{};
      FUZZ_CHECK(Take(pomai_iter_get_record(iterator, &view)).ok());
      FUZZ_CHECK(found.empty() || found.rbegin()->first < view.id);
      found.emplace(view.id, RowOf(view));
    }
    FUZZ_CHECK(Take(pomai_iter_status(iterator)).ok());
    pomai_iter_free(iterator);
    return found;
  }

  void Scan() {
    pomai_scan_options_t options{};
    pomai_scan_options_init(&options);
    options.start_id = Id();
    options.has_start_id = input_.Byte() % 2 == 1;
    const auto begin = options.has_start_id ? rows_.lower_bound(options.start_id) : rows_.begin();
    FUZZ_CHECK(ReadAll(&options, nullptr) == Table(begin, rows_.end()));
  }

  // Snapshots and iterators stand still while writes go on.
  void Hold() {
    switch (input_.Byte() % 4) {
      case 0:
        FreeSnapshot();
        FUZZ_CHECK(Take(pomai_get_snapshot(database_->handle(), &snapshot_)).ok());
        held_ = rows_;
        break;
      case 1:
        FreeSnapshot();
        break;
      case 2:
        if (snapshot_ != nullptr) {
          FUZZ_CHECK(ReadAll(nullptr, snapshot_) == held_);
        }
        break;
      default:
        Walk();
    }
  }

  void FreeSnapshot() {
    pomai_snapshot_free(snapshot_);
    snapshot_ = nullptr;
  }

  void Walk() {
    if (iterator_ == nullptr) {
      FUZZ_CHECK(Take(pomai_scan(database_->handle(), nullptr, nullptr, &iterator_)).ok());
      walked_ = rows_;
    }
    for (auto steps = input_.Byte() % 8; steps > 0; --steps) {
      FUZZ_CHECK(pomai_iter_valid(iterator_) == !walked_.empty());
      pomai_record_view_t view{};
      FUZZ_CHECK(Take(pomai_iter_get_record(iterator_, &view)).ok() == !walked_.empty());
      if (walked_.empty()) {
        pomai_iter_free(iterator_);
        iterator_ = nullptr;
        return;
      }
      FUZZ_CHECK(view.id == walked_.begin()->first && RowOf(view) == walked_.begin()->second);
      walked_.erase(walked_.begin());
      pomai_iter_next(iterator_);
    }
  }

  [[nodiscard]] float Score(const Vector& a, const Vector& b) const {
    float score = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      score += options_.metric == POMAI_METRIC_L2 ? -(a[i] - b[i]) * (a[i] - b[i]) : a[i] * b[i];
    }
    return score;
  }

  void Search() {
    std::vector<Vector> queries(1 + input_.Byte() % 3);
    const uint32_t k = 1 + input_.Byte() % 40;
    std::vector<std::vector<fixture::Hit>> hits;
    std::generate(queries.begin(), queries.end(), [&] { return PickVector(); });
    FUZZ_CHECK(database_->SearchBatch(queries, k, hits).ok());
    for (size_t i = 0; i < queries.size(); ++i) {
      CheckHits(queries[i], k, frozen_, options_.adaptive_threshold != 0, hits[i]);
    }
  }

  std::vector<uint64_t> PickIds() {
    std::vector<uint64_t> ids(input_.Byte() % 32);
    std::generate(ids.begin(), ids.end(), [&] { return Id(); });
    return ids;
  }

  // The extended search, with everything that a call may ask for.
  void SearchSome() {
    std::vector<uint64_t> ids = PickIds();
    if (input_.Byte() != 255) {
      std::sort(ids.begin(), ids.end());
    }
    pomai_x_search_params_t params;
    pomai_x_search_params_init(&params);
    params.ef_search = input_.Byte();
    params.threads = input_.Byte() % 4;
    params.flags = input_.Byte() % 4;
    params.id_mode = input_.Byte() % 3;
    Table among;
    std::copy_if(frozen_.begin(), frozen_.end(), std::inserter(among, among.end()), [&](const auto& row) {
      const bool named = std::find(ids.begin(), ids.end(), row.first) != ids.end();
      return params.id_mode == POMAI_X_IDS_ALL || named == (params.id_mode == POMAI_X_IDS_ALLOWED);
    });
    if (params.id_mode == POMAI_X_IDS_ALL) {
      ids.clear();
    }
    params.ids = ids.empty() ? nullptr : ids.data();
    params.id_count = ids.size();
    const std::vector<Vector> vectors = {PickVector(), PickVector()};
    const uint32_t k = 1 + input_.Byte() % 40;
    const std::vector<pomai_query_t> queries = {fixture::Query(vectors[0], k), fixture::Query(vectors[1], k)};
    pomai_search_results_t* results = nullptr;
    const Outcome outcome =
        Take(pomai_x_search_batch(database_->handle(), queries.data(), queries.size(), &params, &results));
    if (!std::is_sorted(ids.begin(), ids.end())) {
      FUZZ_CHECK(outcome.code == POMAI_STATUS_INVALID_ARGUMENT && results == nullptr);
      return;
    }
    FUZZ_CHECK(outcome.ok());
    const bool scanned = options_.adaptive_threshold != 0 || (params.flags & POMAI_X_SEARCH_EXACT) != 0;
    for (size_t i = 0; i < queries.size(); ++i) {
      std::vector<fixture::Hit> hits;
      for (size_t rank = 0; rank < results[i].count; ++rank) {
        hits.push_back({results[i].ids[rank], results[i].scores[rank]});
      }
      CheckHits(vectors[i], k, among, scanned, hits);
    }
    pomai_search_batch_free(results, queries.size());
  }

  // Which changes nothing that a process can see.
  void LeaveUnsynced() {
    const Outcome outcome = Take(pomai_x_leave_unsynced(database_->handle()));
    FUZZ_CHECK(outcome.code ==
               (options_.fsync_policy == POMAI_FSYNC_NEVER ? POMAI_STATUS_OK : POMAI_STATUS_INVALID_ARGUMENT));
  }

  void ExistAll() {
    const std::vector<uint64_t> ids = PickIds();
    std::vector<uint8_t> exists(ids.size(), 7);
    FUZZ_CHECK(Take(pomai_x_exists_batch(database_->handle(), ids.data(), ids.size(), exists.data())).ok());
    for (size_t i = 0; i < ids.size(); ++i) {
      FUZZ_CHECK(exists[i] == (rows_.contains(ids[i]) ? 1 : 0));
    }
    std::vector<float> vectors(ids.size() * options_.dim);
    FUZZ_CHECK(
        Take(pomai_x_get_batch(database_->handle(), ids.data(), ids.size(), vectors.data(), exists.data())).ok());
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto row = rows_.find(ids[i]);
      FUZZ_CHECK(exists[i] == (row != rows_.end() ? 1 : 0));
      FUZZ_CHECK(row == rows_.end() || std::equal(row->second.vector.begin(), row->second.vector.end(),
                                                  vectors.begin() + static_cast<std::ptrdiff_t>(i * options_.dim)));
    }
  }

  // `scanned`: all of `rows` were compared, so the hits are the best there are.
  void CheckHits(const Vector& query, size_t k, const Table& rows, bool scanned,
                 const std::vector<fixture::Hit>& hits) {
    std::vector<fixture::Hit> expected;
    for (const auto& [id, row] : rows) {
      expected.push_back({id, Score(query, row.vector)});
    }
    std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    expected.resize(std::min(expected.size(), k));
    FUZZ_CHECK(hits.size() <= expected.size());
    if (scanned) {
      FUZZ_CHECK(hits.size() == expected.size());
    }
    for (size_t i = 0; i < hits.size(); ++i) {
      FUZZ_CHECK(rows.contains(hits[i].id));
      FUZZ_CHECK(!std::isnan(hits[i].score));
      FUZZ_CHECK(i == 0 || hits[i - 1].score > hits[i].score ||
                 (hits[i - 1].score == hits[i].score && hits[i - 1].id < hits[i].id));
      if (exact_) {
        FUZZ_CHECK(hits[i].score == Score(query, rows.at(hits[i].id).vector));
        // An index stores rows in an order of its own, and of those that are equally good at the end takes any.
        FUZZ_CHECK(!scanned || hits[i].score == expected[i].score);
        FUZZ_CHECK(options_.adaptive_threshold == 0 || hits[i] == expected[i]);
      }
    }
  }

  void CallBadly() {
    pomai_db_t* const handle = database_->handle();
    const Vector vector(options_.dim, 1.0F);
    auto query = fixture::Query(vector, 3);
    pomai_search_results_t* results = nullptr;
    pomai_status_t* status = nullptr;
    pomai_x_search_params_t params;
    pomai_x_search_params_init(&params);
    switch (input_.Byte() % 13) {
      case 0:
        status = pomai_put_batch(handle, nullptr, 1);
        break;
      case 1:
        status = pomai_search(handle, nullptr, &results);
        break;
      case 2:
        query.topk = 0;
        status = pomai_search(handle, &query, &results);
        break;
      case 3:
        query.struct_size = input_.Byte() % 48;
        status = pomai_search(handle, &query, &results);
        break;
      case 4:
        query.dim = input_.Byte() % 2 == 0 ? 0 : options_.dim + 1;
        status = pomai_search(handle, &query, &results);
        break;
      case 5:
        query.vector = nullptr;
        status = pomai_search_batch(handle, &query, 1, &results);
        break;
      case 6:
        status = pomai_search_batch(handle, &query, SIZE_MAX - input_.Byte(), &results);
        break;
      case 7:
        params.struct_size = input_.Byte() % 64;
        status = pomai_x_search_batch(handle, &query, 1, &params, &results);
        break;
      case 8:
        params.flags = 4U << input_.Byte() % 30;
        status = pomai_x_search_batch(handle, &query, 1, &params, &results);
        break;
      case 9:
        params.id_mode = 3U + input_.Byte();
        status = pomai_x_search_batch(handle, &query, 1, &params, &results);
        break;
      case 10:
        params.id_mode = input_.Byte() % 3;
        params.id_count = 1 + input_.Number() % SIZE_MAX;
        status = pomai_x_search_batch(handle, &query, 1, &params, &results);
        break;
      case 11:
        status = pomai_x_exists_batch(handle, nullptr, 1, nullptr);
        break;
      default:
        status = pomai_get(handle, 1, nullptr);
    }
    FUZZ_CHECK(Take(status).code == POMAI_STATUS_INVALID_ARGUMENT);
    FUZZ_CHECK(results == nullptr);
  }

  fuzz::Input& input_;
  const std::string path_;
  pomai_options_t options_{};
  std::unique_ptr<Database> database_;
  pomai_snapshot_t* snapshot_ = nullptr;
  pomai_iter_t* iterator_ = nullptr;
  Table rows_;         // what reads see
  Table frozen_;       // what searches see
  Table held_;         // what the snapshot shows
  Table walked_;       // what the iterator has still to show
  bool exact_ = true;  // all numbers so far are small and whole, so that scores are
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  Session(input).Run();
  return 0;
}
