#pragma once

namespace gpupack {

struct gpu_state;
struct node_state;
class node_view;
struct placement;
class ledger;
class change_list;
class snapshot_feed;
class cluster;
class cluster_builder;

} // namespace gpupack
