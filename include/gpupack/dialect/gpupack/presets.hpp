// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/dot_product.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_clustering.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpu_packing.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/lookahead_fill.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/request/request_rule.hpp>

#include <cstdint>
#include <string_view>
#include <tuple>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// For rows whose policies decide by the expected tasks.
inline constexpr bool needs_mix = true;

/// What lookahead is tuned by.
[[nodiscard]] inline policy::lookahead::options lookahead_options(const preset_inputs& inputs) {
    policy::lookahead::options settings;
    const auto set = [&](int& setting, std::string_view name) {
        setting = static_cast<int>(inputs.option(name, setting));
    };
    set(settings.scarcity, "scarcity");
    set(settings.model_scarcity, "model_scarcity");
    set(settings.cpu_scarcity, "cpu_scarcity");
    set(settings.step, "step");
    set(settings.offers, "offers");
    set(settings.reserve, "reserve");
    settings.tasks_leave = inputs.option("leave", inputs.tasks_leave ? 1 : 0) != 0;
    settings.memories = {.models = inputs.model_memory,
                         .fallback = mebibytes{inputs.option("gpu_memory", inputs.gpu_memory.count())}};
    return settings;
}

/// What lookahead-fill is tuned by.
///
/// @param inputs   what the preset is made from
/// @param reserve  unless an option says otherwise
[[nodiscard]] inline policy::lookahead_fill::options lookahead_fill_options(const preset_inputs& inputs, int reserve) {
    policy::lookahead_fill::options settings;
    settings.reserve = static_cast<int>(inputs.option("reserve", reserve));
    settings.offers = static_cast<int>(inputs.option("offers", settings.offers));
    settings.gpu_memory = mebibytes{inputs.option("gpu_memory", inputs.gpu_memory.count())};
    return settings;
}

/// gpupack's own policies, and those of the literature that it carries.
inline constexpr auto gpupack_presets = std::tuple{
    preset{"random", "any node that fits, and any GPU there, each equally likely; FGD's Random baseline",
           +[](const preset_inputs& inputs) {
               const auto seed =
                   static_cast<std::uint64_t>(inputs.option("seed", static_cast<std::int64_t>(inputs.seed)));
               return policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed});
           },
           request_rule::as_requested, false, "seed"},
    preset{"first-fit", "the lowest-numbered node that fits, and its lowest GPUs",
           +[](const preset_inputs&) { return policy::first_fit{}; }},
    preset{"worst-fit", "the node with most CPU and GPU left, 0 to 100 over the nodes that fit; the emptiest GPU",
           +[](const preset_inputs&) {
               return policy::node_then_gpus(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{});
           }},
    preset{"best-fit", "the node with least CPU and GPU left; the fullest GPU; FGD's BestFit baseline",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{}); }},
    preset{"dot-product", "the node whose free CPU and GPU align least with the request; FGD's DotProd baseline",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::dot_product{}, policy::gpu_best_fit{}); }},
    preset{"gpu-packing", "GPUs in use, then idle GPUs of used nodes, then idle nodes; FGD's GpuPacking baseline",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::gpu_packing{}, policy::gpu_best_fit{}); }},
    preset{
        "gpu-clustering", "nodes that run tasks of the same number of GPUs; FGD's GpuClustering baseline",
        +[](const preset_inputs&) { return policy::node_then_gpus(policy::gpu_clustering{}, policy::gpu_best_fit{}); }},
    preset{"fgd", "fragmentation gradient descent (USENIX ATC 2023) with its published rounding and ties",
           +[](const preset_inputs& inputs) {
               return policy::fgd{
                   inputs.expected.typical(static_cast<int>(inputs.option("typical", policy::fgd_typical_percent)))};
           },
           request_rule::as_requested, needs_mix, "typical"},
    preset{"lookahead",
           "what takes least from later tasks, each scarce place at a price by how few are left; gpupack's own",
           +[](const preset_inputs& inputs) {
               return policy::lookahead{inputs.in_use.empty() ? inputs.expected : inputs.in_use,
                                        lookahead_options(inputs)};
           },
           request_rule::as_requested, needs_mix,
           "cpu_scarcity gpu_memory leave model_scarcity offers reserve scarcity step"},
    preset{"lookahead-fill",
           "lookahead of 0.1: room kept for large tasks while the cluster fills; for tasks that never leave",
           +[](const preset_inputs& inputs) {
               return policy::lookahead_fill{inputs.expected, lookahead_fill_options(inputs, 150)};
           },
           request_rule::as_requested, needs_mix, "gpu_memory offers reserve"},
    preset{"lookahead-dense", "lookahead-fill with less room kept, for most small tasks placed",
           +[](const preset_inputs& inputs) {
               return policy::lookahead_fill{inputs.expected, lookahead_fill_options(inputs, 125)};
           },
           request_rule::as_requested, needs_mix, "gpu_memory offers reserve"},
    preset{"binpack", "the most allocated node over CPU, memory and GPU, as Kubernetes scores it; the fullest GPU",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}); }},
    preset{"spread", "the least allocated node over CPU, memory and GPU, as Kubernetes scores it; the emptiest GPU",
           +[](const preset_inputs&) { return policy::node_then_gpus(policy::spread{}, policy::gpu_worst_fit{}); }},
    preset{"mig-fragmentation", "MIG: the place that blocks fewest others although there is room for them, after MFI",
           +[](const preset_inputs&) { return policy::mig_fragmentation{}; }},
    preset{"mig-options", "MIG: the place that costs the expected requests fewest places of theirs, on a full GPU",
           +[](const preset_inputs& inputs) { return policy::mig_options{inputs.expected}; },
           request_rule::as_requested, needs_mix},
    preset{"mig-scarcity", "MIG: the same, each place priced by how few the whole cluster has left; gpupack's own",
           +[](const preset_inputs& inputs) { return policy::mig_scarcity{inputs.expected}; },
           request_rule::as_requested, needs_mix},
    preset{"link-preserve",
           "the set of GPUs whose loss costs later pairs, quads and octets least; then the tightest node",
           +[](const preset_inputs&) { return policy::then(policy::link_preserve{}, policy::best_fit{}); }}};

} // namespace gpupack::dialect
