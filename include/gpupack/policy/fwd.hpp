#pragma once

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
struct instance_cost_scorer;
struct mig_best_fit;
struct mig_fragmentation;
struct mig_options;
struct mig_scarcity;
struct preset_inputs;
struct preset_row;

} // namespace gpupack::policy
