// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/live_virtual_clusters.hpp>

#include "support/cell_world.hpp"
#include "support/for_all.hpp"
#include "support/random_cells.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

using namespace gpupack;

namespace {

using plan::cell;
using plan::gpu_place;
using plan::live_virtual_clusters;
using plan::virtual_clusters;

const node_spec four{.cpu = 8_cores, .memory = 8_GiB, .gpus = {4, models::t4}};

/// A GPU, a pair, a node of two pairs, a rack of two nodes; the last racks are vacant.
plan::cell_chain chain_of_racks(std::uint32_t nodes, std::uint32_t places) {
    std::vector<gpu_place> gpus;
    for (std::uint32_t n = 0; n < places; ++n)
        for (int g = 0; g < 4; ++g) gpus.push_back({n < nodes ? node_id{n} : node_id::none(), g});
    return plan::cell_chain::make({{"gpu", 1}, {"pair", 2}, {"node", 2}, {"rack", 2}}, places / 2, std::move(gpus))
        .value();
}

/// A cluster, the live virtual clusters over it, and beside them what a patient person would write down.
struct town {
    town(std::uint64_t seed, std::uint32_t nodes, std::uint32_t places)
        : random{seed}, on{cluster_builder{}.add_nodes(nodes, four).build().value()},
          tenants{any_tenants(random, chain_of_racks(nodes, places), 2, 60)},
          live{virtual_clusters::make(chain_of_racks(nodes, places), tenants).value(), on, 2}, world{chain_of_racks(
                                                                                                         nodes, places),
                                                                                                     tenants} {
        for (std::uint32_t n = 0; n < places; ++n) seats.push_back(n < nodes ? node_id{n} : node_id::none());
        write_down();
    }

    random_stream random;
    cluster on;
    std::vector<plan::tenant> tenants;
    live_virtual_clusters live;
    cell_world world;
    std::vector<node_id> seats;                      // [places] which node has it
    std::map<std::uint32_t, std::set<int>> closed{}; // GPUs that are closed, by the bits of the id; -1 for the node

    [[nodiscard]] bool is_good(std::size_t place, int gpu) const {
        const node_id node = seats[place];
        if (node == node_id::none() || !on.contains(node) || gpu >= on[node].gpu_count()) return false;
        const auto found = closed.find(node.bits());
        return found == closed.end() || (!found->second.contains(-1) && !found->second.contains(gpu));
    }
    /// Marks in the world what is good, from the start. Returns who holds what went bad.
    std::set<std::uint32_t> write_down() {
        std::set<std::uint32_t> lost;
        for (std::size_t place = 0; place < seats.size(); ++place)
            for (int g = 0; g < 4; ++g) {
                const auto gpu = static_cast<std::uint32_t>(4 * place) + static_cast<std::uint32_t>(g);
                const bool bad = !is_good(place, g);
                if (bad && !world.bad(gpu) && world.who(gpu) != cell_world::nobody) lost.insert(holder(gpu));
                world.set_bad(gpu, bad);
            }
        return lost;
    }
    [[nodiscard]] std::uint32_t holder(std::uint32_t gpu) const {
        for (const cell_world::held& each : world.live)
            if (live.chain().covers(each.where, {0, gpu})) return each.lease.slot;
        return ~0U;
    }
    [[nodiscard]] std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random.below(bound)); }

    /// Changes a node of the cluster, and asks whether all that it did was said.
    bool change_a_node() {
        const node_id node = seats[below(seats.size())];
        if (!on.contains(node)) return true;
        const auto before = world.shortfall().value();
        const std::uint64_t kind = random.below(6);
        if (kind == 0) {
            on.remove_node(node);
        } else if (kind == 1) {
            const int gpus = static_cast<int>(1 + below(4));
            if (on.change_node(node, {.cpu = 8_cores, .memory = 8_GiB, .gpus = {gpus, models::t4}})) return false;
            for (int gpu = gpus; gpu < 4; ++gpu) closed[node.bits()].erase(gpu); // a GPU that comes back is open
        } else {
            const int gpu = static_cast<int>(below(5)) - 1;
            const bool close = random.below(2) == 0;
            if (gpu >= on[node].gpu_count()) return true;
            if (gpu < 0)
                on.set_closed(node, close);
            else
                on.set_closed(node, gpu_set::of(gpu), close);
            if (close)
                closed[node.bits()].insert(gpu);
            else
                closed[node.bits()].erase(gpu);
        }
        const auto said = live.follow(on, node);
        const auto lost = write_down();
        const auto after = world.shortfall().value();
        for (std::size_t level = 0; level < after.size(); ++level)
            if (said.broken[level] - said.restored[level] != after[level] - before[level]) return false;
        std::set<std::uint32_t> said_lost;
        for (const plan::cell_lease each : said.lost_gpus) said_lost.insert(each.slot);
        const bool harmless = lost.empty() && said.broken == std::vector<std::int64_t>(4);
        return said_lost == lost && said.lost_gpus.size() == lost.size() && said.harmless() == harmless &&
               said.message(live.chain()).empty() == harmless;
    }

    /// A node comes, which may get the number of one that is gone, and takes the lowest place that is free.
    bool add_a_node() {
        const auto node = on.add_node("", four);
        if (!node) return false;
        std::optional<std::size_t> expected;
        for (std::size_t place = 0; place < seats.size() && !expected; ++place) {
            bool free = !on.contains(seats[place]);
            for (std::uint32_t g = 0; g < 4; ++g)
                free = free && world.who(static_cast<std::uint32_t>(4 * place) + g) == cell_world::nobody;
            if (free) expected = place;
        }
        const auto joined = live.join(on, *node);
        if (joined.has_value() != expected.has_value()) return false;
        if (!expected) return true;
        const auto before = world.shortfall().value();
        seats[*expected] = *node;
        (void)write_down();
        const auto after = world.shortfall().value();
        for (std::size_t level = 0; level < after.size(); ++level)
            if (joined->broken[level] - joined->restored[level] != after[level] - before[level]) return false;
        return joined->lost_gpus.empty();
    }

    bool hand_out() {
        const int level = static_cast<int>(below(4));
        const int who = static_cast<int>(below(tenants.size() + 1)) - 1;
        if (who < 0) {
            const auto given = live.clusters().borrow(level);
            if (given.has_value() != world.choose_idle(level).has_value()) return false;
            return !given || world.enter({given->lease, given->where, cell_world::borrower});
        }
        const auto expected = world.choose(who, level);
        const auto given = live.clusters().allocate(static_cast<std::size_t>(who), level);
        if (given.has_value() != expected.has_value()) return false;
        if (!given) return true;
        if (given->where != expected->piece) return false;
        for (const plan::cell_lease each : given->evicted) world.strike(each);
        if (expected->promised) world.bindings.push_back({*expected->promised, who});
        return world.enter({given->lease, given->where, who});
    }

    void take_back() {
        if (world.live.empty()) return;
        const plan::cell_lease lease = world.live[below(world.live.size())].lease;
        live.clusters().release(lease);
        world.strike(lease);
    }

    [[nodiscard]] bool agree() const {
        for (std::uint32_t gpu = 0; gpu < live.chain().gpus(); ++gpu)
            if (live.clusters().is_bad(gpu) != world.bad(gpu)) return false;
        for (std::size_t place = 0; place < seats.size(); ++place)
            if (!(live.chain().place_of(static_cast<std::uint32_t>(4 * place)).node == seats[place])) return false;
        return live.clusters().shortfall() == world.shortfall().value();
    }
};

} // namespace

