// The vectors the benchmark runs on.
#pragma once

#include <string>

#include "system.h"

namespace bench {

// From the folder of test data (POMAI_TEST_DATA, else ../shared/data from the working directory upwards).
Data SiftPhotos();            // 100,000 x 128, L2, with the exact answers of the folder
Data Words(bool normalised);  // 20,000 x 64, inner product; 1,000 of the rows are the queries
// Normally distributed clusters: `rows` x `dim`, L2; the same numbers on every machine.
Data Clustered(uint32_t rows, uint32_t dim);

// By name: sift, words, words-cosine, or clustered:ROWSxDIM; with the exact answers where `answered`.
Data ByName(const std::string& name, bool answered);

double Recall(const Data& data, const std::vector<uint32_t>& found);

}  // namespace bench
