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

/// DGX A100 with eight A100 of 80 GB on NVSwitches; pairs share a tree of switches, two adapters and a NUMA node.
[[nodiscard]] inline node_spec dgx_a100() {
    constexpr int numa_of_pair[] = {3, 1, 7, 5};
    std::vector<pcie_location> gpus;
    std::vector<std::pair<std::string, pcie_location>> nics;
    for (int i = 0; i < 8; ++i) {
        gpus.push_back({numa_of_pair[i / 2], i / 2, i / 2, -1, -1});
        nics.emplace_back(std::string{"mlx5_"}.append(std::to_string(i)), gpus.back());
    }
    node_topology all = wired(gpus, nics);
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

/// A server with four L40S over PCIe, two a processor, each pair on a switch with an adapter.
[[nodiscard]] inline node_spec l40s_x4() {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 4; ++i) gpus.push_back({i / 2, i / 2, i / 2, i / 2, -1});
    return {128_cores, 512_GiB, {4, models::l40s}, {}, wired(gpus, {{"mlx5_0", gpus[0]}, {"mlx5_1", gpus[2]}})};
}

/// A server with eight T4 over PCIe, four a processor, each pair on a switch; one adapter.
[[nodiscard]] inline node_spec t4_x8() {
    std::vector<pcie_location> gpus;
    for (int i = 0; i < 8; ++i) gpus.push_back({i / 4, i / 4, -1, i / 2, -1});
    return {96_cores, 384_GiB, {8, models::t4}, {}, wired(gpus, {{"mlx5_0", pcie_location{0, 0, -1, -1, -1}}})};
}

/// The names of all of them. The machines of openb are not among them: nothing is known of their links.
inline constexpr std::array<std::string_view, 10> names{{"dgx-1-p100", "dgx-1-v100", "dgx-2", "dgx-a100",
                                                         "dgx-h100", "dgx-h200", "hgx-b200", "gb200-nvl72-tray",
                                                         "l40s-x4", "t4-x8"}};

/// The machine of that name.
///
/// Errors: a name that is none of names.
[[nodiscard]] inline expected<node_spec, input_error> named(std::string_view name) {
    constexpr std::array<node_spec (*)(), names.size()> make{
        {dgx_1_p100, dgx_1_v100, dgx_2, dgx_a100, dgx_h100, dgx_h200,
         hgx_b200, gb200_nvl72_tray, l40s_x4, t4_x8}};
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return make[i]();
        known.append(i == 0 ? "" : ", ").append(names[i]);
    }
    return bad_input("machine", std::string{name}, std::string{"one of "}.append(known));
}

} // namespace gpupack::machines
