#pragma once

#include <cstdint>

namespace gpupack::policy {

template <class First, class Second> struct ranked_score;
struct decision;
template <class First, class Second> struct then_policy;
template <class Policy> struct weighted_policy;
template <class First, class Second> struct sum_policy;
template <class Node, class Gpus> struct two_level_policy;
template <class Policy> struct quantized_policy;
template <class Policy> struct normalized_policy;
struct first_fit;
struct random;
struct gpu_random;
struct best_fit;
struct worst_fit;
struct dot_product;
struct gpu_packing;
struct gpu_clustering;
struct gpu_best_fit;
struct gpu_worst_fit;
struct resource_weights;
struct binpack;
struct spread;
struct nomad_binpack;
struct nomad_spread;
struct volcano_binpack;
class fragmentation_table;
class fragmentation;
class fgd;
struct expected_use_view;
class expected_use_table;
struct scarce_class;
struct scarce_room_view;
class scarce_room_table;
struct lookahead_scorer;
class lookahead;
struct instance_cost_scorer;
struct mig_best_fit;
struct mig_fragmentation;
struct mig_options;
struct mig_scarcity;
enum class tendency : unsigned char;
struct gpu_load;
template <class Policy> struct whole_gpus_policy;
struct kubernetes_balanced;
struct kubernetes_default;
struct device_plugin;
struct gpushare;
struct aliyun_vgpu;
struct hami_load;
struct hami_weights;
struct hami_gpus;
struct hami_node;
struct volcano_vgpu_gpus;
struct volcano_vgpu_node;
struct kai_node_scorer;
struct kai_node;
struct kai_gpus;
struct koordinator_gpus;
struct koordinator_node;
struct koordinator_partitions;
struct link_set;
struct link_bandwidth;
struct link_preserve;
struct gpuallocator_best_effort;
enum class dgx : std::uint8_t;
struct static_dgx;
struct hami_topology;
struct fewest_numa_nodes;
struct nic_affinity;
struct ray;
struct slurm_shard;
struct preset_inputs;
struct preset_row;

} // namespace gpupack::policy
