// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/cluster_view.hpp>

#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

using namespace gpupack;

// The same placements taken from a cluster and from the view of its flat arrays, and given back: never a difference.
TEST(cluster_view, takes_and_gives_back_as_the_cluster_does) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        gpu::host_cluster flat{on};
        const gpu::writable_cluster_view view = flat.view();
        struct taken {
            gpupack::request request;
            placement receipt;
            split_memory pieces;
        };
        std::vector<taken> live;
        for (int step = 0; step < 40; ++step) {
            if (!live.empty() && history.below(3) == 0) {
                std::swap(live[history.below(live.size())], live.back());
                const taken& last = live.back();
                on.give_back(last.receipt);
                view.give_back(last.receipt.node, last.request, last.receipt.gpus, last.receipt.slots, last.pieces);
                live.pop_back();
            } else {
                const request request = history.any_request(on);
                const node_id node{static_cast<std::uint32_t>(history.below(on.size()))};
                RC_ASSERT(fit::fits(view[node], request) == fit::fits(on[node], request));
                if (!fit::fits(on[node], request)) continue;
                const gpu_set gpus = fit::lowest_gpus(view[node], request);
                const slot_list slots = fit::lowest_slots(view[node], gpus, request.share);
                const placement receipt = on.take(node, gpus, request, slots);
                live.push_back({request, receipt, view.take(node, request, gpus, slots)});
            }
            RC_ASSERT(flat.same_state(on));
        }
    });
}
