// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/virtual_clusters.hpp>

#include "support/cell_world.hpp"
#include "support/for_all.hpp"
#include "support/random_cells.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace gpupack;

namespace {

using plan::cell;
using plan::cell_chain;
using plan::cell_grant;
using plan::cell_lease;
using plan::tenant;
using plan::virtual_clusters;
using counts = std::vector<std::int64_t>;
using why = plan::no_cell::reason;

/// gpu, pair, quad, node of eight; that many nodes.
cell_chain nodes(std::int64_t count) {
    return chain_of({2, 2, 2}, count, 3);
}

/// Plays events on virtual clusters and on the obvious world, and complains where they differ.
///
/// thorough  compares each choice and every count with what the world works out, which takes long
struct game {
    game(const cell_chain& chain, const std::vector<tenant>& tenants, bool is_thorough)
        : clusters{virtual_clusters::make(chain, tenants).value()}, world{chain, tenants}, thorough{is_thorough} {}

    virtual_clusters clusters;
    cell_world world;
    bool thorough;
    std::int64_t refused = 0;
    std::int64_t evicted = 0;

    [[nodiscard]] std::uint64_t levels() const { return static_cast<std::uint64_t>(clusters.chain().levels()); }

    /// Whether the new cell is as the world would have it: within a promise, and the evicted are those in the way.
    bool note(const cell_grant& given, int who) {
        const cell_chain& chain = clusters.chain();
        if (who == cell_world::borrower) return given.evicted.empty() && world.enter({given.lease, given.where, who});
        const auto around = clusters.bound_at(chain.first_gpu(given.where));
        if (!around || around->tenant != static_cast<std::size_t>(who)) return false;
        if (!chain.covers(around->where, given.where) || given.evicted != world.borrowers(given.where)) return false;
        for (const cell_lease each : given.evicted) world.strike(each);
        const cell_world::bound* const known = world.bound_at(chain.first_gpu(given.where));
        if (known != nullptr && (known->tenant != who || known->where != around->where)) return false;
        if (known == nullptr) {
            if (world.unclaimed(who)[static_cast<std::size_t>(around->where.level)] == 0) return false;
            for (const cell_world::bound& each : world.bindings)
                if (chain.covers(each.where, around->where) || chain.covers(around->where, each.where)) return false;
            world.bindings.push_back({around->where, who});
        }
        evicted += static_cast<std::int64_t>(given.evicted.size());
        return world.enter({given.lease, given.where, who});
    }

    bool allocate(int who, int level) {
        const auto to = static_cast<std::size_t>(who);
        const std::int64_t claimable = clusters.claimable(to, level);
        if (thorough && claimable != world.claimable(who, level)) return false;
        const auto expected = thorough ? world.choose(who, level) : std::nullopt;
        const counts before = clusters.shortfall();
        const auto given = clusters.allocate(to, level);
        const counts after = clusters.shortfall();
        for (std::size_t i = 0; i < before.size(); ++i)
            if (after[i] > before[i]) return false; // no allocation breaks a promise
        if (thorough && expected.has_value() != given.has_value()) return false;
        if (!given) {
            ++refused;
            if (claimable == 0) return given.error().why == why::promise_used_up;
            return given.error().why == why::bad_gpus && world.any_bad() && world.may_refuse(who, level);
        }
        if (claimable == 0) return false;
        if (thorough && (expected->piece != given->where || expected->evicted != given->evicted)) return false;
        if (thorough && expected->promised &&
            clusters.bound_at(clusters.chain().first_gpu(given->where))->where != *expected->promised)
            return false;
        return note(*given, who);
    }

    bool borrow(int level) {
        const std::int64_t idle = clusters.idle(level);
        const auto expected = thorough ? world.choose_idle(level) : std::nullopt;
        const auto given = clusters.borrow(level);
        if (thorough && expected.has_value() != given.has_value()) return false;
        if (!given) return idle == 0 && given.error().why == why::none_idle;
        if (thorough && *expected != given->where) return false;
        return idle > 0 && note(*given, cell_world::borrower);
    }

    void release(std::size_t at) {
        const cell_lease lease = world.live[at].lease;
        clusters.release(lease);
        world.strike(lease);
    }

