// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/workload/shared_memory.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/training.hpp>
#include <gpupack/workload/workload.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

namespace detail {

/// How often each MIG profile is requested, by compute slices 1, 2, 3, 4 and 7.
struct mig_mix_row {
    std::string_view name;
    std::array<int, 5> weights;
};

/// The four mixes of the study of MFI by name (docs/sources.md#mfi); it gives no weights: these are ours.
inline constexpr mig_mix_row mig_mixes[] = {{"uniform", {20, 20, 20, 20, 20}},
                                            {"small", {40, 25, 15, 10, 10}},
                                            {"large", {10, 10, 15, 25, 40}},
                                            {"bimodal", {40, 5, 5, 10, 40}}};

/// Adds nodes of four GPUs, and the model to the table against which requests are resolved.
inline void add_nodes_of_four(workload& target, int nodes, const gpu_model& model) {
    (void)target.models.add(model).value();
    for (int i = 0; i < nodes; ++i) target.nodes.push_back({{}, {256_cores, 2048_GiB, {4, model}}});
}

/// A task class of one request.
[[nodiscard]] inline task task_class(std::string name, const request& request, int weight, std::int64_t size) {
    return {.name = std::move(name), .request = request, .weight = weight, .size = size};
}

/// A hundred GPUs of a model with seven slices, and instances of its plain profiles but the one with double memory.
[[nodiscard]] inline workload mig_workload(const mig_mix_row& mix, const gpu_model& model, std::string name) {
    workload made{.name = std::move(name), .unit = "compute slices", .capacity = 700};
    add_nodes_of_four(made, 25, model);
    const partition_table& table = *made.models.tables_of(model_id{0}).mig;
    std::size_t row = 0;
    for (int p = 0; p < table.profile_count; ++p) {
        const partition_profile& profile = table.profiles[p];
        const bool doubled = profile.slices == 1 && profile.units == 2;
        if (!profile.plain || doubled) continue;
        const instance share{sharing::mig, profile_set::from_bits(std::uint64_t{1} << (table.first_id + p)),
                             mebibytes{profile.memory}, milli_gpu{profile.compute}};
        made.tasks.push_back(task_class(std::string{profile.name.view()}, {.gpus = 1, .share = share}, mix.weights[row],
                                        profile.slices));
        ++row;
    }
    return made;
}

/// Memory by the MiB on A10s, without compute: what users of gpushare and KAI request.
[[nodiscard]] inline workload slices_workload() {
    workload made{.name = "slices-mib", .unit = "MiB", .capacity = 100 * models::a10.memory.count()};
    add_nodes_of_four(made, 25, models::a10);
    const std::pair<int, int> sizes[] = {{2000, 30}, {4000, 25}, {6144, 20}, {10240, 15}, {16000, 7}, {22000, 3}};
    for (const auto& [mib, weight] : sizes)
        made.tasks.push_back(task_class(std::to_string(mib).append(" MiB"),
                                        {.gpus = 1, .share = slice{.memory = mebibytes{mib}}}, weight, mib));
    return made;
}

/// Parts of T4s as vGPUs of one size a GPU: quarters, halves, eighths and wholes.
[[nodiscard]] inline workload vgpu_workload() {
    workload made{.name = "vgpu-t4", .unit = "GB of frame buffer", .capacity = 1600};
    add_nodes_of_four(made, 25, models::t4);
    const std::pair<int, int> parts[] = {{8, 30}, {4, 40}, {2, 20}, {1, 10}};
    for (const auto& [part, weight] : parts)
        made.tasks.push_back(task_class(std::string{"1/"}.append(std::to_string(part)),
                                        {.gpus = 1, .share = vgpu_fraction(made.models, part).value()}, weight,
                                        16 / part));
    return made;
}

/// MIG instances, slices and whole GPUs side by side, on A100s that take any of them and T4s that take slices.
[[nodiscard]] inline workload mixed_workload() {
    workload made{.name = "mixed", .unit = "milli-GPUs", .capacity = 100'000};
    add_nodes_of_four(made, 15, models::a100_80gb);
    add_nodes_of_four(made, 10, models::t4);
    const auto add = [&](const char* name, const request& request, int weight) {
        made.tasks.push_back(task_class(name, request, weight, request.total_compute().count()));
    };
    const std::pair<const char*, int> profiles[] = {{"1g.10gb", 20}, {"2g.20gb", 10}, {"3g.40gb", 8}, {"7g.80gb", 2}};
    for (const auto& [profile, weight] : profiles)
        add(profile, {.gpus = 1, .share = mig_profile(made.models, profile).value()}, weight);
    add("slice of 4 GiB, 250", {.gpus = 1, .share = slice{4_GiB, 250_milli}}, 30);
    add("slice of 12 GiB, 500", {.gpus = 1, .share = slice{12_GiB, 500_milli}}, 15);
    add("whole GPU", {.gpus = 1}, 10);
    add("4 whole GPUs", {.gpus = 4}, 5);
    return made;
}

} // namespace detail

/// The names of the synthetic workloads: mig-MIX on A100s and mig-MIX-h100, where MIX is uniform, small, large or
/// bimodal; slices-mib, vgpu-t4 and mixed; those of shared_memory_names, and those of training_names.
[[nodiscard]] inline std::vector<std::string> synthetic_names() {
    std::vector<std::string> names;
    for (const char* model : {"", "-h100"})
        for (const detail::mig_mix_row& mix : detail::mig_mixes)
            names.push_back(std::string{"mig-"}.append(mix.name).append(model));
    names.insert(names.end(), {"slices-mib", "vgpu-t4", "mixed"});
    const std::vector<std::string> shared = shared_memory_names();
    names.insert(names.end(), shared.begin(), shared.end());
    const std::vector<std::string> training = training_names();
    names.insert(names.end(), training.begin(), training.end());
    return names;
}

/// The synthetic workload of that name: tasks that arrive as a Poisson process on 100 GPUs, four a node; those of
/// training jobs are larger (make_training).
///
/// @return the workload, or an error for a name that none has
[[nodiscard]] inline expected<workload, input_error> make_synthetic(std::string_view name) {
    for (const detail::mig_mix_row& mix : detail::mig_mixes) {
        const std::string on_a100 = std::string{"mig-"}.append(mix.name);
        if (name == on_a100) return detail::mig_workload(mix, models::a100_80gb, on_a100);
        if (name == on_a100 + "-h100") return detail::mig_workload(mix, models::h100_80gb, on_a100 + "-h100");
    }
    if (name == "slices-mib") return detail::slices_workload();
    if (name == "vgpu-t4") return detail::vgpu_workload();
    if (name == "mixed") return detail::mixed_workload();
    if (auto shared = make_shared_memory(name)) return *std::move(shared);
    if (auto training = make_training(name)) return *std::move(training);
    std::string known;
    for (const std::string& each : synthetic_names()) known.append(known.empty() ? "" : ", ").append(each);
    return bad_input("workload", std::string{name}, std::string{"one of "}.append(known));
}

} // namespace gpupack::workload
