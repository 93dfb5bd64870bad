// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/instance_cost.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/mig_scarcity.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::instance_cost_scorer>);

namespace {

/// What the whole cluster has of each profile, at its price: counted slot by slot.
policy::score worth(const cluster& on, const policy::instance_cost_scorer& scorer) {
    policy::score sum = 0;
    for (std::uint32_t n = 0; n < on.size(); ++n)
        for (int i = 0; i < on[node_id{n}].gpu_count(); ++i) {
            const gpu_state& gpu = on[node_id{n}].gpu(i);
            const gpu_capacity& of = on[node_id{n}].capacity(i);
            if (of.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig)) continue;
            for (int slot = 0; slot < of.mig->slot_count; ++slot)
                if (of.mig->is_free(slot, gpu.sharers() == 0 ? 0 : gpu.occupied()))
                    sum += scorer.prices[of.mig_number][of.mig->slots[slot].profile];
        }
    for (int w = 0; w < scorer.whole_count; ++w)
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            int idle = 0;
            for (int i = 0; i < on[node_id{n}].gpu_count(); ++i)
                idle +=
                    is_free_whole(on[node_id{n}].gpu(i)) && scorer.whole[w].models.contains(on[node_id{n}].gpu_model(i))
                        ? 1
                        : 0;
            sum += scorer.whole[w].price * (idle / scorer.whole[w].gpus);
        }
    return sum;
}

} // namespace

TEST(instance_cost, is_the_worth_of_the_places_that_a_placement_takes_away) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        policy::mig_scarcity policy{history.any_mix(on)};
        policy.unit = 0;
        const auto scorer = policy.prepare({on, request, 0});
        for (std::uint32_t n = 0; n < on.size(); ++n)
            fit::for_each_candidate(on[node_id{n}], request, [&](const candidate& chosen) {
                cluster after = on;
                (void)after.take(node_id{n}, chosen.gpus, request, chosen.slots);
                RC_ASSERT(scorer(chosen, request) == worth(after, scorer) - worth(on, scorer));
            });
    });
}

TEST(instance_cost, counts_free_units_where_there_is_no_mig) {
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    policy::instance_cost_scorer scorer;
    scorer.per_unit = 10;
    EXPECT_EQ(scorer(candidate{on[node_id{0}], gpu_set::first(2), {}}, {.gpus = 2}), -160);
}