    bool mark(std::uint32_t gpu, bool bad) {
        if (!bad) clusters.mark_good(gpu);
        const auto holder = bad ? clusters.mark_bad(gpu) : std::nullopt;
        world.set_bad(gpu, bad);
        return !bad || holder.has_value() == (world.who(gpu) != cell_world::nobody);
    }

    /// One event: of ten, about four allocations, two borrowed cells, and four that end.
    bool step(random_stream& random) {
        const auto level = static_cast<int>(random.below(random.below(2) == 0 ? 1 : levels()));
        const std::uint64_t kind = random.below(10);
        if (kind < 4) return allocate(static_cast<int>(random.below(world.tenants())), level);
        if (kind < 6) return borrow(level);
        if (!world.live.empty()) release(static_cast<std::size_t>(random.below(world.live.size())));
        return true;
    }

    /// Whether the two agree about what is handed out, bound, free and short.
    [[nodiscard]] bool agree() const {
        const cell_chain& chain = clusters.chain();
        for (const cell_world::held& each : world.live)
            if (!clusters.holds(each.lease) || clusters.cell_of(each.lease) != each.where) return false;
        for (std::uint32_t gpu = 0; gpu < chain.gpus(); ++gpu) {
            const auto bound = clusters.bound_at(gpu);
            const cell_world::bound* const expected = world.bound_at(gpu);
            if (bound.has_value() != (expected != nullptr)) return false;
            if (bound && bound->where != expected->where) return false;
        }
        for (int who = 0; who < static_cast<int>(world.tenants()); ++who)
            for (int level = 0; level < chain.levels(); ++level)
                if (clusters.claimable(static_cast<std::size_t>(who), level) != world.claimable(who, level))
                    return false;
        for (int level = 0; level < chain.levels(); ++level)
            if (clusters.idle(level) != world.idle(level)) return false;
        return world.shortfall() == clusters.shortfall();
    }

    /// Whether every tenant can have all it may still claim, now and on a copy, in whatever order.
    [[nodiscard]] bool all_can_claim(random_stream& random) const {
        game copy = *this;
        copy.thorough = false;
        std::vector<int> order(copy.world.tenants());
        std::iota(order.begin(), order.end(), 0);
        shuffle(order, random);
        const bool small_first = random.below(2) == 0;
        for (int i = 0; i < copy.clusters.chain().levels(); ++i)
            for (const int who : order) {
                const int level = small_first ? i : copy.clusters.chain().top() - i;
                while (copy.clusters.claimable(static_cast<std::size_t>(who), level) > 0)
                    if (!copy.allocate(who, level)) return false;
            }
        return copy.refused == refused;
    }
};

/// The cells that the same events lead to, whatever the leases are called.
std::vector<cell> cells_after(virtual_clusters clusters, std::uint64_t seed) {
    random_stream random{seed};
    std::vector<cell> cells;
    std::vector<cell_lease> live;
    for (int event = 0; event < 500; ++event) {
        const auto level = static_cast<int>(random.below(static_cast<std::uint64_t>(clusters.chain().levels())));
        const std::uint64_t kind = random.below(8);
        if (kind < 5) {
            const auto given =
                kind < 3 ? clusters.allocate(static_cast<std::size_t>(kind) % clusters.tenants().size(), level)
                         : clusters.borrow(level);
            if (!given) continue;
            cells.push_back(given->where);
            std::erase_if(live, [&](cell_lease each) { return !clusters.holds(each); });
            live.push_back(given->lease);
        } else if (!live.empty()) {
            const auto at = static_cast<std::ptrdiff_t>(random.below(live.size()));
            clusters.release(live[static_cast<std::size_t>(at)]);
            live.erase(live.begin() + at);
        }
    }
    return cells;
}

} // namespace

