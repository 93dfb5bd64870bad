// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/gpu_sizes.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/workload.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

namespace detail {

/// Tasks that share GPUs by memory, and by compute where that is above 0.
struct memory_row {
    std::string_view name;
    int mib;
    int milli;
    int weight;
};

/// Model servers. Memory is that of the weights, 2 bytes a parameter or half a byte where they are quantised, and a
/// fifth to a half more for caches and the runtime; compute shares and weights are ours.
inline constexpr memory_row served_models[] = {
    {"embedding 0.3B", 1500, 50, 20}, {"speech 1.5B", 5000, 150, 12},   {"vision 2B int8", 3500, 200, 14},
    {"chat 7B int4", 6500, 250, 18},  {"diffusion 3B", 9500, 500, 8},   {"chat 7B", 18000, 400, 14},
    {"chat 13B int4", 10500, 350, 8}, {"chat 34B int4", 22500, 600, 4}, {"chat 34B", 76000, 900, 2}};

/// Notebooks: a few sizes by memory alone, and some whole GPUs. The sizes are what consoles offer, the weights ours.
inline constexpr memory_row notebooks[] = {
    {"2 GiB", 2048, 0, 30}, {"4 GiB", 4096, 0, 35}, {"8 GiB", 8192, 0, 18}, {"14 GiB", 14336, 0, 7}};

inline void add_machines(workload& target, int nodes, const gpu_model& model) {
    (void)target.models.add(model).value();
    for (int i = 0; i < nodes; ++i) target.nodes.push_back({{}, {128_cores, 1024_GiB, {4, model}}});
}

template <class Rows> void add_rows(workload& target, const Rows& rows) {
    for (const memory_row& row : rows)
        target.tasks.push_back(
            {.name = std::string{row.name},
             .request = {.gpus = 1, .share = slice{.memory = mebibytes{row.mib}, .compute = milli_gpu{row.milli}}},
             .weight = row.weight});
}

inline void add_task(workload& target, std::string name, const request& request, int weight) {
    target.tasks.push_back({.name = std::move(name), .request = request, .weight = weight});
}

} // namespace detail

/// The names of the workloads of shared GPU memory.
[[nodiscard]] inline std::vector<std::string> shared_memory_names() {
    return {"inference", "notebooks", "all-ways"};
}

/// A workload of tasks that share GPU memory, on 100 GPUs, four a node.
///
/// @param name  inference: model servers by MiB and a share of compute, on A10s and A100s; notebooks: MiB alone and
///              whole GPUs, on T4s and A10s; all-ways: slices by MiB, MIG instances, percentages of memory, and one
///              to four whole GPUs in one cluster
/// @return none where no such workload has that name
[[nodiscard]] inline std::optional<workload> make_shared_memory(std::string_view name) {
    workload made{.name = std::string{name}};
    if (name == "inference") {
        detail::add_machines(made, 15, models::a10);
        detail::add_machines(made, 10, models::a100_80gb);
        detail::add_rows(made, detail::served_models);
    } else if (name == "notebooks") {
        detail::add_machines(made, 15, models::t4);
        detail::add_machines(made, 10, models::a10);
        detail::add_rows(made, detail::notebooks);
        detail::add_task(made, "whole GPU", {.gpus = 1}, 8);
        detail::add_task(made, "2 whole GPUs", {.gpus = 2}, 2);
    } else if (name == "all-ways") {
        detail::add_machines(made, 10, models::t4);
        detail::add_machines(made, 10, models::a100_80gb);
        detail::add_machines(made, 5, models::a10);
        for (const auto& [profile, weight] : {std::pair{"1g.10gb", 10}, {"2g.20gb", 6}, {"3g.40gb", 4}})
            detail::add_task(made, profile, {.gpus = 1, .share = mig_profile(made.models, profile).value()}, weight);
        detail::add_task(made, "3 GiB", {.gpus = 1, .share = slice{.memory = 3_GiB}}, 25);
        detail::add_task(made, "10 GiB, 400", {.gpus = 1, .share = slice{10_GiB, 400_milli}}, 15);
        detail::add_task(made, "30 %", {.gpus = 1, .share = slice{.memory_percent = 30}}, 15);
        detail::add_task(made, "whole GPU", {.gpus = 1}, 12);
        detail::add_task(made, "2 whole GPUs", {.gpus = 2}, 6);
        detail::add_task(made, "4 whole GPUs", {.gpus = 4}, 4);
    } else {
        return std::nullopt;
    }
    fill_gpu_sizes(made);
    return made;
}

} // namespace gpupack::workload
