#pragma once

namespace gpupack::plan {

struct mps_slices;
struct mps_cut;

} // namespace gpupack::plan
