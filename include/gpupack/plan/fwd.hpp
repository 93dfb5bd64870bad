#pragma once

namespace gpupack::plan {

class node_trial;
struct gang_plan;
struct no_gang;
struct gang_placement;
struct admit_all;
struct mps_slices;
struct mps_cut;
struct cell;
struct cell_level;
struct gpu_place;
class cell_chain;
class buddy_cells;
struct cell_lease;
struct cell_grant;
struct no_cell;
struct tenant;
struct bound_cell;
class virtual_clusters;

} // namespace gpupack::plan
