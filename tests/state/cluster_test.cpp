// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster.hpp>

#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace gpupack;

namespace {

cluster one_node() {
    return cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
}

} // namespace

TEST(cluster, placing_and_releasing_in_any_order_ends_where_it_began_bit_for_bit) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster idle = history.any_cluster();
        scheduler by{idle, policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        std::vector<placement> live = history.play(by, 80);
        RC_ASSERT(by.cluster().live_placements() == live.size());
        while (!live.empty()) {
            std::swap(live[history.below(live.size())], live.back());
            by.release(live.back());
            live.pop_back();
        }
        for (std::uint32_t n = 0; n < idle.size(); ++n) {
            by.set_closed(node_id{n}, false);
            by.set_closed(node_id{n}, gpu_set::first(idle[node_id{n}].gpu_count()), false);
        }
        RC_ASSERT(by.cluster().same_state(idle));
        RC_ASSERT(by.cluster().live_placements() == 0U);
    });
}

TEST(cluster, is_never_oversubscribed_in_any_dimension) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        milli_gpu free{};
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            RC_ASSERT((node.cpu_free().count() >= 0 && node.memory_free().count() >= 0));
            for (int i = 0; i < node.gpu_count(); ++i) {
                const gpu_state& gpu = node.gpu(i);
                RC_ASSERT((in_profiles(gpu.way) ||
                           (gpu.compute_free >= 0 && gpu.memory_free >= 0))); // instances: by their places
                RC_ASSERT((gpu.sharers() > 0 ? gpu.way != sharing::idle : gpu.way == node.capacity(i).only));
                RC_ASSERT((gpu.way != sharing::slices || gpu.sharers() <= node.capacity(i).max_sharers));
                RC_ASSERT((gpu.way != sharing::exclusive || gpu.sharers() == 1 || gpu.sharers() == 0));
            }
            free += node.compute_free();
        }
        RC_ASSERT(free == on.compute_free()); // the running total is the sum
    });
}

TEST(cluster, a_copy_is_an_independent_what_if) {
    cluster here = one_node();
    const placement before = here.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    cluster there = here;
    there.give_back(before);
    EXPECT_EQ(here.compute_free(), 1000_milli);
    EXPECT_EQ(there.compute_free(), 2000_milli);
    here.give_back(before);
    EXPECT_TRUE(here.same_state(there));
}

TEST(cluster, names_its_nodes) {
    const cluster named = cluster_builder{}.add_node("n7", {}).add_nodes(1, {}).build().value();
    EXPECT_EQ(named.name(node_id{0}), "n7");
    EXPECT_EQ(named.name(node_id{1}), "node 1");
}

TEST(cluster, a_receipt_of_a_copy_is_refused_by_the_original_and_the_other_way_round) {
    cluster here = one_node();
    cluster there = here;
    const placement mine = here.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    const placement theirs = there.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_NE(mine, theirs);
    EXPECT_EQ(here.try_give_back(theirs), refusal::not_live);
    EXPECT_EQ(there.try_give_back(mine), refusal::not_live);
    cluster third = there; // what was placed before the copy may be released in either
    EXPECT_EQ(third.try_give_back(theirs), refusal::none);
    EXPECT_EQ(there.try_give_back(theirs), refusal::none);
    EXPECT_EQ(there.try_give_back(theirs), refusal::not_live);
    here = there;
    EXPECT_EQ(here.try_give_back(mine), refusal::not_live);
}

TEST(cluster_death, a_placement_is_released_once_and_where_it_was_made) {
    cluster here = one_node();
    cluster elsewhere = one_node();
    const placement placed = here.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    EXPECT_DEATH(elsewhere.give_back(placed), "not released before, not of another");
    here.give_back(placed);
    EXPECT_DEATH(here.give_back(placed), "not released before, not of another");
    EXPECT_DEATH((void)here.take(node_id{0}, gpu_set::of(0), {.gpus = 2}), "a request that fits there");
    EXPECT_DEATH((void)here.take(node_id{0}, {}, {.cpu = 9_cores}), "a request that fits there");
    EXPECT_DEATH((void)here[node_id{1}], "the id of a node of this cluster");
    EXPECT_DEATH((void)here[node_id(0, 1)], "the id of a node of this cluster");
}

