#pragma once

#include <cstdint>

namespace gpupack {

struct candidate;

namespace fit {

enum class reason : std::uint8_t;
struct shortfall;

} // namespace fit

struct no_fit;

} // namespace gpupack
