#pragma once

#include <cstdint>

namespace gpupack {

enum class sharing : std::uint8_t;
struct exclusive;
struct slice;
class share;
struct request;
class task_mix;

} // namespace gpupack