TEST(virtual_clusters, give_small_cells_out_of_one_promised_cell) {
    auto clusters = virtual_clusters::make(nodes(3), {{"a", {0, 0, 2, 0}}, {"b", {1, 1, 0, 1}}}).value();
    EXPECT_EQ(clusters.claimable(0, 0), 8);
    EXPECT_EQ(clusters.claimable(1, 1), 5);
    EXPECT_EQ(clusters.claimable(1, 2), 2);
    EXPECT_EQ(clusters.allocate(0, 0)->where, (cell{0, 0}));
    EXPECT_EQ(clusters.bound_at(3), (plan::bound_cell{{2, 0}, 0}));
    EXPECT_EQ(clusters.bound_at(4), std::nullopt);
    EXPECT_EQ(clusters.allocate(0, 0)->where, (cell{0, 1})); // the rest of the split pair comes first
    EXPECT_EQ(clusters.allocate(0, 2)->where, (cell{2, 1}));
    EXPECT_EQ(clusters.allocate(0, 1)->where, (cell{1, 1}));
    EXPECT_EQ(clusters.allocate(0, 0).error().message(), "a: no gpu is left of what it was promised");
    EXPECT_EQ(clusters.allocate(0, 3).error().why, why::promise_used_up); // it was promised no node
    EXPECT_EQ(clusters.allocate(1, 3)->where, (cell{3, 1}));
    EXPECT_EQ(clusters.claimable(1, 0), 3);
    EXPECT_EQ(clusters.allocate(1, 1)->where, (cell{1, 8}));
    EXPECT_EQ(clusters.allocate(1, 0)->where, (cell{0, 18})); // the pair beside it is split, not the quad
    EXPECT_EQ(clusters.allocate(1, 0).error().why, why::promise_used_up);
    EXPECT_EQ(clusters.spare(0), 5);
    EXPECT_EQ(clusters.spare(2), 1);
}

TEST(virtual_clusters, bind_a_promised_cell_from_the_first_use_to_the_last) {
    auto clusters = virtual_clusters::make(nodes(1), {{"a", {0, 0, 1, 0}}}).value();
    const cell_grant one = clusters.allocate(0, 0).value();
    const cell_grant two = clusters.allocate(0, 0).value();
    clusters.release(one.lease);
    EXPECT_TRUE(clusters.bound_at(0).has_value());
    clusters.release(two.lease);
    EXPECT_EQ(clusters.bound_at(0), std::nullopt);
    EXPECT_EQ(clusters.claimable(0, 2), 1);
    EXPECT_FALSE(clusters.holds(two.lease));
}

TEST(virtual_clusters, do_not_split_what_another_was_promised) {
    auto clusters = virtual_clusters::make(nodes(2), {{"small", {8, 0, 0, 0}}, {"large", {0, 0, 0, 1}}}).value();
    std::vector<cell_lease> mine;
    for (int gpu = 0; gpu < 8; ++gpu) mine.push_back(clusters.allocate(0, 0)->lease);
    clusters.release(mine[3]);
    // A borrower on the GPU that was released is evicted, although the other node has idle GPUs.
    const cell_grant borrowed = clusters.borrow(0).value();
    EXPECT_EQ(borrowed.where, (cell{0, 3}));
    const cell_grant again = clusters.allocate(0, 0).value();
    EXPECT_EQ(again.where, (cell{0, 3}));
    EXPECT_EQ(again.evicted, std::vector<cell_lease>{borrowed.lease});
    EXPECT_FALSE(clusters.holds(borrowed.lease));
    EXPECT_EQ(clusters.allocate(1, 3)->where, (cell{3, 1}));
}

TEST(virtual_clusters, evict_borrowers_of_the_fewest_gpus) {
    auto clusters = virtual_clusters::make(nodes(3), {{"a", {0, 0, 0, 1}}}).value();
    const cell_grant whole = clusters.borrow(3).value();
    const cell_grant pair = clusters.borrow(1).value();
    EXPECT_EQ(whole.where, (cell{3, 0}));
    EXPECT_EQ(pair.where, (cell{1, 4}));
    const cell_grant gpu = clusters.borrow(0).value();
    EXPECT_EQ(gpu.where, (cell{0, 10})); // the smallest idle cell is split
    EXPECT_EQ(clusters.borrow(3)->where, (cell{3, 2}));
    // One GPU of a node: what evicts nobody.
    virtual_clusters for_one = clusters;
    EXPECT_EQ(for_one.allocate(0, 0)->where, (cell{0, 11}));
    // A whole node: borrowers of three GPUs go, not one of eight.
    const cell_grant node = clusters.allocate(0, 3).value();
    EXPECT_EQ(node.where, (cell{3, 1}));
    EXPECT_EQ(node.evicted, (std::vector<cell_lease>{pair.lease, gpu.lease}));
}

