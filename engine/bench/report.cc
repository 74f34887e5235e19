#include "report.h"

#include <cmath>
#include <cstdio>
#include <sstream>

namespace bench {
namespace {

constexpr double kRecalls[] = {0.90, 0.95, 0.99};

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) * 1e-6; }

}  // namespace

double SpeedAt(const std::vector<Point>& curve, double recall) {
  if (!curve.empty() && curve.front().recall >= recall) {
    return curve.front().queries_per_second;
  }
  for (size_t i = 1; i < curve.size(); ++i) {
    const Point& low = curve[i - 1];
    const Point& high = curve[i];
    if (low.recall < recall && high.recall >= recall) {
      const double share = (recall - low.recall) / (high.recall - low.recall);
      return std::exp(std::log(low.queries_per_second) * (1 - share) + std::log(high.queries_per_second) * share);
    }
  }
  return 0;
}

void PrintTable(const Data& data, const Params& params, const std::vector<Measured>& measured) {
  std::printf("\n%s: %zu x %u, m %u, ef_construction %u, threads %u%s\n", data.name.c_str(), data.rows(), data.dim,
              params.m, params.ef_construction, params.threads, params.lists ? ", inverted files" : "");
  std::printf("%-10s %8s %10s", "", "build s", "rows/s");
  for (const double recall : kRecalls) {
    std::printf("   qps@%.2f", recall);
  }
  std::printf("\n");
  for (const Measured& system : measured) {
    std::printf("%-10s %8.2f %10.0f", system.system.c_str(), system.build_seconds,
                static_cast<double>(data.rows()) / system.build_seconds);
    for (const double recall : kRecalls) {
      std::printf(" %10.0f", SpeedAt(system.curve, recall));
    }
    std::printf("\n");
  }
  for (size_t other = 1; other < measured.size(); ++other) {
    std::printf("%s is faster than %s by: build %.2f", measured[0].system.c_str(), measured[other].system.c_str(),
                measured[other].build_seconds / measured[0].build_seconds);
    for (const double recall : kRecalls) {
      const double theirs = SpeedAt(measured[other].curve, recall);
      std::printf(", search@%.2f %.2f", recall, theirs > 0 ? SpeedAt(measured[0].curve, recall) / theirs : 0.0);
    }
    std::printf("\n");
  }
  for (const Measured& system : measured) {
    const Footprint& print = system.footprint;
    if (print.files != 0) {
      const double raw = static_cast<double>(data.base.size()) * sizeof(float);
      std::printf(
          "%s: files %.1f MB (%.3f of the vectors), opened in %.2f ms with %.2f MB mapped in; in memory %.1f MB "
          "anonymous + %.1f MB graph, codes and ids, beside %.1f MB of mapped vectors\n",
          system.system.c_str(), Megabytes(print.files), static_cast<double>(print.files) / raw,
          print.open_milliseconds, Megabytes(print.mapped_by_open), Megabytes(print.anonymous), Megabytes(print.index),
          Megabytes(print.vectors));
    }
  }
  for (const Measured& system : measured) {
    for (const Scaling& scaling : system.scaling) {
      std::printf("%s, %s: %u threads %.2f times as fast as one, %u processes of one thread %.2f times\n",
                  system.system.c_str(), scaling.what.c_str(), params.threads, scaling.threads, params.threads,
                  scaling.processes);
    }
  }
  for (const Measured& system : measured) {
    std::printf("%s:", system.system.c_str());
    for (const Point& point : system.curve) {
      std::printf("  ef %u: %.4f %.0f/s", point.ef, point.recall, point.queries_per_second);
    }
    std::printf("\n");
  }
}

std::string Json(const Data& data, const Params& params, const std::vector<Measured>& measured) {
  std::ostringstream out;
  out << "{\"data\":\"" << data.name << "\",\"rows\":" << data.rows() << ",\"dim\":" << data.dim
      << ",\"m\":" << params.m << ",\"ef_construction\":" << params.ef_construction << ",\"threads\":" << params.threads
      << ",\"index\":\"" << (params.lists ? "lists" : "graph") << "\""
      << ",\"k\":" << data.k << ",\"systems\":[";
  for (size_t i = 0; i < measured.size(); ++i) {
    out << (i == 0 ? "" : ",") << "{\"system\":\"" << measured[i].system
        << "\",\"build_seconds\":" << measured[i].build_seconds;
    if (const Footprint& print = measured[i].footprint; print.files != 0) {
      out << ",\"file_bytes\":" << print.files << ",\"open_milliseconds\":" << print.open_milliseconds
          << ",\"mapped_by_open_bytes\":" << print.mapped_by_open << ",\"anonymous_bytes\":" << print.anonymous
          << ",\"mapped_index_bytes\":" << print.index << ",\"mapped_vector_bytes\":" << print.vectors;
    }
    if (!measured[i].scaling.empty()) {
      out << ",\"scaling\":[";
      for (size_t s = 0; s < measured[i].scaling.size(); ++s) {
        const Scaling& scaling = measured[i].scaling[s];
        out << (s == 0 ? "" : ",") << "{\"what\":\"" << scaling.what << "\",\"threads\":" << scaling.threads
            << ",\"processes\":" << scaling.processes << "}";
      }
      out << "]";
    }
    out << ",\"curve\":[";
    for (size_t p = 0; p < measured[i].curve.size(); ++p) {
      const Point& point = measured[i].curve[p];
      out << (p == 0 ? "" : ",") << "{\"ef\":" << point.ef << ",\"recall\":" << point.recall
          << ",\"queries_per_second\":" << point.queries_per_second << "}";
    }
    out << "]}";
  }
  out << "]}";
  return out.str();
}

}  // namespace bench
