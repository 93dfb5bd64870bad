// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/cell_chain.hpp>

#include "support/for_all.hpp"
#include "support/random_cells.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <type_traits>

using namespace gpupack;

namespace {

using plan::cell;
using plan::cell_chain;

std::vector<plan::gpu_place> on_one_node(int gpus) {
    std::vector<plan::gpu_place> places;
    for (int gpu = 0; gpu < gpus; ++gpu) places.push_back({node_id{7}, gpu});
    return places;
}

std::string told(const std::vector<plan::cell_level>& levels, std::int64_t top_cells,
                 std::vector<plan::gpu_place> places) {
    return cell_chain::make(levels, top_cells, std::move(places)).error().message();
}

} // namespace

TEST(cell_chain, numbers_cells_by_level) {
    const cell_chain chain = chain_of({2, 2, 2, 4}, 3, 3); // three racks of four nodes of eight GPUs
    EXPECT_EQ(chain.levels(), 5);
    EXPECT_EQ(chain.top(), 4);
    EXPECT_EQ(chain.gpus(), 96U);
    EXPECT_EQ(chain.level_named("quad"), 2);
    EXPECT_EQ(chain.level_named("row"), std::nullopt);
    EXPECT_EQ(chain.name_of(3), "node");
    EXPECT_EQ(chain.size_of(3), 8U);
    EXPECT_EQ(chain.count(3), 12U);
    EXPECT_EQ(chain.radix(4), 4U);
    EXPECT_EQ(chain.radix(0), 1U);
    EXPECT_EQ(chain.parent({3, 5}), (cell{4, 1}));
    EXPECT_EQ(chain.child({4, 1}, 2), (cell{3, 6}));
    EXPECT_EQ(chain.ancestor({0, 41}, 3), (cell{3, 5}));
    EXPECT_EQ(chain.first_inside({3, 5}, 1), (cell{1, 20}));
    EXPECT_EQ(chain.first_gpu({3, 5}), 40U);
    EXPECT_TRUE(chain.covers({3, 5}, {0, 47}));
    EXPECT_TRUE(chain.covers({3, 5}, {3, 5}));
    EXPECT_FALSE(chain.covers({3, 5}, {0, 48}));
    EXPECT_FALSE(chain.covers({0, 40}, {3, 5}));
    EXPECT_TRUE(chain.has({4, 2}));
    EXPECT_FALSE(chain.has({4, 3}));
    EXPECT_FALSE(chain.has({5, 0}));
    EXPECT_FALSE(chain.has({-1, 0}));
    static_assert(std::is_trivially_copyable_v<cell> && sizeof(cell) == 8);
}

TEST(cell_chain, knows_where_its_gpus_are) {
    const cell_chain chain = chain_of({2, 2, 2, 4}, 3, 3);
    EXPECT_EQ(chain.place_of(45), (plan::gpu_place{node_id{5}, 5}));
    using by_node = std::vector<std::pair<node_id, gpu_set>>;
    EXPECT_EQ(chain.gpus_of({1, 21}), (by_node{{node_id{5}, gpu_set::from_bits(0b1100)}}));
    EXPECT_EQ(chain.gpus_of({3, 5}), (by_node{{node_id{5}, gpu_set::first(8)}}));
    const by_node rack = chain.gpus_of({4, 2});
    ASSERT_EQ(rack.size(), 4U);
    EXPECT_EQ(rack[1], (std::pair{node_id{9}, gpu_set::first(8)}));
}

TEST(cell_chain, takes_nodes_of_different_sizes_where_each_stays_whole) {
    using places = std::vector<plan::gpu_place>;
    const places three_and_one = {{node_id{4}, 0}, {node_id{4}, 2}, {node_id{4}, 1}, {node_id{2}, 31}};
    const cell_chain odd = cell_chain::make({{"gpu", 1}, {"all", 4}}, 1, three_and_one).value();
    EXPECT_EQ(odd.gpus_of({1, 0})[0], (std::pair{node_id{4}, gpu_set::first(3)})); // in the order given
    EXPECT_EQ(odd.gpus_of({1, 0})[1], (std::pair{node_id{2}, gpu_set::of(31)}));
    // A node that is cut in two by another, as long as no cell holds parts of both.
    const places apart = {{node_id{1}, 0}, {node_id{1}, 1}, {node_id{2}, 0},
                          {node_id{2}, 1}, {node_id{1}, 2}, {node_id{1}, 3}};
    EXPECT_TRUE(cell_chain::make({{"gpu", 1}, {"pair", 2}}, 3, apart));
    EXPECT_TRUE(cell_chain::make({{"gpu", 1}, {"pair", 2}, {"all", 3}}, 1, apart));
}

