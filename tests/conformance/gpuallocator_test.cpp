// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of NVIDIA's go-gpuallocator.
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/kubernetes/static_dgx.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

gpu_set gpus_listed(const nlohmann::json& gpus) {
    gpu_set set;
    for (const int gpu : gpus) set.insert(gpu);
    return set;
}

/// Two pairs with two NVLinks each, across the processors.
node_spec four_rtx_8000() {
    node_topology links = wired({{0, -1, -1, -1, -1}, {0, -1, -1, -1, -1}, {1, -1, -1, -1, -1}, {1, -1, -1, -1, -1}});
    // The published matrix has NVLinks alone between those pairs: no PCIe path beside them.
    add_nvlinks(links, 0, 3, 2);
    add_nvlinks(links, 1, 2, 2);
    return {64_cores, 256_GiB, {4, models::t4}, {}, links};
}

/// The machine of that name in the tables; "dgx1v/2" is "dgx1v", asked for two GPUs at a time.
node_spec machine_named(const std::string& name) {
    if (name.substr(0, 5) == "dgx1v") return machines::dgx_1_v100();
    if (name.substr(0, 5) == "dgx1p") return machines::dgx_1_p100();
    return four_rtx_8000();
}

const published::check gpuallocator_pairs{
    "gpuallocator", "pair", table::of_rows, "has_the_published_links",
    [](const published::row& row, differences& found) { // for each GPU, its score with each GPU
        const node_spec machine = machine_named(row.key);
        const link_table links{*machine.topology};
        found.expect_equal(row.value.size(), static_cast<std::size_t>(links.gpus()), row);
        for (int a = 0; a < links.gpus(); ++a)
            for (int b = 0; b < links.gpus(); ++b) {
                const int score = row[static_cast<std::size_t>(a)].at(static_cast<std::size_t>(b));
                const bool alone = machine.topology->gpus() == 4 && score == 200;
                found.expect_equal(a == b ? 0 : links.pair(a, b), score + (alone ? 10 : 0), row);
            }
    }};

const published::check gpuallocator_link_scores{
    "gpuallocator", "link_score", table::as_a_row, "scores_paths_as_published",
    [](const published::row& row, differences& found) {
        found.expect_equal(link_score(pcie_path::cross_cpu), row.at("CrossCPU").get<int>(), row);
        found.expect_equal(link_score(pcie_path::same_cpu), row.at("SameCPU").get<int>(), row);
        found.expect_equal(link_score(pcie_path::host_bridge), row.at("HostBridge").get<int>(), row);
        found.expect_equal(link_score(pcie_path::multi_switch), row.at("MultiSwitch").get<int>(), row);
        found.expect_equal(link_score(pcie_path::single_switch), row.at("SingleSwitch").get<int>(), row);
        found.expect_equal(link_score(pcie_path::same_board), row.at("SameBoard").get<int>(), row);
    }};

const published::check gpuallocator_best_effort_sets{
    "gpuallocator", "besteffort_dgx1v", table::of_rows, "best_effort_takes_the_published_sets",
    [](const published::row& row, differences& found) { // free, required, how many, chosen
        const link_table links{*machines::dgx_1_v100().topology};
        const gpu_set chosen = dialect::best_effort_set(links, gpus_listed(row[0]), gpus_listed(row[1]), row[2]);
        found.expect_equal(chosen.bits(), gpus_listed(row[3]).bits(), row);
    }};

const published::check gpuallocator_sequences{
    "gpuallocator", "sequential", table::of_rows, "best_effort_takes_the_published_pairs_one_after_the_other",
    [](const published::row& row, differences& found) {
        scheduler scheduler{cluster_builder{}.add_nodes(1, machine_named(row.key)).build().value(),
                            dialect::gpuallocator_best_effort{}};
        const int gpus = std::stoi(row.key.substr(row.key.find('/') + 1));
        for (const auto& set : row.value) {
            const auto placed = scheduler.try_place({.gpus = gpus});
            found.expect_equal(placed ? placed->gpus.bits() : 0U, gpus_listed(set).bits(), row);
        }
        found.expect_equal(scheduler.try_place({.gpus = 1}).has_value(), false, row);
    }};

const published::check gpuallocator_static_sets{
    "gpuallocator", "static_sets", table::of_rows, "static_sets_are_the_published_ones",
    [](const published::row& row, differences& found) {
        const auto machine = row.key == "dgx1v" ? dialect::dgx::dgx_1_v100 : dialect::dgx::dgx_1_p100;
        for (const auto& [size, sets] : row.value.items()) {
            gpu_set free = gpu_set::first(8);
            for (const auto& set : sets) {
                const gpu_set taken = dialect::static_set(machine, free, std::stoi(size));
                found.expect_equal(taken.bits(), gpus_listed(set).bits(), row);
                free = free - taken;
            }
        }
        found.expect_equal(dialect::static_set(machine, gpu_set::first(8), 3).bits(), 0U, row);
        found.expect_equal(dialect::static_set(machine, gpu_set::from_bits(0xf6), 4).bits(), 0xf0U, row);
        found.expect_equal(dialect::static_set(dialect::dgx::dgx_2, gpu_set::from_bits(0xfffe), 4).bits(), 0xf0U, row);
    }};

const published::check gpuallocator_simple_sets{
    "gpuallocator", "simple", table::of_rows, "simple_takes_what_is_required_and_the_lowest",
    [](const published::row& row, differences& found) { // free, required, how many, chosen
        found.expect_equal(dialect::simple_set(gpus_listed(row[0]), gpus_listed(row[1]), row[2]).bits(),
                           gpus_listed(row[3]).bits(), row);
        found.expect_equal(dialect::simple_set(gpu_set::first(2), gpu_set::of(3), 1).empty(), true, row);
    }};

} // namespace
