// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/price_proof.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>

#include "plan/most_placed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

// The proof does not ask where prices come from: any that are not below 0 prove a bound.
TEST(price_proof, bounds_what_brute_force_places_at_any_prices) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        random_stream random{seed};
        cluster cluster = small_cluster(random);
        std::vector<request> tasks(1 + random.below(5));
        for (request& each : tasks) each = small_task(random);
        const plan::detail::packing_model model = plan::detail::model_of(cluster, mix_of(tasks));
        const std::int64_t most = most_placed(cluster, tasks);
        plan::detail::price_proof proof{model};
        for (int draw = 0; draw < 8; ++draw) {
            const auto any = [&](std::int64_t most_price) {
                return random.below(3) == 0
                    ? 0
                    : static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most_price) + 1));
            };
            plan::detail::packing_prices prices;
            for (const auto& each : model.classes)
                prices.task.push_back(any(each.value() * plan::detail::price_scale));
            for (std::size_t t = 0; t < model.types.size(); ++t) {
                prices.cpu.push_back(any(plan::detail::price_scale / 2));
                prices.memory.push_back(any(2 * plan::detail::price_scale));
            }
            ASSERT_GE(proof.bound(prices), most) << seed;
        }
    }
}
