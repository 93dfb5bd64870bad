// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/mig_scarcity.hpp>

#include "support/one_gpu.hpp"

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::mig_scarcity>);

TEST(mig_scarcity, spares_what_is_scarce) {
    const auto mix = mix_of({{"1g.5gb", 40}, {"2g.10gb", 10}, {"3g.20gb", 10}, {"7g.40gb", 40}});
    EXPECT_EQ(placed_in_order(policy::mig_scarcity{mix}, 2, {"1g.5gb", "1g.5gb", "3g.20gb", "7g.40gb"}),
              "0@6 0@4 0@0 1@0");
}

TEST(mig_scarcity, weighs_slices_and_whole_gpus_against_mig) {
    cluster on = cluster_builder{}
                     .add_nodes(1, {64_cores, 64_GiB, {2, models::a100_40gb}})
                     .add_nodes(1, {64_cores, 64_GiB, {2, models::t4}})
                     .build()
                     .value();
    const task_mix mix = mix_of({{"1g.5gb", 1}});
    scheduler by{std::move(on), policy::mig_scarcity{mix}};
    EXPECT_EQ(by.place({.gpus = 1, .share = slice{1_GiB, 100_milli}})->node, node_id{1}); // an idle A100 loses places
    EXPECT_EQ(by.place({.gpus = 1})->node, node_id{1});
    EXPECT_EQ(by.place({.gpus = 1})->node, node_id{0});
}

TEST(mig_scarcity, keeps_idle_gpus_together_for_whole_ones) {
    cluster on = cluster_builder{}.add_nodes(2, {64_cores, 64_GiB, {4, models::a100_40gb}}).build().value();
    (void)on.take(node_id{1}, gpu_set::of(0), {.gpus = 1}); // node 0 has the last place for four
    task_mix mix;
    mix.add({.gpus = 4});
    mix.add(one_of(on, "1g.5gb"));
    scheduler by{std::move(on), policy::mig_scarcity{mix}};
    EXPECT_EQ(by.place(one_of(by.cluster(), "1g.5gb"))->node, node_id{1});
    EXPECT_EQ(by.place({.gpus = 1, .share = slice{1_GiB, 100_milli}})->node, node_id{1});
    EXPECT_TRUE(by.place({.gpus = 4}));
}

namespace {

/// The most slices that any way of placing the requests, some refused, can take on one GPU: every choice tried.
int most_slices(const partition_table& table, const std::vector<int>& profiles, std::size_t next,
                std::uint64_t occupied) {
    if (next == profiles.size()) return 0;
    int best = most_slices(table, profiles, next + 1, occupied);
    const partition_profile& profile = table.profiles[profiles[next]];
    for (int slot = profile.first_slot; slot < profile.first_slot + profile.slot_count; ++slot)
        if (table.is_free(slot, occupied))
            best = std::max(best, profile.slices +
                                      most_slices(table, profiles, next + 1, occupied | table.slots[slot].taken));
    return best;
}

template <class Policy> int slices_placed(const Policy& policy, const std::vector<int>& profiles) {
    scheduler by{a100s(1), policy};
    const partition_table& table = *by.cluster().mig_tables().front().table;
    int slices = 0;
    for (const int p : profiles)
        if (by.try_place(one_of(by.cluster(), table.profiles[p].name.view().data())))
            slices += table.profiles[p].slices;
    return slices;
}

} // namespace

TEST(mig_policies, are_never_above_the_optimum_of_one_gpu_and_their_mean_gap_is_known) {
    const task_mix mix = mix_of({{"1g.5gb", 1}, {"2g.10gb", 1}, {"3g.20gb", 1}, {"4g.20gb", 1}, {"7g.40gb", 1}});
    const cluster on = a100s(1);
    const partition_table& table = *on.mig_tables().front().table;
    random_stream random{11};
    const int plain[] = {0, 3, 4, 5, 6};
    double gap[5] = {};
    constexpr int sequences = 300;
    for (int n = 0; n < sequences; ++n) {
        std::vector<int> request;
        for (auto count = 1 + random.below(8); count > 0; --count) request.push_back(plain[random.below(5)]);
        const int best = most_slices(table, request, 0, 0);
        const int told[] = {slices_placed(policy::first_fit{}, request), slices_placed(dialect::hami_mig{}, request),
                            slices_placed(policy::mig_fragmentation{}, request),
                            slices_placed(policy::mig_options{mix}, request),
                            slices_placed(policy::mig_scarcity{mix}, request)};
        for (int i = 0; i < 5; ++i) {
            ASSERT_LE(told[i], best);
            gap[i] += 100.0 * (best - told[i]) / best / sequences;
        }
    }
    for (int i = 0; i < 5; ++i)
        RecordProperty("mean gap in percent of the optimum, policy " + std::to_string(i), std::to_string(gap[i]));
    std::printf(
        "mean gap to the optimum of one GPU, percent: first-fit %.2f, mig-best-fit %.2f, mig-fragmentation %.2f, "
        "mig-options %.2f, mig-scarcity %.2f\n",
        gap[0], gap[1], gap[2], gap[3], gap[4]);
    EXPECT_LE(gap[4], gap[1]); // ours is not above best fit
    EXPECT_LT(gap[4], gap[0]);
}
