// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/instance.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

scheduler<policy::first_fit> gpus(int count, const gpu_model& model, const gpu_setup& setup = {}) {
    return scheduler<policy::first_fit>{
        cluster_builder{}.add_nodes(1, {64_cores, 64_GiB, {count, model, setup}}).build().value(), {}};
}

/// "0:3g.20gb@4", or why there is none.
template <class Scheduler> std::string placed(Scheduler& by, const expected<instance, input_error>& wanted) {
    const auto at = by.place({.gpus = 1, .share = wanted.value()});
    if (!at) return at.error().message();
    const mig::gpu_instance here = by.cluster().instance_on(*at, 0, wanted->way);
    return std::to_string(at->gpus.lowest())
        .append(":")
        .append(here.profile.view())
        .append("@")
        .append(std::to_string(here.start));
}

template <class Scheduler> auto mig_of(Scheduler& by, const char* profile) {
    return mig_profile(by.cluster().models(), profile);
}

} // namespace

TEST(instance, stands_at_the_lowest_free_start_of_the_lowest_gpu) {
    auto by = gpus(2, models::a100_40gb);
    EXPECT_EQ(placed(by, mig_of(by, "3g.20gb")), "0:3g.20gb@0");
    EXPECT_EQ(placed(by, mig_of(by, "3g.20gb")), "0:3g.20gb@4");
    EXPECT_EQ(placed(by, mig_of(by, "4g.20gb")), "1:4g.20gb@0");
    EXPECT_EQ(placed(by, mig_of(by, "7g.40gb")),
              "0 of 1 node: 1 lack a place for the profile; nearest: node 0, 1 GPU short");
}

TEST(instance, never_shares_a_gpu_with_a_whole_task_or_a_slice) {
    auto by = gpus(1, models::a30);
    const auto one = by.place({.gpus = 1, .share = mig_of(by, "1g.6gb").value()});
    ASSERT_TRUE(one);
    EXPECT_FALSE(by.place({.gpus = 1}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{1_MiB, {}}}));
    by.release(*one); // the last instance to go leaves nothing behind
    const auto whole = by.place({.gpus = 1});
    ASSERT_TRUE(whole);
    EXPECT_EQ(placed(by, mig_of(by, "1g.6gb")),
              "0 of 1 node: 1 lack a place for the profile; nearest: node 0, 1 GPU short");
}

TEST(instance, of_a_fixed_geometry_is_one_that_stands) {
    auto by = gpus(1, models::a100_40gb, {.instances = {{"3g.20gb", 4}, {"2g.10gb", 0}, {"1g.5gb", 2}}});
    EXPECT_EQ(placed(by, mig_of(by, "3g.20gb")), "0:3g.20gb@4");
    EXPECT_EQ(placed(by, mig_of(by, "1g.5gb")), "0:1g.5gb@2");
    EXPECT_FALSE(by.place({.gpus = 1, .share = mig_of(by, "1g.5gb").value()})); // unit 3 is free, no instance is there
    EXPECT_FALSE(by.place({.gpus = 1, .share = mig_of(by, "4g.20gb").value()}));
    EXPECT_FALSE(by.place({.gpus = 1})); // nor is the GPU ever given whole
    // 1g.10gb would be the smallest
    EXPECT_EQ(
        placed(by, mig_at_least(by.cluster().models(), 6000_MiB)),
        "0 of 1 node: 1 have too few GPUs with such a profile standing; it would not fit an empty cluster either");
    EXPECT_EQ(placed(by, mig_at_least(by.cluster().models(), 6000_MiB, {}, true)), "0:2g.10gb@0");
}

TEST(instance, takes_a_larger_profile_only_when_told_to) { // a small request on a big profile
    auto by = gpus(1, models::a30);
    const auto strict = mig_at_least(by.cluster().models(), 1_MiB);
    const auto lenient = mig_at_least(by.cluster().models(), 1_MiB, {}, true);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(placed(by, strict), std::string{"0:1g.6gb@"}.append(std::to_string(i)));
    EXPECT_EQ(placed(by, lenient), "0:1g.6gb@2"); // the small one is free
}

TEST(instance, vgpus_of_one_size_a_gpu_unless_it_is_set_up_to_mix) {
    auto one_size = gpus(2, models::a10);
    const auto type = [&](const char* name) { return vgpu_type(one_size.cluster().models(), name); };
    EXPECT_EQ(placed(one_size, type("A10-4Q")), "0:A10-4@0");
    EXPECT_EQ(placed(one_size, type("A10-4C")), "0:A10-4@4"); // another series of the same size
    EXPECT_EQ(placed(one_size, type("A10-8Q")), "1:A10-8@0");
    auto mixed = gpus(2, models::a10, {.vgpu_sizes = vgpu::sizes::mixed});
    EXPECT_EQ(placed(mixed, type("A10-4Q")), "0:A10-4@0");
    EXPECT_EQ(placed(mixed, type("A10-8Q")), "0:A10-8@16");
    EXPECT_EQ(placed(mixed, type("A10-24Q")), "1:A10-24@0");
}

TEST(instance, several_stand_on_as_many_gpus) { // a GPU counts once in a choice
    auto by = gpus(3, models::a30);
    const auto pair = by.place({.gpus = 2, .share = mig_of(by, "2g.12gb").value()});
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->gpus, gpu_set::first(2));
    EXPECT_EQ(by.cluster().instance_on(*pair, 1, sharing::mig).start, 0);
    EXPECT_FALSE(by.place({.gpus = 4, .share = mig_of(by, "1g.6gb").value()}));
}
