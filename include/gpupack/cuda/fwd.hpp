#pragma once

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

// Need nvcc.
struct device_info;
class device_space;
class engine;

} // namespace gpupack::cuda
