// SPDX-License-Identifier: Apache-2.0
// What people reported of other systems, and of gpupack before 0.2, and what is right. One test a kind, with variants; those that
// belong to one header stand in its test.
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

using namespace gpupack;

namespace {

auto best_fit_on(cluster_builder&& builder) {
    return scheduler{std::move(builder).build().value(), policy::best_fit{}};
}

} // namespace

// KAI-Scheduler#706, dra-driver-nvidia-gpu#1073: a GPU whose memory nobody knows. A part of it is not free of charge.
TEST(reports, parts_of_unknown_memory_fit_no_more_than_mebibytes_do) {
    auto by = best_fit_on(cluster_builder{}.add_nodes(1, {.cpu = 20_cores, .gpus = {1, gpu_model{.model = "GB10"}}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{.memory = 1_MiB}}));
    for (const int percent : {1, 50, 100})
        EXPECT_FALSE(by.place({.gpus = 1, .share = slice{.memory_percent = percent}})) << percent;
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{.memory_millionths = 1}}));
    EXPECT_FALSE(by.place(
        {.gpus = 1, .share = slice{.compute = 100_milli, .memory_percent = 10, .rule = {.counts_percent = true}}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{.memory_percent = 10, .rule = {.double_rounding = true}}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = split_slice{1_MiB}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = dialect::hami_request({1, {}, 30}).value().share}));
    EXPECT_TRUE(by.place({.gpus = 1, .share = slice{.compute = 100_milli}})); // compute is known
    EXPECT_TRUE(by.place({.gpus = 1, .share = slice{.compute = 900_milli}}));
    EXPECT_FALSE(by.place({.gpus = 1, .share = slice{.compute = 1_milli}}));
}

// An exact count of equal members is a proof, however many they are.
TEST(reports, many_equal_members_are_counted_and_not_given_up) {
    for (const int members : {61, 65, 80, 500}) {
        auto by = best_fit_on(cluster_builder{}.add_nodes(20, {.cpu = 64_cores, .gpus = {8, models::t4}}));
        for (std::uint32_t n = 0; n < 20; ++n) (void)by.take({node_id{n}, gpu_set{}, {}}, {.cpu = 5_cores});
        const auto refused = plan::place_gang(by, gang{.parts = {{{.cpu = 16_cores, .gpus = 1}, members}}});
        ASSERT_FALSE(refused) << members;
        EXPECT_TRUE(refused.error().proven) << members;
        EXPECT_EQ(refused.error().fitting, 60) << members;
    }
}

// The nearest miss is on a node that could serve the request some day.
TEST(reports, nearest_is_a_node_that_could_ever_serve) {
    auto by = best_fit_on(cluster_builder{}
                              .add_nodes(1, {.cpu = 8_cores, .memory = 64_GiB, .gpus = {1, models::t4}})
                              .add_nodes(1, {.cpu = 8_cores, .gpus = {1, models::a100_80gb}}));
    (void)by.take({node_id{1}, gpu_set::of(0), {}}, {.gpus = 1, .share = slice{.memory = 70_GiB}});
    const auto memory = by.place({.gpus = 1, .share = slice{.memory = 20_GiB}});
    EXPECT_EQ(memory.error().nearest.node, node_id{1});
    const auto part = by.place({.gpus = 1, .share = slice{.memory = 20_GiB, .compute = 1_milli}});
    EXPECT_EQ(part.error().nearest.node, node_id{1});
    (void)by.take({node_id{0}, {}, {}},
                  {.cpu = 8_cores}); // 8 of 8 cores: the node could serve 9 cores never, 8 some day
    EXPECT_FALSE(by.place({.cpu = 9_cores}).error().ever);
    const auto cpu = by.place({.cpu = 8_cores, .memory = 1_GiB});
    EXPECT_EQ(cpu.error().nearest.node, node_id{0});
    EXPECT_TRUE(cpu.error().ever);
}

// A drained node that is the only one: waiting does not help, opening it does.
TEST(reports, closed_nodes_are_no_reason_to_wait) {
    auto by = best_fit_on(cluster_builder{}.add_nodes(1, {.cpu = 8_cores, .gpus = {2, models::t4}}));
    by.set_closed(node_id{0}, true);
    EXPECT_FALSE(by.fits_empty({.gpus = 1}));
    const auto refused = by.place({.gpus = 1});
    EXPECT_FALSE(refused.error().ever);
    EXPECT_EQ(refused.error().closed_node, node_id{0});
    by.set_closed(node_id{0}, false);
    by.set_closed(node_id{0}, gpu_set::of(0), true);
    EXPECT_TRUE(by.fits_empty({.gpus = 1}));
    EXPECT_FALSE(by.fits_empty({.gpus = 2}));
    EXPECT_EQ(by.place({.gpus = 2}).error().closed_gpus, gpu_set::of(0));
}

// 15 GiB, and two idle instances of 40 GB stand: what stands may serve, if the request says so; if not, it is said why.
TEST(reports, instances_that_stand_serve_what_needs_less) {
    auto by = best_fit_on(cluster_builder{}.add_nodes(
        1, {.cpu = 8_cores, .gpus = {1, models::a100_80gb, {.instances = {{"3g.40gb", 0}, {"3g.40gb", 4}}}}}));
    const auto larger = mig_at_least(by.cluster().models(), 15_GiB, {}, true).value();
    EXPECT_TRUE(by.place({.gpus = 1, .share = larger}));
    const auto exact = by.place({.gpus = 1, .share = mig_at_least(by.cluster().models(), 15_GiB).value()});
    ASSERT_FALSE(exact);
    EXPECT_FALSE(exact.error().ever);
}
