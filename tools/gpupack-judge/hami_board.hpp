// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "board.hpp"

#include <gpupack/state/cluster_builder.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The cluster of a case of HAMi's oracle.
namespace judge_program::hami {

using namespace gpupack;
using nlohmann::json;

/// The profiles of the two A100 as HAMi lists them.
inline constexpr mig::profile of_40_gb[] = {
    {.name = "1g.5gb", .compute_slices = 1, .size = 1, .starts = 0x7f, .max_instances = 7, .memory = mebibytes{4864}},
    {.name = "2g.10gb",
     .compute_slices = 2,
     .size = 2,
     .starts = 0b10101,
     .max_instances = 3,
     .memory = mebibytes{9856}},
    {.name = "3g.20gb",
     .compute_slices = 3,
     .size = 4,
     .starts = 0b10001,
     .max_instances = 2,
     .memory = mebibytes{19968}},
    {.name = "7g.40gb", .compute_slices = 7, .size = 8, .starts = 1, .max_instances = 1, .memory = mebibytes{40192}}};
inline constexpr mig::profile of_80_gb[] = {
    {.name = "1g.10gb", .compute_slices = 1, .size = 1, .starts = 0x7f, .max_instances = 7, .memory = mebibytes{9728}},
    {.name = "2g.20gb",
     .compute_slices = 2,
     .size = 2,
     .starts = 0b10101,
     .max_instances = 3,
     .memory = mebibytes{19968}},
    {.name = "3g.40gb",
     .compute_slices = 3,
     .size = 4,
     .starts = 0b10001,
     .max_instances = 2,
     .memory = mebibytes{40192}},
    {.name = "7g.80gb", .compute_slices = 7, .size = 8, .starts = 1, .max_instances = 1, .memory = mebibytes{81152}}};

inline std::string gpu_name(int node, int gpu) {
    return "node" + std::to_string(node) + "-gpu" + std::to_string(gpu);
}

inline node_topology topology_of(const json& node) {
    const std::size_t count = node["gpus"].size();
    node_topology topology;
    for (const json& gpu : node["gpus"]) topology.numa.push_back(gpu["numa"]);
    topology.switched = node.value("switched", false);
    topology.links.assign(count, std::vector<gpu_link>(count));
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b)
            if (a != b)
                topology.links[a][b] = {static_cast<pcie_path>(node["pcie"][a][b].get<int>()),
                                        node["nvlinks"][a][b].get<std::uint8_t>()};
    return topology;
}

inline gpu_group group_of(const json& node, const json& gpu) {
    gpu_model model{.model = name{gpu["type"].get<std::string>()}, .memory = mebibytes{gpu["memory_mib"].get<int>()}};
    gpu_setup setup{.max_sharers = node["sharers"],
                    .memory_percent = node["memory_percent"],
                    .compute_percent = node["core_percent"],
                    .numa = gpu["numa"]};
    if (gpu["type"].get<std::string>().find("A100") != std::string::npos)
        model.mig =
            model.memory > mebibytes{50000} ? mig::geometry{of_80_gb, 4, 7, 8} : mig::geometry{of_40_gb, 4, 7, 8};
    if (gpu.value("mig", false)) {
        setup.only = sharing::mig;
        setup.max_sharers = 7;
    }
    return {1, model, setup};
}

inline board make_board(const json& test_case) {
    cluster_builder builder;
    int number = 0;
    for (const json& node : test_case["nodes"]) {
        std::vector<gpu_group> groups;
        std::vector<std::string> ids;
        for (const json& gpu : node["gpus"]) {
            groups.push_back(group_of(node, gpu));
            ids.push_back(gpu_name(number, static_cast<int>(ids.size())));
        }
        node_spec spec{.cpu = milli_cpu{1'000'000}, .memory = mebibytes{1'000'000}, .gpus = gpu_list{groups}};
        if (node.contains("pcie")) spec.topology = topology_of(node);
        builder.add_node("node" + std::to_string(number++), spec, ids);
    }
    board made{std::move(builder).build().value()};
    number = 0;
    for (const json& node : test_case["nodes"]) {
        int index = 0;
        for (const json& gpu : node["gpus"]) {
            if (gpu.value("closed", false) || gpu.value("broken", false))
                made.set_closed(number, gpu_set::of(index), true);
            ++index;
        }
        ++number;
    }
    return made;
}

/// An amount that may be written.
inline std::optional<std::int64_t> amount(const json& asked, const char* key) {
    if (!asked.contains(key)) return std::nullopt;
    return asked[key].get<std::int64_t>();
}

} // namespace judge_program::hami
