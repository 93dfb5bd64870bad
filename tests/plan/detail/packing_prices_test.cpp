// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/packing_prices.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/plan/detail/model_of.hpp>
#include <gpupack/plan/detail/price_proof.hpp>

#include "plan/most_placed.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

constexpr std::size_t many = 1'000'000'000;

std::int64_t bound_after(const plan::detail::packing_model& model, std::size_t operations) {
    return plan::detail::price_proof{model}.bound(plan::detail::price_search{model}.find(operations));
}

} // namespace

// Two tasks a node by compute, one by CPU: without prices the bound is that of compute.
TEST(price_search, finds_the_prices_of_what_binds) {
    const cluster cluster = nodes_of(5, {12_cores, 64_GiB, {2, models::t4}});
    const plan::detail::packing_model model =
        plan::detail::model_of(cluster, mix_of(std::vector<request>(50, request{.cpu = 8_cores, .gpus = 1})));
    EXPECT_EQ(bound_after(model, many), 5000);
}

TEST(price_search, gives_valid_prices_after_any_number_of_operations) {
    std::int64_t early = 0;
    std::int64_t late = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        random_stream random{seed};
        cluster cluster = small_cluster(random);
        std::vector<request> tasks(1 + random.below(6));
        for (request& each : tasks) each = small_task(random);
        const plan::detail::packing_model model = plan::detail::model_of(cluster, mix_of(tasks));
        const std::int64_t most = most_placed(cluster, tasks);
        for (const std::size_t operations : {std::size_t{0}, std::size_t{2'000}, many}) {
            const plan::detail::packing_prices prices = plan::detail::price_search{model}.find(operations);
            ASSERT_EQ(prices.task.size(), model.classes.size());
            for (const std::int64_t price : prices.task) ASSERT_GE(price, 0);
            for (const std::int64_t price : prices.cpu) ASSERT_GE(price, 0);
            for (const std::int64_t price : prices.memory) ASSERT_GE(price, 0);
            ASSERT_GE(plan::detail::price_proof{model}.bound(prices), most) << seed;
        }
        early += bound_after(model, 0);
        late += bound_after(model, many);
    }
    EXPECT_LT(late, early); // and the more of them, the tighter the bound
}
