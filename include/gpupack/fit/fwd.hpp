#pragma once

#include <cstdint>

namespace gpupack {

struct candidate;

namespace fit {

enum class reason : std::uint8_t;
enum class by_links : bool;
struct shortfall;

} // namespace fit

struct no_fit;

} // namespace gpupack
