// What the benchmark measured, and how it is told.
#pragma once

#include <string>
#include <vector>

#include "scaling.h"
#include "system.h"

namespace bench {

struct Point {
  uint32_t ef = 0;
  double recall = 0;
  double queries_per_second = 0;  // the median of the rounds
};

struct Measured {
  std::string system;
  double build_seconds = 0;  // the median of the rounds
  std::vector<Point> curve;  // by ef
  Footprint footprint;       // files is 0 where it was not measured
  std::vector<Scaling> scaling;
};

// Queries per second at a recall, on the line between the two points around it (in log queries per second); 0 where the
// curve does not reach it. A curve that starts above the recall counts with its first point.
double SpeedAt(const std::vector<Point>& curve, double recall);

void PrintTable(const Data& data, const Params& params, const std::vector<Measured>& measured);
std::string Json(const Data& data, const Params& params, const std::vector<Measured>& measured);

}  // namespace bench
