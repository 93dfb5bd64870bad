// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reference machines, with what connects their GPUs. CPU counts threads; memory is what the machine is sold with.
///
/// Source: docs/sources.md#machines.
namespace gpupack::inline GPUPACK_ABI::machines {

namespace detail {

/// The DGX-1's mesh: a ring of NVLinks in each half, and one or two to the partner in the other.
[[nodiscard]] inline node_topology dgx_1(const std::array<std::array<int, 3>, 16>& nvlinks, int partner) {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 8; ++i) {
        const int half = i / 4;
        const int hub = partner == 1 ? i / 2 : 2 * half + i % 2; // the switch of a pair
        gpus.push_back({half, half, -1, hub, -1});
    }
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 4; ++i)
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), pcie_location{i / 2, i / 2, -1, i, -1});
    node_topology all = wired(gpus, nics);
    for (const auto& [a, b, links] : nvlinks)
        add_nvlinks(all, static_cast<std::size_t>(a), static_cast<std::size_t>(b), links);
    return all;
}

/// Eight GPUs on NVSwitches, each beside an adapter of its own; half of them a processor.
[[nodiscard]] inline node_topology hgx_8(int nvlinks) {
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 8; ++i) {
        gpus.push_back({i / 4, i, i, i, -1});
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), gpus.back());
    }
    node_topology all = wired(gpus, nics);
    add_nvswitch(all, nvlinks);
    return all;
}

} // namespace detail

/// DGX-1 with eight P100: one NVLink between partners, pairs {0, 2}, {1, 3}, ... on a switch.
[[nodiscard]] inline node_spec dgx_1_p100() {
    return {80_cores,
            512_GiB,
            {8, models::p100},
            {},
            detail::dgx_1({{{0, 1, 1},
                            {0, 2, 1},
                            {0, 3, 1},
                            {0, 4, 1},
                            {1, 2, 1},
                            {1, 3, 1},
                            {1, 5, 1},
                            {2, 3, 1},
                            {2, 6, 1},
                            {3, 7, 1},
                            {4, 5, 1},
                            {4, 6, 1},
                            {4, 7, 1},
                            {5, 6, 1},
                            {5, 7, 1},
                            {6, 7, 1}}},
                          2)};
}

/// DGX-1 with eight V100 of 32 GB: one or two NVLinks between partners, pairs {0, 1}, {2, 3}, ... on a switch.
[[nodiscard]] inline node_spec dgx_1_v100() {
    return {80_cores,
            512_GiB,
            {8, models::v100_32gb},
            {},
            detail::dgx_1({{{0, 1, 1},
                            {0, 2, 1},
                            {0, 3, 2},
                            {0, 4, 2},
                            {1, 2, 2},
                            {1, 3, 1},
                            {1, 5, 2},
                            {2, 3, 2},
                            {2, 6, 1},
                            {3, 7, 1},
                            {4, 5, 1},
                            {4, 6, 1},
                            {4, 7, 2},
                            {5, 6, 2},
                            {5, 7, 1},
                            {6, 7, 2}}},
                          1)};
}

/// DGX-2: sixteen V100 on NVSwitches, two on a PCIe switch, four on a tree of switches, eight a processor.
[[nodiscard]] inline node_spec dgx_2() {
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 16; ++i) gpus.push_back({i / 8, i / 4, i / 4, i / 2, -1});
    for (int i = 0; i < 8; ++i)
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), pcie_location{i / 4, i / 2, i / 2, i, -1});
    node_topology all = wired(gpus, nics);
    add_nvswitch(all, 6);
    return {96_cores, 1536_GiB, {16, models::v100_32gb}, {}, std::move(all)};
}

/// The NVLinks of a V100 machine whose GPUs are numbered as its maker pleased: DGX-1's, or Azure's.
[[nodiscard]] inline node_spec azure_nd40rs_v2() {
    // The same two rings of four as in a DGX-1, whose GPUs have the numbers 0 1 2 3 4 5 6 7 in this order there.
    constexpr std::array<int, 8> number{0, 1, 3, 2, 7, 6, 4, 5};
    node_topology all;
    const node_spec dgx = dgx_1_v100();
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 8; ++i) gpus.push_back({i / 4, i / 4, -1, -1, -1}); // a virtual machine shows no switches
    all = wired(gpus, {{"mlx5_0", pcie_location{0, 0, -1, -1, -1}}});
    for (std::size_t a = 0; a < 8; ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (const int links = dgx.topology->links[a][b].nvlinks; links > 0)
                add_nvlinks(all, static_cast<std::size_t>(number[a]), static_cast<std::size_t>(number[b]), links);
    return {40_cores, 672_GiB, {8, models::v100_32gb}, {}, std::move(all)};
}

/// DGX A100 with eight A100 of 80 GB on NVSwitches; pairs share a tree of switches, two adapters and a NUMA node. Two more
/// adapters, for storage, hang on NUMA nodes without GPUs.
[[nodiscard]] inline node_spec dgx_a100() {
    constexpr int numa_of_pair[] = {3, 1, 7, 5};
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 8; ++i) {
        gpus.push_back({numa_of_pair[i / 2], i / 2, i / 2, -1, -1});
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), gpus.back());
    }
    node_topology all = wired(gpus, nics);
    all.nics.push_back({"mlx5_8", 2, std::vector<pcie_path>(8, pcie_path::cross_cpu)});
    all.nics.push_back({"mlx5_9", 6, std::vector<pcie_path>(8, pcie_path::cross_cpu)});
    add_nvswitch(all, 12);
    return {256_cores, 2048_GiB, {8, models::a100_80gb}, {}, std::move(all)};
}

