// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/aliyun/scorers.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/policy/dot_product.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_clustering.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpu_packing.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/gpushare/scorers.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/topology.hpp>
#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/dialect/koordinator/scorers.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/dialect/nomad/scorers.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/dialect/ray/scorers.hpp>
#include <gpupack/dialect/slurm/scorers.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/dialect/volcano/binpack.hpp>
#include <gpupack/dialect/volcano/vgpu.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/request/task_mix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace gpupack::inline GPUPACK_ABI::policy {

/// What a preset is made from.
///
/// expected    the tasks to come, for the policies that look ahead; presets take the part that they call typical
/// seed        of the random policies
/// gpu_memory  MiB of a GPU of the cluster, for the policies that compare memory with compute
struct preset_inputs {
    task_mix expected;
    std::uint64_t seed = 42;
    mebibytes gpu_memory{81920};
};

/// The policy behind each preset, as a type.
namespace preset {

using random = node_then_gpus_policy<policy::random, gpu_random>;
using first_fit = policy::first_fit;
using worst_fit = node_then_gpus_policy<normalized_policy<policy::worst_fit>, gpu_worst_fit>;
using best_fit = node_then_gpus_policy<policy::best_fit, gpu_best_fit>;
using dot_product = node_then_gpus_policy<policy::dot_product, gpu_best_fit>;
using gpu_packing = node_then_gpus_policy<policy::gpu_packing, gpu_best_fit>;
using gpu_clustering = node_then_gpus_policy<policy::gpu_clustering, gpu_best_fit>;
using fgd = policy::fgd;
using binpack = node_then_gpus_policy<policy::binpack, gpu_best_fit>;
using spread = node_then_gpus_policy<policy::spread, gpu_worst_fit>;
using nomad_binpack = dialect::nomad_binpack;
using nomad_spread = dialect::nomad_spread;
using volcano_binpack = dialect::volcano_binpack;
using mig_best_fit = dialect::hami_mig;
using mig_fragmentation = policy::mig_fragmentation;
using mig_options = policy::mig_options;
using mig_scarcity = policy::mig_scarcity;
using k8s_exclusive = whole_gpus_policy<dialect::kubernetes_default>;
using device_plugin = node_then_gpus_policy<dialect::kubernetes_default, dialect::device_plugin>;
using gpushare = node_then_gpus_policy<dialect::kubernetes_default, dialect::gpushare>;
using aliyun_vgpu = node_then_gpus_policy<dialect::kubernetes_default, dialect::aliyun_vgpu>;
using hami = node_then_gpus_policy<dialect::hami_node, dialect::hami_gpus>;
using volcano_vgpu = node_then_gpus_policy<dialect::volcano_vgpu_node, dialect::volcano_vgpu_gpus>;
using kai = node_then_gpus_policy<dialect::kai_node, dialect::kai_gpus>;
using koordinator = node_then_gpus_policy<dialect::koordinator_node, dialect::koordinator_gpus>;
using ray = node_then_gpus_policy<dialect::ray, gpu_best_fit>;
using gpuallocator = node_then_gpus_policy<dialect::kubernetes_default, dialect::gpuallocator_best_effort>;
using gpuallocator_binpack = node_then_gpus_policy<policy::binpack, dialect::gpuallocator_best_effort>;
using hami_topology = node_then_gpus_policy<dialect::hami_node, dialect::hami_topology>;
using link_preserve = then_policy<policy::link_preserve, policy::best_fit>;
using lookahead = policy::lookahead;
using slurm_shard = node_then_gpus_policy<policy::first_fit, dialect::slurm_shard>;

} // namespace preset

