// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/node_trial.hpp>

#include <gpupack/fit/candidate.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

bool looks_like(const node_view& a, const node_view& b) {
    for (int i = 0; i < a.gpu_count(); ++i)
        if (!(a.gpu(i) == b.gpu(i))) return false;
    return a.cpu_free() == b.cpu_free() && a.memory_free() == b.memory_free() && a.idle_gpus() == b.idle_gpus() &&
           a.compute_free() == b.compute_free() && a.closed() == b.closed() && a.slice_memory() == b.slice_memory() &&
           a.open_profiles() == b.open_profiles();
}

} // namespace

// Beside a cluster that takes the same for real, and against the cluster itself once all is taken back.
TEST(node_trial, looks_as_the_cluster_would) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        cluster real = on;
        plan::node_trial trial{on};
        std::vector<placement> taken;
        for (int event = 0; event < 30; ++event) {
            if (!taken.empty() && history.below(3) == 0) {
                real.give_back(taken.back());
                taken.pop_back();
                trial.undo();
            } else {
                const request request = history.any_request(on);
                const node_id id{static_cast<std::uint32_t>(history.below(on.size()))};
                if (!fit::fits(real[id], request)) continue;
                const gpu_set gpus = fit::lowest_gpus(real[id], request);
                const slot_list slots = fit::lowest_slots(real[id], gpus, request.share);
                taken.push_back(real.take(id, gpus, request, slots));
                trial.take(id, request, gpus, slots);
            }
            RC_ASSERT(trial.taken() == taken.size());
            for (std::uint32_t n = 0; n < on.size(); ++n) {
                RC_ASSERT(looks_like(trial[node_id{n}], real[node_id{n}]));
            }
        }
    });
}

TEST(node_trial_death, takes_back_only_what_was_taken) {
    const cluster on = random_history{1}.any_cluster();
    plan::node_trial trial{on};
    EXPECT_DEATH(trial.undo(), "a placement to take back");
}
