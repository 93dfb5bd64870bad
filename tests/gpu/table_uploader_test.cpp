// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/table_uploader.hpp>

#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <set>
#include <vector>

using namespace gpupack;

namespace {

/// Remembers what was stored; refuses after so many tables.
struct fake_memory {
    std::vector<std::unique_ptr<std::max_align_t[]>>* stored;
    std::size_t most = 1000;

    expected<const void*, gpu::gpu_error> store(const void* bytes, std::size_t size) const {
        if (stored->size() == most) return unexpected<gpu::gpu_error>{{"storing", 0, "full"}};
        stored->push_back(std::make_unique<std::max_align_t[]>(size / sizeof(std::max_align_t) + 1));
        std::memcpy(stored->back().get(), bytes, size);
        return static_cast<const void*>(stored->back().get());
    }
};

using memory_type = std::vector<std::unique_ptr<std::max_align_t[]>>;

task_mix mix_of_two() {
    task_mix mix;
    mix.add({.cpu = milli_cpu{1000}, .gpus = 1}, 3);
    mix.add({.cpu = milli_cpu{2000}, .gpus = 1, .share = slice{.compute = milli_gpu{500}}}, 5);
    return mix;
}

} // namespace

TEST(table_uploader, leaves_a_value_without_tables_as_it_is) {
    memory_type memory;
    gpu::table_uploader mover{fake_memory{&memory}};
    EXPECT_EQ(mover.moved(policy::binpack{.points = 7}).value(), policy::binpack{.points = 7});
    EXPECT_EQ(mover.stored(), 0U);
}

TEST(table_uploader, moves_each_table_of_a_scorer_once) {
    memory_type memory;
    gpu::table_uploader mover{fake_memory{&memory}};
    const cluster on = random_history{3}.used_cluster();
    const request request{.gpus = 1};
    const auto by = policy::then(policy::fgd{mix_of_two()}, policy::fragmentation{mix_of_two()});
    const auto scorer = policy::prepare(by, policy::decision{on, request});
    const auto moved = mover.moved(scorer).value();
    EXPECT_EQ(mover.stored(), 7U); // three of each mix's, and the thresholds
    std::set<const void*> here;
    for (const auto& each : memory) here.insert(each.get());
    EXPECT_TRUE(here.contains(moved.first.thresholds));
    EXPECT_TRUE(here.contains(moved.second.expected.classes));
    EXPECT_EQ(std::memcmp(moved.first.thresholds, scorer.first.thresholds, 99 * sizeof(std::int64_t)), 0);
    EXPECT_EQ(mover.moved(scorer).value().first.thresholds, moved.first.thresholds);
    EXPECT_EQ(mover.stored(), 7U);
}

TEST(table_uploader, moves_the_tables_of_tables_and_keeps_equal_pointers_equal) {
    memory_type memory;
    gpu::table_uploader mover{fake_memory{&memory}};
    const cluster on = cluster_builder{}.add_nodes(1, machines::dgx_a100()).build().value();
    const node_type moved = mover.moved(on.types()[0]).value();
    ASSERT_NE(moved.mig, nullptr);
    EXPECT_NE(moved.mig, on.types()[0].mig);
    EXPECT_EQ(moved.mig, moved.gpus[7].mig);
    EXPECT_TRUE(moved.gpus[0] == moved.gpus[1]);
    EXPECT_EQ(*moved.mig, *on.types()[0].mig);
    ASSERT_NE(moved.links, nullptr);
    EXPECT_NE(moved.links, on.types()[0].links);
    EXPECT_EQ(moved.links->score(gpu_set::first(4)), on.types()[0].links->score(gpu_set::first(4)));
}

namespace {

/// A value that points to an entry, which points on to numbers once it knows them.
struct late_entry {
    const int* numbers = nullptr;

    template <class Visit> constexpr void for_each_table(Visit&& visit) {
        visit(numbers, numbers == nullptr ? std::size_t{0} : std::size_t{2});
    }
};
struct late_value {
    const late_entry* entry = nullptr;

    template <class Visit> constexpr void for_each_table(Visit&& visit) { visit(entry, std::size_t{1}); }
};

} // namespace

// What points on is looked at again.
TEST(table_uploader, follows_a_pointer_that_was_set_later) {
    memory_type memory;
    gpu::table_uploader mover{fake_memory{&memory}};
    late_entry entry;
    const late_value value{&entry};
    const late_value before = mover.moved(value).value();
    EXPECT_EQ(before.entry->numbers, nullptr);
    EXPECT_EQ(mover.moved(value).value().entry, before.entry);
    EXPECT_EQ(mover.stored(), 1U);
    const int numbers[] = {3, 4};
    entry.numbers = numbers;
    const late_value after = mover.moved(value).value();
    EXPECT_EQ(mover.stored(), 3U);
    EXPECT_EQ(after.entry->numbers[1], 4);
    EXPECT_NE(after.entry->numbers, numbers);
}

// Memory that was freed may hold another table when it is looked at next.
TEST(table_uploader, copies_again_what_changed_where_it_stands) {
    memory_type memory;
    gpu::table_uploader uploader{fake_memory{&memory}};
    int numbers[] = {1, 2};
    const late_entry entry{numbers};
    const late_entry before = uploader.moved(entry).value();
    numbers[1] = 7;
    const late_entry after = uploader.moved(entry).value();
    EXPECT_EQ(before.numbers[1], 2);
    EXPECT_EQ(after.numbers[1], 7);
    EXPECT_EQ(uploader.moved(entry).value().numbers, after.numbers);
    EXPECT_EQ(uploader.stored(), 2U);
}

TEST(table_uploader, says_when_there_is_no_room) {
    memory_type memory;
    gpu::table_uploader mover{fake_memory{&memory, 2}};
    const cluster on = random_history{3}.used_cluster();
    const request request{.gpus = 1};
    const policy::fgd by{mix_of_two()};
    const auto refused = mover.moved(by.prepare({on, request}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "storing: full");
}