TEST(live_virtual_clusters, follow_nodes_that_come_change_and_go_and_break_no_promise_in_silence) {
    for_all([](std::uint64_t seed) {
        town all{seed, 2 + static_cast<std::uint32_t>(seed % 5), 8};
        for (int step = 0; step < 60; ++step) {
            const std::uint64_t kind = all.random.below(10);
            if (kind < 3)
                RC_ASSERT(all.change_a_node());
            else if (kind < 4)
                RC_ASSERT(all.add_a_node());
            else if (kind < 8)
                RC_ASSERT(all.hand_out());
            else
                all.take_back();
            RC_ASSERT(all.agree());
        }
    });
}

TEST(live_virtual_clusters, says_which_promise_a_node_breaks_that_goes) {
    cluster on = cluster_builder{}.add_nodes(2, four).build().value();
    live_virtual_clusters live{virtual_clusters::make(chain_of_racks(2, 2), {{"a", {0, 1, 1, 0}}}).value(), on, 2};
    const auto grant = live.clusters().allocate(0, 2);
    ASSERT_TRUE(grant);
    on.remove_node(node_id{0});
    const auto said = live.follow(on, node_id{0});
    EXPECT_EQ(said.lost_gpus, std::vector{grant->lease});
    EXPECT_EQ(said.broken, (std::vector<std::int64_t>{0, 0, 1, 0}));
    EXPECT_EQ(said.message(live.chain()),
              "1 node: promised, and cannot be had now; 1 leases hold GPUs that are gone or closed");
    const node_id next = on.add_node("", four).value();
    EXPECT_EQ(next.number(), 0U); // the number again, but another id
    EXPECT_TRUE(live.clusters().is_bad(0));
    EXPECT_EQ(live.join(on, next).error().message(),
              R"(node: "node 0": expected a vacant place that nobody holds any of)");
    live.clusters().release(grant->lease);
    EXPECT_EQ(live.join(on, next)->restored,
              (std::vector<std::int64_t>{0, 1, 0, 0})); // the other node serves the larger promise
    EXPECT_EQ(live.join(on, next).error().message(),
              R"(node: "node 0": expected a node of the cluster without a place)");
    const node_id small = on.add_node("", {.gpus = {2, models::t4}}).value();
    EXPECT_EQ(live.join(on, small).error().message(), R"(GPUs of the node: "2": expected 4)");
    EXPECT_TRUE(live.vacancies(on).empty());
}
