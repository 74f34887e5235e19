// Builds the graph's links: each node's nearest neighbours in the clusters around it, thinned to those that lead in
// different directions, then joined with the links that lead back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/clusters.h"
#include "index/space.h"

namespace pomai::index {

struct LinkParams {
  uint32_t degree = 0;      // most links a node
  uint32_t candidates = 0;  // nearest neighbours looked at
  uint32_t probes = 0;      // clusters in which a node's neighbours are looked for
  uint32_t threads = 1;
};

// `degree` slots a node, nearest first, filled up with kNoNode. Nodes are numbered along the clusters: cluster c is
// [begins[c], begins[c + 1]). The same for any number of threads.
std::vector<uint32_t> MakeLinks(const Space& space, const Clusters& clusters, const LinkParams& params);

// Makes every node reachable from `entries` by links, adding links, and entries where links cannot help.
void MendLinks(const Space& space, uint32_t degree, std::vector<uint32_t>& links, std::vector<uint32_t>& entries);

}  // namespace pomai::index
