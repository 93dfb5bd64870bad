// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/ray/bundles.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::ray_bundle;
using dialect::ray_strategy;
using nodes = std::vector<std::size_t>;

ray_bundle gpus(std::int64_t milli, std::int64_t cpu = 0) {
    return {milli_cpu{cpu}, milli_gpu{milli}, mebibytes{}};
}

TEST(ray_bundles, pack_fills_a_node_before_the_next) {
    const std::vector<ray_bundle> free{gpus(1000), gpus(3000), gpus(2000)};
    EXPECT_EQ(dialect::ray_bundles(free, {gpus(1000), gpus(1000), gpus(1000)}, ray_strategy::pack), (nodes{1, 1, 1}));
    EXPECT_EQ(dialect::ray_bundles(free, {gpus(1000), gpus(2000), gpus(2000)}, ray_strategy::pack), (nodes{1, 1, 2}))
        << "the largest bundles first";
    EXPECT_FALSE(dialect::ray_bundles(free, {gpus(4000)}, ray_strategy::pack));
}

TEST(ray_bundles, spread_returns_to_used_nodes_and_strict_spread_does_not) {
    const std::vector<ray_bundle> free{gpus(4000), gpus(2000)};
    const std::vector<ray_bundle> three(3, gpus(1000));
    EXPECT_EQ(dialect::ray_bundles(free, three, ray_strategy::spread), (nodes{0, 1, 0}));
    EXPECT_FALSE(dialect::ray_bundles(free, three, ray_strategy::strict_spread));
    EXPECT_EQ(dialect::ray_bundles(free, {gpus(1000), gpus(1000)}, ray_strategy::strict_spread), (nodes{0, 1}));
}

TEST(ray_bundles, strict_pack_chooses_one_node_for_the_sum) {
    const std::vector<ray_bundle> free{gpus(2000), gpus(8000), gpus(3000)};
    EXPECT_EQ(dialect::ray_bundles(free, {gpus(1500), gpus(1500)}, ray_strategy::strict_pack), (nodes{1, 1}));
    EXPECT_FALSE(dialect::ray_bundles(free, {gpus(8000), gpus(500)}, ray_strategy::strict_pack));
}

TEST(ray_free, adds_up_the_gpus_of_open_nodes) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    (void)on.take(node_id{0}, gpu_set::of(1), {.cpu = 1_cores, .gpus = 1, .share = slice{.compute = 300_milli}});
    on.set_closed(node_id{1}, true);
    const auto free = dialect::ray_free(on);
    EXPECT_EQ(free[0].gpu, 1700_milli);
    EXPECT_EQ(free[0].cpu, 7_cores);
    EXPECT_EQ(free[1].gpu, 0_milli);
}

} // namespace