TEST(virtual_clusters, count_all_gpus_of_a_borrowed_cell_that_would_go_for_a_part_of_it) {
    auto clusters = virtual_clusters::make(nodes(2), {{"a", {0, 0, 2, 0}}}).value();
    ASSERT_EQ(clusters.borrow(3)->where, (cell{3, 0}));
    std::vector<cell_lease> small;
    for (int i = 0; i < 4; ++i) small.push_back(clusters.borrow(1)->lease); // the whole of node 1, pair by pair
    const cell_grant given = clusters.allocate(0, 0).value();
    EXPECT_EQ(given.where, (cell{0, 8}));
    EXPECT_EQ(given.evicted, std::vector<cell_lease>{small[0]});
}

TEST(virtual_clusters, lend_what_is_promised_but_unused_last) {
    auto clusters = virtual_clusters::make(nodes(2), {{"a", {0, 0, 0, 1}}}).value();
    ASSERT_EQ(clusters.allocate(0, 0)->where, (cell{0, 0}));
    EXPECT_EQ(clusters.borrow(0)->where, (cell{0, 8})); // not beside the tenant's, though that is a smaller split
    EXPECT_EQ(clusters.borrow(2)->where, (cell{2, 3}));
    EXPECT_EQ(clusters.borrow(1)->where, (cell{1, 5}));
    EXPECT_EQ(clusters.borrow(0)->where, (cell{0, 9}));
    EXPECT_EQ(clusters.borrow(3).error().message(), "no node is idle");
    const cell_grant inside = clusters.borrow(2).value();
    EXPECT_EQ(inside.where, (cell{2, 1}));
    EXPECT_EQ(clusters.idle(0), 3);
    EXPECT_EQ(clusters.allocate(0, 2)->evicted, std::vector<cell_lease>{inside.lease});
}

TEST(virtual_clusters, hand_out_no_bad_gpu_and_say_what_falls_short) {
    auto clusters = virtual_clusters::make(nodes(2), {{"a", {0, 0, 1, 1}}}).value();
    EXPECT_TRUE(clusters.safe());
    EXPECT_EQ(clusters.mark_bad(0), std::nullopt);
    EXPECT_EQ(clusters.mark_bad(0), std::nullopt); // a report may repeat itself
    EXPECT_TRUE(clusters.is_bad(0));
    EXPECT_TRUE(clusters.safe()); // node 1, and the other quad of node 0
    clusters.mark_bad(9);
    EXPECT_EQ(clusters.shortfall(), (counts{0, 0, 0, 1}));
    EXPECT_EQ(clusters.kept_promises(), (counts{0, 0, 1, 0}));
    EXPECT_FALSE(clusters.safe());
    EXPECT_EQ(clusters.allocate(0, 3).error().message(), "a: bad GPUs leave no node of what it was promised");
    EXPECT_EQ(clusters.idle(0), 14);
    EXPECT_EQ(clusters.idle(2), 2);
    const cell_grant quad = clusters.allocate(0, 2).value();
    EXPECT_EQ(quad.where, (cell{2, 1}));
    // What is good of the promised node can still be used.
    EXPECT_EQ(clusters.allocate(0, 2)->where, (cell{2, 3}));
    EXPECT_EQ(clusters.allocate(0, 1)->where, (cell{1, 5}));
    EXPECT_EQ(clusters.allocate(0, 1).error().why, why::bad_gpus);
    EXPECT_EQ(clusters.allocate(0, 0)->where, (cell{0, 8}));
    EXPECT_EQ(clusters.allocate(0, 0).error().why, why::bad_gpus);
    clusters.mark_good(9);
    EXPECT_EQ(clusters.shortfall(), (counts{0, 0, 0, 0}));
    EXPECT_EQ(clusters.allocate(0, 0)->where, (cell{0, 9}));
    EXPECT_EQ(clusters.allocate(0, 0).error().why, why::promise_used_up);
}

TEST(virtual_clusters, tell_who_holds_a_gpu_that_goes_bad) {
    auto clusters = virtual_clusters::make(nodes(1), {{"a", {1, 0, 0, 0}}}).value();
    const cell_grant mine = clusters.allocate(0, 0).value();
    EXPECT_EQ(clusters.mark_bad(0), mine.lease);
    EXPECT_EQ(clusters.shortfall(), (counts{1, 0, 0, 0}));
    clusters.release(mine.lease);
    EXPECT_TRUE(clusters.safe()); // another GPU will do
    EXPECT_EQ(clusters.allocate(0, 0)->where, (cell{0, 1}));
    const cell_grant pair = clusters.borrow(1).value();
    EXPECT_EQ(clusters.mark_bad(3), pair.lease);
    clusters.release(pair.lease);
    EXPECT_EQ(clusters.idle(0), 5);
    clusters.mark_good(3);
    clusters.mark_good(3);
    EXPECT_EQ(clusters.idle(0), 6);
}

