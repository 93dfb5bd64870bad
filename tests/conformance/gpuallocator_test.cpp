// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of NVIDIA's go-gpuallocator.
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>

#include <gpupack/dialect/kubernetes/static_dgx.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/machines.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

gpu_set set_of(const nlohmann::json& gpus) {
    gpu_set set;
    for (const int gpu : gpus) set.insert(gpu);
    return set;
}

/// Two pairs with two NVLinks each, across the processors.
node_spec four_rtx_8000() {
    node_topology links =
        wired({{0, -1, -1, -1, -1}, {0, -1, -1, -1, -1}, {1, -1, -1, -1, -1}, {1, -1, -1, -1, -1}});
    // The published matrix has NVLinks alone between those pairs: no PCIe path beside them.
    add_nvlinks(links, 0, 3, 2);
    add_nvlinks(links, 1, 2, 2);
    return {64_cores, 256_GiB, {4, models::t4}, {}, links};
}

} // namespace

TEST(gpuallocator, has_the_published_links) {
    const auto published_pairs = published("gpuallocator").at("pair");
    for (const auto& [name, machine] :
         {std::pair{"dgx1v", machines::dgx_1_v100()}, std::pair{"dgx1p", machines::dgx_1_p100()},
          std::pair{"rtx8000x4", four_rtx_8000()}}) {
        const link_table links{*machine.topology};
        for (int a = 0; a < links.gpus(); ++a)
            for (int b = 0; b < links.gpus(); ++b) {
                if (a == b) continue;
                const int score =
                    published_pairs.at(name)[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
                const bool alone = machine.topology->gpus() == 4 && score == 200;
                EXPECT_EQ(links.pair(a, b), score + (alone ? 10 : 0)) << name << a << b;
            }
    }
    const auto words = published("gpuallocator").at("link_score");
    EXPECT_EQ(link_score(pcie_path::cross_cpu), words.at("CrossCPU"));
    EXPECT_EQ(link_score(pcie_path::same_cpu), words.at("SameCPU"));
    EXPECT_EQ(link_score(pcie_path::host_bridge), words.at("HostBridge"));
    EXPECT_EQ(link_score(pcie_path::multi_switch), words.at("MultiSwitch"));
    EXPECT_EQ(link_score(pcie_path::single_switch), words.at("SingleSwitch"));
    EXPECT_EQ(link_score(pcie_path::same_board), words.at("SameBoard"));
}

TEST(gpuallocator, best_effort_takes_the_published_sets) {
    const link_table links{*machines::dgx_1_v100().topology};
    for (const auto& row : published("gpuallocator").at("besteffort_dgx1v"))
        EXPECT_EQ(dialect::best_effort_set(links, set_of(row[0]), set_of(row[1]), row[2]).bits(),
                  set_of(row[3]).bits())
            << row;
}

TEST(gpuallocator, best_effort_takes_the_published_pairs_one_after_the_other) {
    const auto sequences = published("gpuallocator").at("sequential");
    for (const auto& [name, machine] :
         {std::pair{"dgx1v/2", machines::dgx_1_v100()}, std::pair{"dgx1p/2", machines::dgx_1_p100()}}) {
        scheduler by{cluster_builder{}.add_nodes(1, machine).build().value(), dialect::gpuallocator_best_effort{}};
        for (const auto& pair : sequences.at(name))
            EXPECT_EQ(by.place({.gpus = 2})->gpus.bits(), set_of(pair).bits()) << name << pair;
        EXPECT_FALSE(by.try_place({.gpus = 1}));
    }
}

TEST(gpuallocator, static_sets_are_the_published_ones) {
    const auto sets = published("gpuallocator").at("static_sets");
    for (const auto& [name, machine] :
         {std::pair{"dgx1v", dialect::dgx::dgx_1_v100}, std::pair{"dgx1p", dialect::dgx::dgx_1_p100}}) {
        gpu_set left = gpu_set::first(8);
        for (const auto& pair : sets.at(name).at("2")) {
            const gpu_set taken = dialect::static_set(machine, left, 2);
            EXPECT_EQ(taken.bits(), set_of(pair).bits());
            left = left - taken;
        }
        EXPECT_EQ(dialect::static_set(machine, gpu_set::first(8), 3).bits(), 0U);
        EXPECT_EQ(dialect::static_set(machine, gpu_set::from_bits(0xf6), 4).bits(), 0xf0U);
    }
    EXPECT_EQ(dialect::static_set(dialect::dgx::dgx_2, gpu_set::from_bits(0xfffe), 4).bits(), 0xf0U);
}

TEST(gpuallocator, simple_takes_what_is_required_and_the_lowest) {
    for (const auto& row : published("gpuallocator").at("simple"))
        EXPECT_EQ(dialect::simple_set(set_of(row[0]), set_of(row[1]), row[2]).bits(), set_of(row[3]).bits());
    EXPECT_TRUE(dialect::simple_set(gpu_set::first(2), gpu_set::of(3), 1).empty());
}
