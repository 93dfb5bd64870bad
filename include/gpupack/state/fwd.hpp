#pragma once

namespace gpupack {

struct gpu_state;
struct node_state;
struct node_row;
class node_view;
class slot_list;
struct placement;
struct split_memory;
class ledger;
class change_log;
class snapshot_feed;
class cluster;
class cluster_builder;

class node_range;
class domain_map;
struct domain_state;
struct kind_state;

} // namespace gpupack