TEST(virtual_clusters, split_no_good_cell_that_a_promise_needs_while_a_damaged_one_will_do) {
    auto clusters = virtual_clusters::make(nodes(2), {{"a", {0, 0, 0, 1}}, {"b", {0, 3, 0, 0}}}).value();
    clusters.mark_bad(15);
    EXPECT_EQ(clusters.allocate(1, 1)->where, (cell{1, 4})); // not of node 0, the only one without bad GPUs
    EXPECT_TRUE(clusters.safe());
    EXPECT_EQ(clusters.allocate(0, 3)->where, (cell{3, 0}));
}

TEST(virtual_clusters, keep_the_promise_of_what_is_repaired_later) {
    auto clusters = virtual_clusters::make(nodes(2), {{"a", {0, 0, 0, 1}}, {"b", {0, 4, 0, 0}}}).value();
    clusters.mark_bad(0);
    clusters.mark_bad(8);
    EXPECT_EQ(clusters.shortfall(), (counts{0, 1, 0, 1}));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(clusters.allocate(1, 1));
    EXPECT_EQ(clusters.allocate(1, 1).error().why, why::bad_gpus); // the other node is promised as a whole
    clusters.mark_good(0);
    clusters.mark_good(8);
    EXPECT_TRUE(clusters.safe());
    EXPECT_TRUE(clusters.allocate(0, 3));
    EXPECT_TRUE(clusters.allocate(1, 1));
}

TEST(virtual_clusters, choose_as_the_obvious_way_does) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const cell_chain chain = any_chain(random, 24);
        const auto percent = static_cast<std::int64_t>(50 + random.below(51));
        game played{chain, any_tenants(random, chain, static_cast<int>(1 + random.below(3)), percent), true};
        for (int event = 0; event < 80; ++event) {
            RC_ASSERT(played.step(random));
            RC_ASSERT(played.agree());
            RC_ASSERT(played.clusters.safe());
        }
        RC_ASSERT(played.all_can_claim(random));
    });
}

TEST(virtual_clusters, choose_as_the_obvious_way_does_where_gpus_break) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const cell_chain chain = any_chain(random, 24);
        const auto percent = static_cast<std::int64_t>(50 + random.below(51));
        game played{chain, any_tenants(random, chain, static_cast<int>(1 + random.below(3)), percent), true};
        for (int event = 0; event < 80; ++event) {
            if (random.below(6) == 0)
                RC_ASSERT(played.mark(static_cast<std::uint32_t>(random.below(chain.gpus())), random.below(3) != 0));
            RC_ASSERT(played.step(random));
            RC_ASSERT(played.agree());
        }
        for (std::uint32_t gpu = 0; gpu < chain.gpus(); ++gpu) RC_ASSERT(played.mark(gpu, false));
        RC_ASSERT(played.clusters.safe());
        RC_ASSERT(played.all_can_claim(random));
    });
}

// What a tenant was promised stays placeable, whatever the others do.
TEST(virtual_clusters, guarantee_holds_over_random_sequences_of_100000_events) {
    std::int64_t evicted = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        random_stream random{seed};
        const cell_chain chain = seed == 0 ? chain_of({2, 2, 2, 4}, 16, 3) : any_chain(random, 512);
        const auto tenants = any_tenants(random, chain, static_cast<int>(3 + random.below(6)), seed == 0 ? 100 : 90);
        game played{chain, tenants, false};
        const std::vector<cell> fresh = cells_after(played.clusters, seed);
        for (int event = 0; event < 100000; ++event) {
            ASSERT_TRUE(played.step(random)) << "seed " << seed << ", event " << event;
            ASSERT_TRUE(played.clusters.safe()) << "seed " << seed << ", event " << event;
            if (event % 1000 != 0) continue;
            ASSERT_TRUE(played.agree()) << "seed " << seed << ", event " << event;
            ASSERT_TRUE(played.all_can_claim(random)) << "seed " << seed << ", event " << event;
        }
        while (!played.world.live.empty()) played.release(played.world.live.size() - 1);
        EXPECT_EQ(cells_after(played.clusters, seed), fresh);
        evicted += played.evicted;
    }
    EXPECT_GT(evicted, 10000);
}

