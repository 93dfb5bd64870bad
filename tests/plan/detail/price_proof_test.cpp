// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/price_proof.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/plan/detail/model_of.hpp>
#include <gpupack/plan/detail/packing_prices.hpp>

#include "plan/most_placed.hpp"
#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// Any prices for a model, many of them 0.
plan::detail::packing_prices any_prices(const plan::detail::packing_model& model, random_stream& random) {
    const auto any = [&](std::int64_t most_price) {
        constexpr std::int64_t steps = 1 << 16;
        return random.below(3) == 0 ? 0 : most_price / steps * static_cast<std::int64_t>(random.below(steps + 1));
    };
    plan::detail::packing_prices prices;
    for (const auto& each : model.classes) prices.task.push_back(any(each.value));
    for (std::size_t t = 0; t < model.types.size(); ++t) {
        prices.cpu.push_back(any(model.scale / 2));
        prices.memory.push_back(any(2 * model.scale));
    }
    return prices;
}

/// Checks that any prices prove a bound of what is most.
void expect_bounds(const plan::detail::packing_model& model, std::int64_t most, random_stream& random) {
    plan::detail::price_proof proof{model};
    for (int draw = 0; draw < 8; ++draw) RC_ASSERT(proof.bound(any_prices(model, random)) >= most);
}

} // namespace

// The proof does not ask where prices come from: any that are not below 0 prove a bound.
TEST(price_proof, bounds_what_brute_force_places_at_any_prices) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        cluster cluster = small_cluster(random);
        std::vector<request> tasks(1 + random.below(5));
        for (request& each : tasks) each = small_task(random);
        expect_bounds(plan::detail::model_of(cluster, mix_of(tasks)), most_placed(cluster, tasks), random);
    });
}

TEST(price_proof, bounds_the_best_of_all_ways_to_share_at_any_prices) {
    for_all([](std::uint64_t seed) {
        small_sharing drawn = small_sharing::from(seed);
        random_stream random{seed};
        const task_mix mix = mix_of(drawn.tasks);
        expect_bounds(plan::detail::model_of(drawn.nodes, mix), most_placed(drawn.nodes, drawn.tasks), random);
        expect_bounds(plan::detail::model_of(drawn.nodes, mix, drawn.of_mix),
                      most_by_size(drawn.nodes, drawn.tasks, drawn.sizes), random);
    });
}
