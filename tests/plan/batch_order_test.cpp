// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/batch_order.hpp>

#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

request asking(int gpus, int cores) {
    return {.cpu = milli_cpu{1000 * cores}, .memory = 1_GiB, .gpus = gpus};
}

} // namespace

TEST(batch_order, sorts_by_what_each_order_says) {
    using indices = std::vector<std::uint32_t>;
    const std::vector<request> requests = {asking(1, 1), asking(2, 1), asking(0, 9), asking(2, 10), asking(1, 1)};
    cluster_builder builder;
    builder.add_nodes(2, {16_cores, 64_GiB, {4, models::t4}});
    const cluster cluster = std::move(builder).build().value();
    EXPECT_EQ(plan::indices_in(plan::batch_order::as_given, cluster, requests), (indices{0, 1, 2, 3, 4}));
    EXPECT_EQ(plan::indices_in(plan::batch_order::largest, cluster, requests), (indices{3, 1, 0, 4, 2}));
    EXPECT_EQ(plan::indices_in(plan::batch_order::densest, cluster, requests), (indices{1, 0, 4, 3, 2}));
    // Of 32 cores and 8 GPUs: 9 cores are a larger part than 2 GPUs.
    EXPECT_EQ(plan::indices_in(plan::batch_order::dominant, cluster, requests), (indices{3, 2, 1, 0, 4}));
    EXPECT_EQ(plan::indices_in(plan::batch_order::smallest, cluster, requests), (indices{0, 4, 1, 2, 3}));
}

TEST(batch_order, has_a_name_for_every_order) {
    std::set<std::string_view> names;
    for (const plan::batch_order order : plan::batch_orders) names.insert(plan::name_of(order));
    EXPECT_EQ(names.size(), plan::batch_orders.size());
}
