#pragma once

#include <cstdint>

namespace gpupack::cuda {

struct cluster_view;
struct writable_cluster_view;
class host_cluster;
class host_space;
struct cuda_error;
template <class Memory> class table_mover;
template <class Scorer> struct shape;
template <class Key> struct ranked_node;
template <class Key> struct ranked_choice;
template <class Key> struct score_matrix;
struct batch_shape;
struct batch_plan;
struct batch_choice;
struct batch_options;
enum class batch_rule : std::uint8_t;
enum class batch_goal : std::uint8_t;
struct batch_total;
struct unordered_batch;
enum class drawn_order : std::uint8_t;
struct what_if_scenario;
struct what_if_result;
struct what_if_decision;
struct what_if_options;
struct found_order;

// Need nvcc.
struct device_info;
class device_space;
class engine;

} // namespace gpupack::cuda
