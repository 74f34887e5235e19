// What an index takes on disk and in memory, measured in a process that does nothing but open and search it.
#pragma once

#include <string>

#include "system.h"

namespace bench {

using OpenSystem = std::unique_ptr<System> (*)(const std::string& path, const Data& data, const Params& params);

// Opens and searches what stands at `path` in this process.
Footprint Measure(OpenSystem open, const std::string& path, const Data& data, const Params& params);

// As text for a pipe, and back.
std::string Encode(const Footprint& footprint);
Footprint Decode(const std::string& text);

// Runs this program with `arguments` and returns what it prints.
std::string RunSelf(const std::string& arguments);

}  // namespace bench
