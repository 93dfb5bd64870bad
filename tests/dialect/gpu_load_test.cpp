// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/gpu_load.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(gpu_load, never_exceeds_the_gpu_where_the_request_fits) {
    for_random_candidates([](const candidate& chosen, const request& request) {
        for_each_gpu(chosen.gpus, [&](int i) {
            const dialect::gpu_load load = dialect::load_of(chosen.node, i, request);
            RC_ASSERT((load.used >= 0 && load.request >= 0));
            if (!in_profiles(request.share.way())) RC_ASSERT(load.used + load.request <= load.capacity);
        });
    });
}

TEST(gpu_load, counts_memory_where_memory_is_asked_for) { // peers: MiB or percent, each of its own GPU
    const cluster on = cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {1, models::t4}}).build().value();
    const auto request = [&](const share& part) {
        return dialect::load_of(on[node_id{0}], 0, {.gpus = 1, .share = part}).request;
    };
    const policy::score memory = on[node_id{0}].capacity(0).memory;
    EXPECT_EQ(request(slice{1000_MiB, 500_milli}), 1000);
    EXPECT_EQ(request(slice{{}, 500_milli}), 500);
    EXPECT_EQ(request(slice{.memory_percent = 33}), memory * 33 / 100);
    EXPECT_EQ(request(exclusive{}), memory);
}
