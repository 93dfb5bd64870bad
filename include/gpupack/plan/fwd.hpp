#pragma once

namespace gpupack::plan {

class node_trial;
struct gang_plan;
struct no_gang;
struct gang_placement;
struct admit_all;
struct mps_slices;
struct mps_cut;

} // namespace gpupack::plan
