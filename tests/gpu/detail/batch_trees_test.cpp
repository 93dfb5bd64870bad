// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/batch_trees.hpp>

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace gpupack;

namespace {

/// Trees whose arrays are on the host.
class host_trees {
  public:
    host_trees(std::uint32_t trees, std::uint32_t entrants)
        : levels_{entrants}, keys_(std::size_t{trees} * entrants), chosen_(keys_.size()), entered_(keys_.size()),
          winners_(std::size_t{trees} * levels_.winners) {}

    [[nodiscard]] gpu::detail::batch_trees<std::int64_t> view() {
        return {keys_.data(), chosen_.data(), entered_.data(), winners_.data(), levels_};
    }

  private:
    gpu::detail::tree_levels levels_;
    std::vector<std::int64_t> keys_;
    std::vector<gpu_set> chosen_;
    std::vector<std::uint8_t> entered_;
    std::vector<gpu::detail::batch_trees<std::int64_t>::winner> winners_;
};

} // namespace

// One group, exactly one, one more than a group, and more groups than one group has.
TEST(batch_trees, have_the_best_entrant_on_top) {
    for (const std::uint32_t entrants : {1U, 15U, 16U, 17U, 256U, 257U, 600U}) {
        random_stream random{entrants};
        constexpr std::uint32_t count = 3;
        host_trees host{count, entrants};
        const auto trees = host.view();
        for (std::uint32_t tree = 0; tree < count; ++tree)
            for (std::uint32_t level = 0; level < trees.levels.depth; ++level)
                for (std::uint32_t group = 0; group < trees.levels.count_at[level]; ++group)
                    trees.settle(tree, level, group);
        std::vector<std::vector<std::optional<std::int64_t>>> expected(
            count, std::vector<std::optional<std::int64_t>>(entrants));
        for (int change = 0; change < 500; ++change) {
            const auto tree = static_cast<std::uint32_t>(random.below(count));
            const auto number = static_cast<std::uint32_t>(random.below(entrants));
            std::optional<std::int64_t>& key = expected[tree][number];
            if (random.below(3) == 0) {
                trees.leave(tree, number);
                key.reset();
            } else {
                key = static_cast<std::int64_t>(random.below(6)) - 3; // ties are common
                trees.enter(tree, number, *key);
            }
            for (std::uint32_t level = 0; level < trees.levels.depth; ++level)
                trees.settle(tree, level, gpu::detail::tree_levels::group_of(number, level));
            std::optional<std::uint32_t> best;
            for (std::uint32_t n = 0; n < entrants; ++n)
                if (expected[tree][n] && (!best || *expected[tree][*best] < *expected[tree][n])) best = n;
            const auto found = trees.best(tree);
            ASSERT_EQ(found.found(), best.has_value()) << entrants;
            if (!best) continue;
            ASSERT_EQ(found.node.number(), *best) << entrants;
            ASSERT_EQ(found.score, *expected[tree][*best]) << entrants;
        }
    }
}

TEST(batch_trees, have_as_many_levels_as_groups_of_groups_need) {
    EXPECT_EQ(gpu::detail::tree_levels{0}.depth, 1U);
    EXPECT_EQ(gpu::detail::tree_levels{16}.depth, 1U);
    EXPECT_EQ(gpu::detail::tree_levels{17}.depth, 2U);
    EXPECT_EQ(gpu::detail::tree_levels{257}.winners, 17U + 2U + 1U);
    EXPECT_EQ(gpu::detail::tree_levels{0xffffffffU}.depth, 8U);
}