TEST(virtual_clusters, break_no_promise_by_allocating_while_gpus_come_and_go) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        random_stream random{seed};
        const cell_chain chain = seed == 0 ? chain_of({2, 2, 2, 4}, 16, 3) : any_chain(random, 512);
        game played{chain, any_tenants(random, chain, 5, 95), false};
        std::vector<std::uint32_t> bad;
        for (int event = 0; event < 20000; ++event) {
            if (random.below(20) == 0) {
                bad.push_back(static_cast<std::uint32_t>(random.below(chain.gpus())));
                ASSERT_TRUE(played.mark(bad.back(), true));
            }
            if (bad.size() > 20) {
                std::swap(bad[random.below(bad.size())], bad.back());
                ASSERT_TRUE(played.mark(bad.back(), false));
                std::erase(bad, bad.back());
            }
            ASSERT_TRUE(played.step(random)) << "seed " << seed << ", event " << event;
            if (event % 1000 != 0) continue;
            ASSERT_TRUE(played.agree()) << "seed " << seed << ", event " << event;
        }
        for (const std::uint32_t gpu : bad) ASSERT_TRUE(played.mark(gpu, false));
        EXPECT_TRUE(played.clusters.safe());
        EXPECT_TRUE(played.all_can_claim(random));
    }
}

TEST(virtual_clusters, must_be_promised_what_there_is) {
    const auto told = [](const std::vector<tenant>& tenants) {
        return virtual_clusters::make(nodes(4), tenants).error().message();
    };
    EXPECT_TRUE(virtual_clusters::make(nodes(4), {}));
    EXPECT_TRUE(virtual_clusters::make(nodes(4), {{"a", {8, 4, 0, 1}}, {"b", {0, 0, 0, 1}}}));
    EXPECT_EQ(told({{"a", {0, 0, 3, 1}}, {"b", {0, 0, 2, 1}}}),
              R"(quad cells promised to all tenants: "5": expected at most 4, what larger promises leave of 8)");
    EXPECT_EQ(told({{"a", {0, 0, 0, 3}}, {"b", {0, 0, 0, 2}}}),
              R"(node cells promised to all tenants: "5": expected at most 4, what larger promises leave of 4)");
    EXPECT_EQ(told({{"", {0, 0, 0, 0}}}), R"(tenant: "": expected a name)");
    EXPECT_EQ(told({{"a", {0, 0, 0, 0}}, {"a", {0, 0, 0, 0}}}),
              R"(tenant: "a": expected a name that no other tenant has)");
    EXPECT_EQ(told({{"a", {0, 0, 0}}}), R"(levels promised to a: "3": expected 4)");
    EXPECT_EQ(told({{"a", {0, -1, 0, 0}}}), R"(pair cells promised to a: "-1": expected 0 to 16)");
    const std::int64_t most = std::numeric_limits<std::int64_t>::max(); // sums of these do not fit 64 bits
    EXPECT_EQ(told({{"a", {0, 0, 0, most}}, {"b", {0, 0, 0, most}}}),
              R"(node cells promised to a: "9223372036854775807": expected 0 to 4)");
}

TEST(virtual_clusters_death, take_nothing_back_twice) {
    auto clusters = virtual_clusters::make(nodes(1), {{"a", {0, 0, 0, 1}}}).value();
    const cell_grant mine = clusters.allocate(0, 0).value();
    clusters.release(mine.lease);
    EXPECT_DEATH(clusters.release(mine.lease), "released or evicted before");
    const cell_grant borrowed = clusters.borrow(3).value();
    ASSERT_EQ(clusters.allocate(0, 0)->evicted.size(), 1U);
    EXPECT_DEATH(clusters.release(borrowed.lease), "released or evicted before");
    EXPECT_DEATH((void)clusters.allocate(1, 0), "the number of a tenant");
    EXPECT_DEATH((void)clusters.allocate(0, 4), "a level of the chain");
    EXPECT_DEATH((void)clusters.mark_bad(8), "a GPU of the chain");
}
