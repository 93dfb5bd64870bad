#pragma once

#include <cstdint>

namespace gpupack {

enum class architecture : std::uint8_t;
enum class sharing : std::uint8_t;
enum class pcie_path : std::uint8_t;
enum class nvlink_count : std::uint8_t;
struct gpu_link;
struct pcie_place;
struct nic;
struct node_topology;
class link_view;
class link_table;
struct domain;
class domain_tree;
class domain_tree_builder;
class profile_set;
struct partition_profile;
struct partition_slot;
struct partition_table;
struct place_counts_view;
class place_counts;
struct gpu_setup;
struct gpu_capacity;
struct gpu_model;
struct gpu_group;
class gpu_list;
class model_set;
class label_set;
class label_table;
struct gpu_address;
class gpu_names;
class model_table;
struct node_spec;
struct node_kind;

namespace mig {
enum class media : std::uint8_t;
struct profile;
struct geometry;
struct gpu_instance;
} // namespace mig

namespace vgpu {
enum class sizes : std::uint8_t;
struct size_class;
struct board;
} // namespace vgpu

} // namespace gpupack
