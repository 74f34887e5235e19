// Snapshots and walks over all rows.
#include "abi/handles.h"

using pomai::Code;
using pomai::Status;

extern "C" {

pomai_status_t* pomai_get_snapshot(pomai_db_t* db, pomai_snapshot_t** out_snapshot) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(out_snapshot);
    auto snapshot = std::make_unique<pomai_snapshot_t>(pomai_snapshot_t{db->database->TakeSnapshot()});
    *out_snapshot = snapshot.release();
    return {};
  });
}

void pomai_snapshot_free(pomai_snapshot_t* snapshot) { std::unique_ptr<pomai_snapshot_t>(snapshot).reset(); }

void pomai_scan_options_init(pomai_scan_options_t* options) {
  if (options != nullptr) {
    *options = {};
    options->struct_size = sizeof *options;
  }
}

pomai_status_t* pomai_scan(pomai_db_t* db, const pomai_scan_options_t* options, const pomai_snapshot_t* snapshot,
                           pomai_iter_t** out_iter) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(db);
    POMAI_REQUIRE(out_iter);
    pomai_scan_options_t chosen{};
    pomai_scan_options_init(&chosen);
    if (options != nullptr) {
      if (options->struct_size < sizeof chosen) {
        return {Code::kInvalidArgument, "Cannot scan: the options' struct_size is " +
                                            std::to_string(options->struct_size) +
                                            " (accepted: 24, as pomai_scan_options_init writes it)"};
      }
      chosen = *options;
    }
    const uint32_t deadline_ms = chosen.deadline_ms != 0 ? chosen.deadline_ms : db->database->options().deadline_ms;
    auto iterator =
        pomai::core::Iterator::Open(snapshot != nullptr ? snapshot->snapshot : db->database->TakeSnapshot(),
                                    chosen.has_start_id ? chosen.start_id : 0, pomai::core::DeadlineIn(deadline_ms));
    if (!iterator.ok()) {
      return iterator.status();
    }
    auto handle = std::make_unique<pomai_iter_t>();
    handle->iterator = std::move(iterator.value());
    *out_iter = handle.release();
    return {};
  });
}

bool pomai_iter_valid(const pomai_iter_t* iter) { return iter != nullptr && iter->iterator->valid(); }

void pomai_iter_next(pomai_iter_t* iter) {
  if (iter != nullptr) {
    try {
      iter->iterator->Next();
    } catch (...) {
      iter->iterator->Fail(pomai::abi::FromException());
    }
  }
}

pomai_status_t* pomai_iter_status(const pomai_iter_t* iter) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(iter);
    return iter->iterator->status();
  });
}

pomai_status_t* pomai_iter_get_record(const pomai_iter_t* iter, pomai_record_view_t* out_view) {
  return pomai::abi::Guard([&]() -> Status {
    POMAI_REQUIRE(iter);
    POMAI_REQUIRE(out_view);
    const auto& iterator = *iter->iterator;
    if (!iterator.valid()) {
      return {Code::kInvalidArgument, "Cannot read a record: the iterator stands on none (ask pomai_iter_valid first)"};
    }
    pomai_record_view_t view{};
    view.struct_size = sizeof view;
    view.id = iterator.id();
    view.dim = static_cast<uint32_t>(iterator.vector().size());
    view.vector = iterator.vector().data();
    if (!iterator.metadata().empty()) {
      view.metadata = reinterpret_cast<const uint8_t*>(iterator.metadata().data());
      view.metadata_len = static_cast<uint32_t>(iterator.metadata().size());
    }
    *out_view = view;
    return {};
  });
}

void pomai_iter_free(pomai_iter_t* iter) { std::unique_ptr<pomai_iter_t>(iter).reset(); }

}  // extern "C"
