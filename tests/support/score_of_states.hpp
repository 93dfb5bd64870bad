// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/fit/candidate.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdint>
#include <vector>

/// A cluster of one node whose GPUs have that much compute free: what the published unit tests start from.
///
/// left  milli-GPUs free on each GPU; less than 1000 is a slice taken
/// cpu   milli-cores free
inline gpupack::cluster node_with(const std::vector<int>& left, std::int64_t cpu,
                                  const gpupack::gpu_model& model = gpupack::models::t4) {
    gpupack::cluster on =
        gpupack::cluster_builder{}
            .add_nodes(1,
                       {gpupack::milli_cpu{cpu}, gpupack::mebibytes{1 << 20}, {static_cast<int>(left.size()), model}})
            .build()
            .value();
    for (std::size_t i = 0; i < left.size(); ++i)
        if (left[i] < 1000)
            (void)on.take(
                gpupack::node_id{0}, gpupack::gpu_set::of(static_cast<int>(i)),
                {.gpus = 1, .share = gpupack::slice{.memory = {}, .compute = gpupack::milli_gpu{1000 - left[i]}}});
    return on;
}

/// A request for part of one GPU, or for whole ones.
inline gpupack::request asking(std::int64_t cpu, int gpus, int milli) {
    gpupack::request request{.cpu = gpupack::milli_cpu{cpu}, .gpus = gpus};
    if (milli < 1000) request.share = gpupack::slice{.memory = {}, .compute = gpupack::milli_gpu{milli}};
    return request;
}
