#pragma once

namespace gpupack::nvml {

struct gpu;
struct machine;

} // namespace gpupack::nvml