/// Any preset, for a choice at run time: std::visit gives the policy with its own type.
using any_preset =
    std::variant<preset::random, preset::first_fit, preset::worst_fit, preset::best_fit, preset::dot_product,
                 preset::gpu_packing, preset::gpu_clustering, preset::fgd, preset::binpack, preset::spread,
                 preset::nomad_binpack, preset::nomad_spread, preset::volcano_binpack, preset::mig_best_fit,
                 preset::mig_fragmentation, preset::mig_options, preset::mig_scarcity, preset::k8s_exclusive,
                 preset::device_plugin, preset::gpushare, preset::aliyun_vgpu, preset::hami, preset::volcano_vgpu,
                 preset::kai, preset::koordinator, preset::ray, preset::slurm_shard, preset::gpuallocator,
                 preset::gpuallocator_binpack, preset::hami_topology, preset::link_preserve, preset::lookahead>;

/// One row of the table of named policies.
///
/// name     what the command line, the documents and the benchmarks use
/// summary  one line for a person
/// make     builds the policy
struct preset_row {
    std::string_view name;
    std::string_view summary;
    any_preset (*make)(const preset_inputs&);
};

namespace detail {

inline constexpr strategy pack = strategy::binpack;
inline constexpr strategy apart = strategy::spread;

/// The policy as an any_preset, its type named: the compiler need not try them all.
template <class Policy> [[nodiscard]] constexpr any_preset hold(Policy made) {
    return any_preset{std::in_place_type<Policy>, std::move(made)};
}

[[nodiscard]] constexpr any_preset make_hami(strategy nodes, dialect::hami_rule devices) {
    return hold(node_then_gpus(dialect::hami_node{nodes}, dialect::hami_gpus{devices}));
}

inline constexpr int fair_reserve = lookahead::options{}.reserve;
inline constexpr int dense_reserve = 125;

[[nodiscard]] inline any_preset make_lookahead(const preset_inputs& in, int reserve) {
    return hold(lookahead{in.expected, {.reserve = reserve, .gpu_memory = in.gpu_memory}});
}

} // namespace detail

/// The part of the expected tasks, in percent by number, that FGD calls typical.
inline constexpr int fgd_typical_percent = 95;