// Whatever cluster::take() accepts, fit::fits_on() would, but for requests that are to be aligned as well as may be.
TEST(cluster, takes_only_what_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        for (int i = 0; i < 60; ++i) {
            const request request = history.any_request(on);
            const node_id node{static_cast<std::uint32_t>(history.below(on.size() + 1))};
            const gpu_set gpus = gpu_set::from_bits(static_cast<std::uint32_t>(history.below(64)));
            slot_list slots;
            for (int nth = 0; nth < max_instances; ++nth) slots.set(nth, static_cast<int>(history.below(20)));
            const bool fits = on.contains(node) && fit::fits_on(on[node], request, gpus, slots);
            const auto taken = on.try_take(node, gpus, request, slots);
            RC_ASSERT((!fits || taken));
            const bool chosen_by_engine = in_profiles(request.share.way()) || request.numa > numa_alignment::none;
            RC_ASSERT((fits || !taken || chosen_by_engine));
            RC_ASSERT(what_differs(on) == "");
        }
    });
}

TEST(cluster, refuses_the_same_gpu_twice_and_says_why) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::a100_40gb}}).build().value();
    const auto why = [&](gpu_set gpus, const request& request, slot_list slots = {}) {
        const auto taken = on.try_take(node_id{0}, gpus, request, slots);
        return taken ? refusal::none : taken.error();
    };
    const request whole{.gpus = 1};
    EXPECT_EQ(why(gpu_set::of(0), whole), refusal::none);
    EXPECT_EQ(why(gpu_set::of(0), whole), refusal::sharing);
    EXPECT_EQ(why(gpu_set::of(2), whole), refusal::no_such_gpu);
    EXPECT_EQ(why(gpu_set::first(2), whole), refusal::gpu_count);
    EXPECT_EQ(why(gpu_set::of(0), {.gpus = 1, .share = slice{1_MiB}}), refusal::sharing);
    EXPECT_EQ(why(gpu_set::of(1), {.gpus = 1, .share = slice{1000_GiB}}), refusal::gpu_memory);
    EXPECT_EQ(why(gpu_set::of(1), {.cpu = 9_cores, .gpus = 1}), refusal::cpu);
    EXPECT_EQ(why(gpu_set::of(1), {.memory = 9_GiB, .gpus = 1}), refusal::memory);
    EXPECT_EQ(why(gpu_set::of(1), {.gpus = 33}), refusal::invalid);
    EXPECT_EQ(why(gpu_set::of(1), {.gpus = 1, .models = model_set{}}), refusal::unwanted);
    const request mig{.gpus = 1, .share = mig_profile(on.models(), "3g.20gb").value()};
    const int slot = on.mig_placement(node_id{0}, 1, "3g.20gb", 4).value();
    EXPECT_EQ(why(gpu_set::of(1), mig, slot_list{slot}), refusal::none);
    EXPECT_EQ(why(gpu_set::of(1), mig, slot_list{slot}), refusal::placement);
    EXPECT_EQ(why(gpu_set::of(1), mig, slot_list{250}), refusal::placement);
    on.set_closed(node_id{0}, gpu_set::of(1), true);
    EXPECT_EQ(why(gpu_set::of(1), mig, slot_list{on.mig_placement(node_id{0}, 1, "3g.20gb", 0).value()}),
              refusal::closed);
}

TEST(cluster, finds_the_slot_of_an_instance_by_profile_and_start) {
    const cluster on =
        cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {{1, models::a100_40gb}, {1, models::a10}}}).build().value();
    for (const auto& [gpu, way] : {std::pair{0, sharing::mig}, std::pair{1, sharing::vgpu}}) {
        const partition_table& table = *on[node_id{0}].capacity(gpu).table(way);
        for (int slot = 0; slot < table.slot_count; ++slot) {
            const auto stands = on.instance_on({node_id{0}, gpu_set::of(gpu), slot_list{slot}}, 0, way);
            EXPECT_EQ(on.mig_placement(node_id{0}, gpu, stands.profile.view(), stands.start, way), slot);
        }
        EXPECT_FALSE(on.mig_placement(node_id{0}, gpu, "9g.99gb", 0, way));
    }
    EXPECT_TRUE(on.mig_placement(node_id{0}, 1, "A10-4Q", 0, sharing::vgpu));
    EXPECT_FALSE(on.mig_placement(node_id{0}, 0, "3g.20gb", 1));
    EXPECT_FALSE(on.mig_placement(node_id{0}, 7, "3g.20gb", 0));
    EXPECT_FALSE(on.mig_placement(node_id{1}, 0, "3g.20gb", 0));
}
