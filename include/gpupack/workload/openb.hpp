// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::workload {

namespace detail {

/// Equal nodes of the openb cluster.
struct openb_node_shape {
    int count;
    std::int32_t cpu;    // milli-cores
    std::int32_t memory; // MiB
    int gpus;
    std::string_view model;
};

/// Equal tasks of the openb workload.
struct openb_task_shape {
    int count;
    std::int32_t cpu;    // milli-cores
    std::int32_t memory; // MiB
    int gpus;
    int milli; // of each GPU
};

#include <gpupack/workload/detail/openb_tables.inc>

/// "openb-task-0007".
[[nodiscard]] inline std::string openb_name(std::string_view object, std::size_t number) {
    return std::string{"openb-"}.append(object).append("-").append(std::to_string(10000 + number), 1, 4);
}

} // namespace detail

/// The built-in workload: a production cluster of 1,213 nodes and 6,212 GPUs, and the 8,152 tasks that arrived at it.
///
/// Generated from the distinct nodes and tasks and their counts; names are made up, and there are no times.
/// Source: cluster-trace-gpu-v2023 (docs/sources.md#openb).
[[nodiscard]] inline workload openb() {
    workload built{.name = "openb"};
    for (const detail::openb_node_shape& shape : detail::openb_nodes)
        for (int i = 0; i < shape.count; ++i)
            built.nodes.push_back(
                {detail::openb_name("node", built.nodes.size()),
                 {milli_cpu{shape.cpu}, mebibytes{shape.memory}, gpu_list{shape.gpus, models::named(shape.model)}}});
    for (const detail::openb_task_shape& shape : detail::openb_tasks)
        for (int i = 0; i < shape.count; ++i) {
            request request{.cpu = milli_cpu{shape.cpu}, .memory = mebibytes{shape.memory}, .gpus = shape.gpus};
            if (shape.gpus > 0 && shape.milli < whole_gpu.count())
                request.share = slice{.memory = {}, .compute = milli_gpu{shape.milli}};
            built.tasks.push_back({detail::openb_name("task", built.tasks.size()), request});
        }
    return built;
}

} // namespace gpupack::workload
