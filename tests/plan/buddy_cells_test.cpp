// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/buddy_cells.hpp>

#include "support/for_all.hpp"
#include "support/random_cells.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

using plan::buddy_cells;
using plan::cell;
using plan::cell_chain;
using numbers = std::vector<std::uint32_t>;

/// The same as an occupancy array: which GPUs the set has.
struct obvious {
    const cell_chain& chain;
    std::vector<bool> has;

    [[nodiscard]] bool all(cell of, bool wanted) const {
        for (std::uint32_t i = 0; i < chain.size_of(of.level); ++i)
            if (has[chain.first_gpu(of) + i] != wanted) return false;
        return true;
    }
    void set(cell of, bool to) {
        for (std::uint32_t i = 0; i < chain.size_of(of.level); ++i) has[chain.first_gpu(of) + i] = to;
    }
    /// Cells that it has, and whose parent it does not have.
    [[nodiscard]] numbers at(int level) const {
        numbers found;
        for (std::uint32_t index = 0; index < chain.count(level); ++index) {
            const cell of{level, index};
            if (all(of, true) && (level == chain.top() || !all(chain.parent(of), true))) found.push_back(index);
        }
        return found;
    }
    [[nodiscard]] std::int64_t count(int level) const {
        std::int64_t sum = 0;
        for (std::uint32_t index = 0; index < chain.count(level); ++index) sum += all({level, index}, true);
        return sum;
    }
};

} // namespace

TEST(buddy_cells, split_and_merge) {
    const cell_chain chain = chain_of({2, 2, 2}, 2, 3);
    buddy_cells set{chain};
    set.give({3, 0});
    set.give({3, 1});
    set.take({0, 5});
    EXPECT_EQ(set.at(3), (numbers{1}));
    EXPECT_EQ(set.at(2), (numbers{0}));
    EXPECT_EQ(set.at(1), (numbers{3}));
    EXPECT_EQ(set.at(0), (numbers{4}));
    EXPECT_EQ(set.count(0), 15);
    EXPECT_EQ(set.count(2), 3);
    EXPECT_EQ(set.holder_of({1, 1}), (cell{2, 0}));
    EXPECT_EQ(set.holder_of({2, 1}), std::nullopt);
    EXPECT_FALSE(set.lacks({2, 1}));
    EXPECT_TRUE(set.lacks({0, 5}));
    set.give({0, 5});
    EXPECT_EQ(set.at(3), (numbers{0, 1}));
    EXPECT_TRUE(set.at(0).empty());
}

TEST(buddy_cells, keep_an_only_part_as_its_parent) {
    const cell_chain chain = chain_of({1, 2}, 1, 2);
    buddy_cells set{chain};
    set.give({0, 1});
    EXPECT_EQ(set.at(1), (numbers{1}));
    EXPECT_TRUE(set.at(0).empty());
    set.take({0, 1});
    EXPECT_EQ(set, buddy_cells{chain});
}

TEST(buddy_cells, are_what_an_occupancy_array_says) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const cell_chain chain = any_chain(random, 100);
        buddy_cells set{chain};
        obvious array{chain, std::vector<bool>(chain.gpus())};
        for (int step = 0; step < 60; ++step) {
            const auto level = static_cast<int>(random.below(static_cast<std::uint64_t>(chain.levels())));
            const cell of{level, static_cast<std::uint32_t>(random.below(chain.count(level)))};
            RC_ASSERT(set.holder_of(of).has_value() == array.all(of, true));
            RC_ASSERT(set.lacks(of) == array.all(of, false));
            if (array.all(of, true)) {
                set.take(of);
                array.set(of, false);
            } else if (array.all(of, false)) {
                set.give(of);
                array.set(of, true);
            }
            for (int each = 0; each < chain.levels(); ++each) {
                RC_ASSERT(set.at(each) == array.at(each));
                RC_ASSERT(set.count(each) == array.count(each));
            }
        }
    });
}

TEST(buddy_cells_death, do_not_have_a_gpu_twice) {
    const cell_chain chain = chain_of({2, 2}, 1, 2);
    buddy_cells set{chain};
    set.give({1, 0});
    EXPECT_DEATH(set.give({1, 0}), "put back before");
    EXPECT_DEATH(set.give({0, 1}), "put back before");
    EXPECT_DEATH(set.give({2, 0}), "put back before");
    EXPECT_DEATH(set.take({2, 0}), "in the set");
    EXPECT_DEATH(set.take({2, 1}), "of the chain");
}
