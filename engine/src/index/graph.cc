#include "index/graph.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "index/graph_format.h"
#include "index/graph_index.h"

namespace pomai::index {
namespace {

Status Corrupt(const std::string& what) {
  return {Code::kCorruption, "Cannot open a graph index: " + what + " (rebuild the segment)"};
}

}  // namespace

Status GraphIndex::Load(const SectionSource& sections) {
  auto head = sections.Find(kGraphHeader);
  POMAI_RETURN_IF_ERROR(head.status());
  GraphHeader header;
  if (head.value().size() < sizeof header) {
    return Corrupt("its header has " + std::to_string(head.value().size()) + " bytes");
  }
  std::memcpy(&header, head.value().data(), sizeof header);
  if (header.version != kGraphVersion) {
    return Corrupt("its format version is " + std::to_string(header.version));
  }
  if (header.rows != rows_.rows || header.dim != rows_.dim || header.nodes == 0 || header.nodes > header.rows ||
      header.nodes > kMaxNodes || header.degree == 0 || header.entries == 0 || header.entries > header.nodes ||
      head.value().size() != sizeof header + sizeof(float) * size_t{header.dim}) {
    return Corrupt("its header does not fit the segment's rows");
  }
  const auto find = [&](uint32_t kind, uint64_t size, std::span<const std::byte>& bytes) -> Status {
    auto found = sections.Find(kind);
    POMAI_RETURN_IF_ERROR(found.status());
    bytes = found.value();
    if (bytes.size() != size) {
      return Corrupt("section " + std::to_string(kind) + " has " + std::to_string(bytes.size()) + " bytes, not " +
                     std::to_string(size));
    }
    return {};
  };

  model_.dim = header.dim;
  model_.stride = header.code_stride;
  model_.levels = header.code_levels;
  model_.lossless = header.code_lossless != 0;
  model_.scale = header.code_scale;
  model_.longest = header.code_longest;
  slack_ = header.code_slack;
  model_.offsets.resize(header.dim);
  std::memcpy(model_.offsets.data(), head.value().data() + sizeof header, sizeof(float) * size_t{header.dim});
  const bool codes = model_.stride != 0;
  if (codes && (model_.stride > CodeModel::kMaxStride || model_.dim > model_.stride || model_.stride % 4 != 0 ||
                model_.levels == 0 || model_.levels > 255 || !std::isfinite(model_.scale) || !(model_.scale > 0) ||
                !std::isfinite(model_.longest) || model_.longest < 0 || slack_ > kMostSlack ||
                !std::all_of(model_.offsets.begin(), model_.offsets.end(), [](float o) { return std::isfinite(o); }))) {
    return Corrupt("its header does not describe codes");
  }

  std::span<const std::byte> bytes;
  if (header.link_bytes < LinkBytes(header.nodes) || header.link_bytes > sizeof(uint32_t)) {
    return Corrupt("its links have " + std::to_string(header.link_bytes) + " bytes");
  }
  POMAI_RETURN_IF_ERROR(find(kGraphLinks, LinksBytes(header.nodes, header.degree, header.link_bytes), bytes));
  floats_.nodes = header.nodes;
  floats_.degree = header.degree;
  floats_.SetLinks(bytes.data(), header.link_bytes);
  floats_.space = Space::OfRows(rows_.data, rows_.dim, metric_);

  if (header.grouped != 0) {
    POMAI_RETURN_IF_ERROR(find(kGraphRows, (uint64_t{header.nodes} + 1) * sizeof(uint32_t), bytes));
    starts_ = reinterpret_cast<const uint32_t*>(bytes.data());
    // A walk on rows looks a node's first row up here.
    for (uint32_t i = 0; i < header.nodes; ++i) {
      if (starts_[i] >= header.rows) {
        return Corrupt("node " + std::to_string(i) + " starts at row " + std::to_string(starts_[i]));
      }
    }
    floats_.space.rows = starts_;
  } else if (header.nodes != header.rows) {
    return Corrupt("it has " + std::to_string(header.nodes) + " nodes for " + std::to_string(header.rows) + " rows");
  }

  const size_t vectors_at = EntryVectorsAt(header.entries);
  const size_t entry_bytes = codes ? model_.stride : floats_.space.stride;
  POMAI_RETURN_IF_ERROR(find(kGraphEntries, vectors_at + uint64_t{header.entries} * entry_bytes, bytes));
  floats_.entries = {reinterpret_cast<const uint32_t*>(bytes.data()), header.entries};
  for (const uint32_t entry : floats_.entries) {
    if (entry >= header.nodes) {
      return Corrupt("entry point " + std::to_string(entry) + " is no node");
    }
    entry_rows_.push_back(starts_ == nullptr ? entry : starts_[entry]);
  }
  floats_.entry_space = floats_.space;
  if (!codes) {
    floats_.entry_space.base = bytes.data() + vectors_at;
    floats_.entry_space.rows = nullptr;
    return {};
  }
  floats_.entry_space.rows = entry_rows_.data();

  codes_ = floats_;
  codes_.entry_space = Space::OfCodes(bytes.data() + vectors_at, model_.stride, metric_);
  codes_.space = codes_.entry_space;
  POMAI_RETURN_IF_ERROR(find(kGraphCodes, uint64_t{header.nodes} * model_.stride, bytes));
  codes_.space.base = bytes.data();
  std::vector<uint32_t> places(header.entries);
  std::iota(places.begin(), places.end(), 0U);
  entry_codes_ = std::make_unique<BlockColumns>(codes_.entry_space, places);
  return {};
}

Result<std::unique_ptr<Index>> OpenGraph(Metric metric, const Matrix& rows, const SectionSource& sections) {
  auto index = std::make_unique<GraphIndex>(metric, rows);
  POMAI_RETURN_IF_ERROR(index->Load(sections));
  return std::unique_ptr<Index>(std::move(index));
}

}  // namespace pomai::index
