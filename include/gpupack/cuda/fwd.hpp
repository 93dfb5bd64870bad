#pragma once

namespace gpupack::cuda {

struct cluster_view;
struct writable_cluster_view;
class host_cluster;

} // namespace gpupack::cuda
