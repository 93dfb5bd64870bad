// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/table_block.hpp>

#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

using namespace gpupack;

namespace {

task_mix mix_of_two() {
    task_mix mix;
    mix.add({.cpu = milli_cpu{1000}, .gpus = 1}, 3);
    mix.add({.cpu = milli_cpu{2000}, .gpus = 1, .share = slice{.compute = milli_gpu{500}}}, 5);
    return mix;
}

/// A value that points to an entry, which points on to numbers.
struct entry {
    const int* numbers = nullptr;
    std::size_t count = 0;

    template <class Visit> constexpr void for_each_table(Visit&& visit) { visit(numbers, count); }
};
struct outer {
    const entry* entries = nullptr;
    std::size_t count = 0;

    template <class Visit> constexpr void for_each_table(Visit&& visit) { visit(entries, count); }
};

} // namespace

TEST(table_block, leaves_a_value_without_tables_as_it_is) {
    gpu::table_block block;
    EXPECT_EQ(block.pack(policy::binpack{.points = 7}), policy::binpack{.points = 7});
    EXPECT_TRUE(block.bytes().empty());
}

TEST(table_block, holds_tables_of_equal_content_once) {
    const cluster cluster = random_history{3}.used_cluster();
    const auto policy = policy::then(policy::fgd{mix_of_two()}, policy::fragmentation{mix_of_two()});
    const auto scorer = policy::prepare(policy, policy::decision{cluster, request{.gpus = 1}});
    host_space space;
    gpu::uploaded_tables tables{space};
    gpu::table_block block;
    const auto packed = block.pack(scorer);
    const auto placed = gpu::table_block::placed(packed, tables.update(block));
    EXPECT_NE(placed.first.thresholds, scorer.first.thresholds);
    EXPECT_EQ(std::memcmp(placed.first.thresholds, scorer.first.thresholds, 99 * sizeof(std::int64_t)), 0);
    EXPECT_EQ(placed.first.exact.expected.classes, placed.second.expected.classes);
    const std::size_t size = block.bytes().size();
    EXPECT_EQ(block.pack(scorer).first.thresholds, packed.first.thresholds);
    EXPECT_EQ(block.bytes().size(), size);
}

TEST(table_block, follows_pointers_of_tables) {
    const cluster cluster = cluster_builder{}.add_nodes(1, machines::dgx_a100()).build().value();
    host_space space;
    gpu::copied_vectors copies{space};
    const node_type& type = cluster.types()[0];
    const node_type copy = copies.moved(type);
    ASSERT_NE(copy.mig, nullptr);
    EXPECT_NE(copy.mig, type.mig);
    EXPECT_EQ(copy.mig, copy.gpus[7].mig);
    EXPECT_EQ(*copy.mig, *type.mig);
    EXPECT_EQ(copy.links->score(gpu_set::first(4)), type.links->score(gpu_set::first(4)));

    const int few[] = {1, 2};
    const int more[] = {3, 4, 5};
    const entry* const copied = copies(std::vector<entry>{{few, 2}, {}, {more, 3}, {few, 2}});
    EXPECT_EQ(copied[0].numbers[1], 2);
    EXPECT_EQ(copied[1].numbers, nullptr);
    EXPECT_EQ(copied[2].numbers[2], 5);
    EXPECT_EQ(copied[3].numbers, copied[0].numbers);
    EXPECT_EQ(copies(std::vector<entry>{}), nullptr);
}

// Memory that was freed may hold another table when it is looked at next.
TEST(table_block, is_compared_by_content_and_not_by_address) {
    host_space space;
    gpu::uploaded_tables tables{space};
    int numbers[] = {1, 2};
    const entry inner{numbers, 2};
    const outer value{&inner, 1};
    const auto copied = [&] {
        gpu::table_block block;
        const outer packed = block.pack(value);
        return gpu::table_block::placed(packed, tables.update(block));
    };
    EXPECT_EQ(copied().entries->numbers[1], 2);
    numbers[1] = 7;
    EXPECT_EQ(copied().entries->numbers[1], 7);
    gpu::table_block block;
    const entry before = block.pack(inner);
    numbers[1] = 8;
    EXPECT_NE(block.pack(inner).numbers, before.numbers);
}
