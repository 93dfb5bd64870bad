#pragma once

#include <cstdint>

namespace gpupack {

template <class Unit> class quantity;
template <class Sort, class Number> class id;
class divisor;
class gpu_set;
class name;
class random_stream;
struct input_error;

} // namespace gpupack
