// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/why_not.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;
using fit::reason;

TEST(why_not, is_none_exactly_where_the_request_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n)
            RC_ASSERT((fit::why_not(on[node_id{n}], request) == reason::none) == fit::fits(on[node_id{n}], request));
    });
}

TEST(why_not, names_the_first_reason_in_its_order) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {3, models::t4}}).build().value();
    const auto why = [&](const request& request) { return fit::why_not(on[node_id{0}], request); };
    const auto part = [](mebibytes memory, milli_gpu compute) {
        return request{.gpus = 2, .share = slice{memory, compute}};
    };
    EXPECT_EQ(why({.gpus = 1, .models = model_set::of(model_id{5})}), reason::model);
    EXPECT_EQ(why({.cpu = 99_cores, .gpus = 4}), reason::gpu_count);
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    (void)on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{10_GiB, 600_milli}});
    EXPECT_EQ(why({.gpus = 2}), reason::idle_gpus);
    EXPECT_EQ(why(part(0_MiB, 500_milli)), reason::gpu_compute);
    EXPECT_EQ(why(part(6_GiB, 300_milli)), reason::gpu_memory);
    EXPECT_EQ(why({.cpu = 9_cores, .memory = 9_GiB, .gpus = 1}), reason::cpu);
    EXPECT_EQ(why({.memory = 9_GiB, .gpus = 1}), reason::memory);
    EXPECT_EQ(why(part(1_GiB, 300_milli)), reason::none);
}
