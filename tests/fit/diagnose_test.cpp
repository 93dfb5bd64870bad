// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;
using fit::reason;

TEST(diagnose, is_none_exactly_where_the_request_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n)
            RC_ASSERT((fit::diagnose(on[node_id{n}], request).why == reason::none) ==
                      fit::fits(on[node_id{n}], request));
    });
}

TEST(diagnose, names_the_first_reason_in_its_order) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {3, models::t4}}).build().value();
    const auto why = [&](const request& request) { return fit::diagnose(on[node_id{0}], request).why; };
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

TEST(diagnose, lacks_nothing_exactly_where_the_request_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            const fit::diagnosis found = fit::diagnose(node, request);
            const bool never = found.why == reason::closed || found.why == reason::model ||
                               found.why == reason::gpu_count || found.why == reason::unshareable ||
                               found.why == reason::selector || found.why == reason::profiles ||
                               found.why == reason::closed_gpus;
            RC_ASSERT(found.could_serve == !never);
            RC_ASSERT(found.lack.node == node.id());
            if (never) continue;
            RC_ASSERT(found.fitting == fit::fitting_gpus(node, request));
            RC_ASSERT((fit::distance(found.lack, request) == 0) == (found.why == reason::none));
        }
    });
}

TEST(diagnose, measures_on_the_gpus_that_are_nearest) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {3, models::t4}}).build().value();
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    (void)on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{0_MiB, 900_milli}});
    (void)on.take(node_id{0}, gpu_set::of(2), {.gpus = 1, .share = slice{0_MiB, 700_milli}});
    const node_view node = on[node_id{0}];
    const auto lack = [&](int gpus, milli_gpu compute) {
        return fit::diagnose(node, {.cpu = 10_cores, .gpus = gpus, .share = slice{0_MiB, compute}}).lack;
    };
    EXPECT_EQ(lack(1, 400_milli).compute, 100_milli); // GPU 2 has 300
    EXPECT_EQ(lack(2, 400_milli).compute, 300_milli); // and then GPU 1, which has 100
    EXPECT_EQ(lack(3, 400_milli).gpus, 1);            // GPU 0 is not open to slices
    EXPECT_EQ(lack(1, 400_milli).cpu, 2_cores);
    EXPECT_EQ(fit::diagnose(node, {.gpus = 2}).lack.gpus, 2);
}