TEST(cell_chain, is_one_of_whole_numbers) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const cell_chain chain = any_chain(random, 200);
        const auto level = static_cast<int>(random.below(static_cast<std::uint64_t>(chain.levels())));
        const cell of{level, static_cast<std::uint32_t>(random.below(chain.count(level)))};
        std::size_t size = 0;
        for (const auto& [node, gpus] : chain.gpus_of(of)) size += static_cast<std::size_t>(gpus.size());
        RC_ASSERT(size == chain.size_of(level));
        for (std::uint32_t gpu = 0; gpu < chain.gpus(); ++gpu)
            RC_ASSERT(chain.covers(of, {0, gpu}) == (gpu / chain.size_of(level) == of.index));
        for (int above = level; above < chain.levels(); ++above) RC_ASSERT(chain.covers(chain.ancestor(of, above), of));
        if (level == 0) return;
        for (std::uint32_t i = 0; i < chain.radix(level); ++i) RC_ASSERT(chain.parent(chain.child(of, i)) == of);
        RC_ASSERT(chain.child(of, 0) == chain.first_inside(of, level - 1));
    });
}

TEST(cell_chain, must_have_levels) {
    EXPECT_EQ(told({}, 1, {}), R"(levels: "0": expected from 1 to 16 levels)");
    EXPECT_EQ(told(std::vector<plan::cell_level>(17), 1, {}), R"(levels: "17": expected from 1 to 16 levels)");
    EXPECT_EQ(told({{"", 1}}, 1, {}), R"(level: "": expected a name)");
    EXPECT_EQ(told({{"gpu", 1}, {"gpu", 2}}, 1, on_one_node(2)),
              R"(level: "gpu": expected a name that no other level has)");
    EXPECT_EQ(told({{"gpu", 2}}, 1, on_one_node(2)), R"(gpu: "2": expected 1: a cell of the lowest level is one GPU)");
    EXPECT_EQ(told({{"gpu", 1}, {"pair", 0}}, 1, {}),
              R"(pair: "0": expected 1 or more cells of the level below, and at most 16777216 GPUs)");
    EXPECT_EQ(told({{"gpu", 1}, {"rack", 1 << 13}, {"hall", 1 << 12}}, 1, {}),
              R"(hall: "4096": expected 1 or more cells of the level below, and at most 16777216 GPUs)");
    EXPECT_EQ(told({{"gpu", 1}}, 0, {}), R"(top cells: "0": expected 1 or more, with at most 16777216 GPUs)");
    EXPECT_EQ(told({{"gpu", 1}, {"pair", 2}}, std::int64_t{1} << 62, {}),
              R"(top cells: "4611686018427387904": expected 1 or more, with at most 16777216 GPUs)");
}

TEST(cell_chain, must_have_each_gpu_once_and_no_cell_with_parts_of_nodes) {
    EXPECT_EQ(told({{"gpu", 1}, {"pair", 2}}, 2, on_one_node(3)), R"(GPUs: "3": expected 4)");
    EXPECT_EQ(told({{"gpu", 1}}, 1, {{node_id{1}, 32}}), R"(GPU index: "32": expected 0 to 31)");
    EXPECT_EQ(told({{"gpu", 1}}, 1, {{node_id{1}, -1}}), R"(GPU index: "-1": expected 0 to 31)");
    EXPECT_EQ(told({{"gpu", 1}}, 2, {{node_id{1}, 3}, {node_id{1}, 3}}),
              R"(GPU: "node 1, GPU 3": expected each GPU once)");
    EXPECT_EQ(told({{"gpu", 1}, {"pair", 2}}, 2, {{node_id{1}, 0}, {node_id{1}, 1}, {node_id{1}, 2}, {node_id{2}, 0}}),
              R"(pair 1: "a part of node 1": expected GPUs of one node, or all GPUs of its nodes)");
    EXPECT_EQ(told({{"gpu", 1}, {"pair", 2}, {"quad", 2}}, 2,
                   {{node_id{1}, 0},
                    {node_id{1}, 1},
                    {node_id{2}, 0},
                    {node_id{2}, 1},
                    {node_id{2}, 2},
                    {node_id{2}, 3},
                    {node_id{2}, 4},
                    {node_id{2}, 5}}),
              R"(quad 0: "a part of node 2": expected GPUs of one node, or all GPUs of its nodes)");
}

TEST(cell_chain_death, does_not_go_beyond_the_top) {
    const cell_chain chain = chain_of({2}, 2, 1);
    EXPECT_DEATH((void)chain.parent({1, 0}), "a level of the chain");
    EXPECT_DEATH((void)chain.gpus_of({1, 2}), "a cell of the chain");
    EXPECT_DEATH((void)chain.child({0, 0}, 0), "a part that the cell has");
}