/// DGX H100: eight H100 on NVSwitches.
[[nodiscard]] inline node_spec dgx_h100() {
    return {224_cores, 2048_GiB, {8, models::h100_80gb}, {}, detail::hgx_8(18)};
}

/// DGX H200: eight H200 on NVSwitches.
[[nodiscard]] inline node_spec dgx_h200() {
    return {224_cores, 2048_GiB, {8, models::h200}, {}, detail::hgx_8(18)};
}

/// HGX B200: eight B200 on NVSwitches.
[[nodiscard]] inline node_spec hgx_b200() {
    return {224_cores, 2048_GiB, {8, models::b200}, {}, detail::hgx_8(18)};
}

/// A compute tray of GB200 NVL72: four GPUs, two a processor, on the NVSwitches that join eighteen trays.
[[nodiscard]] inline node_spec gb200_nvl72_tray() {
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 4; ++i) {
        gpus.push_back({i / 2, -1, -1, -1, -1});
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), gpus.back());
    }
    node_topology all = wired(gpus, nics);
    add_nvswitch(all, 18);
    all.partitions.clear(); // they are set apart over the whole rack
    return {144_cores, 960_GiB, {4, models::gb200_186gb}, {}, std::move(all)};
}

/// A server with eight NVIDIA H20 of 96 GB on NVSwitches, each beside an adapter of its own.
[[nodiscard]] inline node_spec hgx_h20() {
    return {192_cores, 2048_GiB, {8, models::h20_96gb}, {}, detail::hgx_8(18)};
}

namespace detail {

/// Eight GPUs over PCIe, four a processor, each below a host bridge of its own; an adapter on the first processor.
[[nodiscard]] inline node_topology pcie_8() {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 8; ++i) gpus.push_back({i / 4, i, -1, -1, -1});
    return wired(gpus, {{"mlx5_0", pcie_location{0, 8, -1, -1, -1}}});
}

} // namespace detail

/// A server with eight L40S over PCIe, four a processor.
[[nodiscard]] inline node_spec l40s_x8() {
    return {128_cores, 1024_GiB, {8, models::l40s}, {}, detail::pcie_8()};
}

/// A server with eight L40 over PCIe, four a processor.
[[nodiscard]] inline node_spec l40_x8() {
    return {128_cores, 1024_GiB, {8, models::l40}, {}, detail::pcie_8()};
}

/// A server with eight GeForce RTX 4090 over PCIe, four a processor.
[[nodiscard]] inline node_spec rtx_4090_x8() {
    return {128_cores, 512_GiB, {8, models::rtx_4090}, {}, detail::pcie_8()};
}

/// A server with four L40S over PCIe, two a processor, each pair on a switch; one adapter, on the first processor.
[[nodiscard]] inline node_spec l40s_x4() {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 4; ++i) gpus.push_back({i / 2, i / 2, i / 2, i / 2, -1});
    return {128_cores, 512_GiB, {4, models::l40s}, {}, wired(gpus, {{"mlx5_0", pcie_location{0, 2, -1, -1, -1}}})};
}

/// Eight T4 over PCIe, as AWS has them (g4dn.metal): four a processor, each pair below a host bridge; the adapter on the
/// second processor.
[[nodiscard]] inline node_spec t4_x8() {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 8; ++i) gpus.push_back({i / 4, i / 2, -1, -1, -1});
    return {96_cores, 384_GiB, {8, models::t4}, {}, wired(gpus, {{"eth0", pcie_location{1, 4, -1, -1, -1}}})};
}

/// The names of all of them. The machines of openb are not among them: nothing is known of their links.
inline constexpr std::array<std::string_view, 15> names{
    {"dgx-1-p100", "dgx-1-v100", "dgx-2", "dgx-a100", "dgx-h100", "dgx-h200", "hgx-b200", "gb200-nvl72-tray", "l40s-x4",
     "t4-x8", "azure-nd40rs-v2", "hgx-h20", "l40s-x8", "l40-x8", "rtx-4090-x8"}};

/// The machine of that name.
///
/// Errors: a name that is none of names.
[[nodiscard]] inline expected<node_spec, input_error> named(std::string_view name) {
    constexpr std::array<node_spec (*)(), names.size()> make{{dgx_1_p100, dgx_1_v100, dgx_2, dgx_a100, dgx_h100,
                                                              dgx_h200, hgx_b200, gb200_nvl72_tray, l40s_x4, t4_x8,
                                                              azure_nd40rs_v2, hgx_h20, l40s_x8, l40_x8, rtx_4090_x8}};
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return make[i]();
        known.append(i == 0 ? "" : ", ").append(names[i]);
    }
    return bad_input("machine", std::string{name}, std::string{"one of "}.append(known));
}

} // namespace gpupack::machines