namespace detail {

/// The rows of the table. A template, so that only those who look at them compile every policy.
template <class Row> struct preset_table {
    static constexpr std::array<Row, 40> rows{{
        {"random", "any node that fits, and any GPU there, each equally likely; FGD's Random baseline",
         [](const preset_inputs& in) -> any_preset {
             return detail::hold(node_then_gpus(random{in.seed}, gpu_random{in.seed}));
         }},
        {"first-fit", "the lowest-numbered node that fits, and its lowest GPUs",
         [](const preset_inputs&) -> any_preset { return detail::hold(first_fit{}); }},
        {"worst-fit", "the node with most CPU and GPU left, 0 to 100 over the nodes that fit; the emptiest GPU",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(normalize(worst_fit{}), gpu_worst_fit{}));
         }},
        {"best-fit", "the node with least CPU and GPU left; the fullest GPU; FGD's BestFit baseline",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(best_fit{}, gpu_best_fit{})); }},
        {"dot-product", "the node whose free CPU and GPU align least with the request; FGD's DotProd baseline",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(dot_product{}, gpu_best_fit{})); }},
        {"gpu-packing", "GPUs in use, then idle GPUs of used nodes, then idle nodes; FGD's GpuPacking baseline",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(gpu_packing{}, gpu_best_fit{})); }},
        {"gpu-clustering", "nodes that run tasks of the same number of GPUs; FGD's GpuClustering baseline",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(gpu_clustering{}, gpu_best_fit{}));
         }},
        {"fgd", "fragmentation gradient descent (USENIX ATC 2023) with its published rounding and ties",
         [](const preset_inputs& in) -> any_preset {
             return detail::hold(fgd{in.expected.typical(fgd_typical_percent)});
         }},
        {"lookahead",
         "what takes least from what later tasks could use, with room kept for large ones; gpupack's own",
         [](const preset_inputs& in) -> any_preset { return detail::make_lookahead(in, detail::fair_reserve); }},
        {"lookahead-dense", "the same with less room kept, for most small tasks placed",
         [](const preset_inputs& in) -> any_preset { return detail::make_lookahead(in, detail::dense_reserve); }},
        {"binpack", "the most allocated node over CPU, memory and GPU, as Kubernetes scores it; the fullest GPU",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(binpack{}, gpu_best_fit{})); }},
        {"spread", "the least allocated node over CPU, memory and GPU, as Kubernetes scores it; the emptiest GPU",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(spread{}, gpu_worst_fit{})); }},
        {"nomad-binpack", "Nomad's binpack score over CPU and memory; the lowest GPUs",
         [](const preset_inputs&) -> any_preset { return detail::hold(dialect::nomad_binpack{}); }},
        {"nomad-spread", "Nomad's spread score over CPU and memory; the lowest GPUs",
         [](const preset_inputs&) -> any_preset { return detail::hold(dialect::nomad_spread{}); }},
        {"volcano-binpack", "Volcano's binpack plugin over CPU, memory and GPU, equal weights; the lowest GPUs",
         [](const preset_inputs&) -> any_preset { return detail::hold(dialect::volcano_binpack{}); }},
        {"mig-best-fit", "MIG: the fullest GPU that has a place, and the start that HAMi takes there",
         [](const preset_inputs&) -> any_preset { return detail::hold(dialect::hami_mig{}); }},
        {"mig-fragmentation", "MIG: the place that blocks fewest others although there is room for them, after MFI",
         [](const preset_inputs&) -> any_preset { return detail::hold(mig_fragmentation{}); }},
        {"mig-options", "MIG: the place that costs the expected requests fewest places of theirs, on a full GPU",
         [](const preset_inputs& in) -> any_preset { return detail::hold(mig_options{in.expected}); }},
        {"mig-scarcity", "MIG: the same, each place priced by how few the whole cluster has left; gpupack's own",
         [](const preset_inputs& in) -> any_preset { return detail::hold(mig_scarcity{in.expected}); }},
        {"k8s-exclusive",
         "Kubernetes with NVIDIA's device plugin: whole GPUs only; its default node, the lowest GPUs",
         [](const preset_inputs&) -> any_preset { return detail::hold(whole_gpus(dialect::kubernetes_default{})); }},
        {"device-plugin-packed", "NVIDIA's device plugin, replicas `packed`: the GPU with most tasks",
         [](const preset_inputs&) -> any_preset {
             return node_then_gpus(dialect::kubernetes_default{}, dialect::device_plugin{detail::pack});
         }},
        {"device-plugin-distributed", "NVIDIA's device plugin, replicas `distributed`: the GPU with fewest tasks",
         [](const preset_inputs&) -> any_preset {
             return node_then_gpus(dialect::kubernetes_default{}, dialect::device_plugin{detail::apart});
         }},
        {"gpushare", "Alibaba's gpushare scheduler extender: the GPU with least memory free",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::kubernetes_default{}, dialect::gpushare{}));
         }},
        {"aliyun-vgpu", "Alibaba Cloud's shared GPUs and vGPU instances: one GPU is filled before the next",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::kubernetes_default{}, dialect::aliyun_vgpu{}));
         }},
        {"hami-binpack", "HAMi: binpack for nodes and for devices",
         [](const preset_inputs&) -> any_preset { return detail::make_hami(detail::pack, dialect::hami_rule::binpack); }},
        {"hami-spread", "HAMi: spread for nodes and for devices",
         [](const preset_inputs&) -> any_preset { return detail::make_hami(detail::apart, dialect::hami_rule::spread); }},
        {"hami-binpack-spread", "HAMi as installed: binpack for nodes, spread for devices",
         [](const preset_inputs&) -> any_preset { return detail::make_hami(detail::pack, dialect::hami_rule::spread); }},
        {"hami-spread-binpack", "HAMi: spread for nodes, binpack for devices",
         [](const preset_inputs&) -> any_preset { return detail::make_hami(detail::apart, dialect::hami_rule::binpack); }},
        {"volcano-vgpu-binpack", "Volcano's vGPU devices, binpack: the fullest GPUs after the placement",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::volcano_vgpu_node{}, dialect::volcano_vgpu_gpus{}));
         }},
        {"kai-binpack", "KAI: joins shared GPUs first, then packs nodes and GPUs",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::kai_node{detail::pack}, dialect::kai_gpus{detail::pack}));
         }},
        {"kai-spread", "KAI: joins shared GPUs first, then spreads over nodes and GPUs",
         [](const preset_inputs&) -> any_preset {
             return node_then_gpus(dialect::kai_node{detail::apart}, dialect::kai_gpus{detail::apart});
         }},
        {"koordinator-most", "Koordinator's DeviceShare, MostAllocated",
         [](const preset_inputs&) -> any_preset {
             return node_then_gpus(dialect::koordinator_node{detail::pack}, dialect::koordinator_gpus{detail::pack});
         }},
        {"koordinator-least", "Koordinator's DeviceShare, LeastAllocated, as installed",
         [](const preset_inputs&) -> any_preset {
             return node_then_gpus(dialect::koordinator_node{detail::apart}, dialect::koordinator_gpus{detail::apart});
         }},
        {"ray-pack", "Ray's PACK: nodes with bundles first, then the most left; the fullest GPU that fits",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::ray{detail::pack}, gpu_best_fit{}));
         }},
        {"ray-spread", "Ray's SPREAD: nodes without bundles first, then the most left; the fullest GPU that fits",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::ray{detail::apart}, gpu_best_fit{}));
         }},
        {"slurm-shard", "Slurm's shards: the lowest node; GPUs in use before idle ones, the lowest first",
         [](const preset_inputs&) -> any_preset { return detail::hold(node_then_gpus(first_fit{}, dialect::slurm_shard{})); }},
        {"gpuallocator", "Kubernetes' nodes, GPUs by go-gpuallocator's best effort over their links",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::kubernetes_default{}, dialect::gpuallocator_best_effort{}));
         }},
        {"gpuallocator-binpack",
         "the node with most allocated, GPUs by go-gpuallocator's best effort over their links",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(binpack{}, dialect::gpuallocator_best_effort{}));
         }},
        {"hami-topology", "HAMi: nodes packed, GPUs by links: the weakest for one, the strongest set for several",
         [](const preset_inputs&) -> any_preset {
             return detail::hold(node_then_gpus(dialect::hami_node{detail::pack}, dialect::hami_topology{}));
         }},
        {"link-preserve",
         "the set of GPUs whose loss costs later pairs, quads and octets least; then the tightest node",
         [](const preset_inputs&) -> any_preset { return detail::hold(then(link_preserve{}, best_fit{})); }},
    }};
};

} // namespace detail

