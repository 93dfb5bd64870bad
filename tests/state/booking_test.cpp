// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/booking.hpp>

#include <gpupack/fit/candidate.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(booking, takes_what_a_cluster_takes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_id id{n};
            if (!fit::fits(on[id], request)) continue;
            const gpu_set gpus = fit::lowest_gpus(on[id], request);
            const slot_list slots = fit::lowest_slots(on[id], gpus, request.share);
            node_state state = on.row(id).state;
            std::vector<gpu_state> states;
            for (int i = 0; i < on[id].gpu_count(); ++i) states.push_back(on[id].gpu(i));
            (void)book(state, states.data(), on[id].type(), request, gpus, slots);
            sum_up_gpus(state, states.data(), on[id].type().gpus, on[id].gpu_count());
            (void)on.take(id, gpus, request, slots);
            RC_ASSERT(state == on.row(id).state);
            for (int i = 0; i < on[id].gpu_count(); ++i)
                RC_ASSERT(states[static_cast<std::size_t>(i)] == on[id].gpu(i));
        }
    });
}