/// The table of named policies, as a range of preset_row: the one place that gives policies names.
struct preset_list {
    template <class Row = preset_row> [[nodiscard]] constexpr auto begin() const noexcept {
        return detail::preset_table<Row>::rows.begin();
    }
    template <class Row = preset_row> [[nodiscard]] constexpr auto end() const noexcept {
        return detail::preset_table<Row>::rows.end();
    }
    template <class Row = preset_row> [[nodiscard]] constexpr std::size_t size() const noexcept {
        return detail::preset_table<Row>::rows.size();
    }
    template <class Row = preset_row>
    [[nodiscard]] constexpr const Row& operator[](std::size_t nth) const noexcept {
        return detail::preset_table<Row>::rows[nth];
    }
};

/// The table of named policies.
inline constexpr preset_list presets{};

/// The names of all presets, comma separated, in the order of the table.
template <class Row = preset_row> [[nodiscard]] std::string preset_names() {
    std::string names;
    for (const Row& row : presets) {
        if (!names.empty()) names += ", ";
        names += row.name;
    }
    return names;
}

/// The preset of that name.
///
/// errors  a name that the table lacks
/// A template, so that only those who call it compile what copies and moves every policy.
template <class Inputs = preset_inputs>
[[nodiscard]] expected<any_preset, input_error> make_preset(std::string_view name, const Inputs& inputs) {
    for (const preset_row& row : presets)
        if (row.name == name) return row.make(inputs);
    return bad_input("policy", std::string{name}, std::string{"one of "}.append(preset_names()));
}

} // namespace gpupack::policy
