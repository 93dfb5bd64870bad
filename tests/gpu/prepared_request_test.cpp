// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/prepared_request.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

using namespace gpupack;

TEST(prepared_request, knows_which_policies_a_kernel_can_run) {
    using host_only = dialect::gpuallocator_best_effort;
    static_assert(gpu::runs_on_device<policy::best_fit> && gpu::runs_on_device<policy::fgd>);
    static_assert(!gpu::runs_on_device<host_only>);
    static_assert(!gpu::runs_on_device<policy::node_then_gpus_policy<policy::best_fit, host_only>>);
    static_assert(!gpu::runs_on_device<policy::quantized_policy<host_only>>);
    static_assert(gpu::runs_on_device<policy::node_then_gpus_policy<policy::best_fit, policy::gpu_best_fit>>);
}

TEST(prepared_request, is_prepared_as_a_decision_is) {
    const cluster cluster = random_history{1}.used_cluster();
    host_space space;
    gpu::resident_cluster resident{space, cluster};
    const auto shapes =
        gpu::upload_requests(resident, cluster, policy::random{3}, {{.gpus = 1}, {.gpus = 2}}, 40).value();
    ASSERT_EQ(shapes.count, 2U);
    EXPECT_EQ(shapes.entries.data()[1].request.gpus, 2);
    EXPECT_EQ(shapes.entries.data()[1].scorer.key, policy::random{3}.scorer_at(41).key);
    EXPECT_EQ(shapes.table_bytes, 0U);
}

TEST(prepared_request, comes_with_its_tables) {
    random_history history{3};
    const cluster cluster = history.used_cluster();
    host_space space;
    gpu::resident_cluster resident{space, cluster};
    const policy::fgd fgd{history.any_mix(cluster)};
    const auto uploaded = gpu::upload_requests(resident, cluster, fgd, {{.gpus = 1}, {.gpus = 2}}).value();
    const auto& first = uploaded.entries.data()[0].scorer;
    const auto expected = fgd.prepare({cluster, {.gpus = 1}});
    EXPECT_GT(uploaded.table_bytes, 0U);
    EXPECT_NE(first.thresholds, expected.thresholds);
    EXPECT_EQ(std::memcmp(first.thresholds, expected.thresholds, 99 * sizeof(std::int64_t)), 0);
    EXPECT_EQ(first.thresholds, uploaded.entries.data()[1].scorer.thresholds); // once for both
}

TEST(prepared_request, counts_the_bytes_of_its_tables) {
    const cluster on = random_history{1}.used_cluster();
    task_mix mix;
    mix.add({.cpu = milli_cpu{1000}, .gpus = 1});
    const request request{.gpus = 1};
    const auto scorer = policy::fgd{mix}.prepare({on, request});
    // One class of 24 bytes, one amount of CPU, two counts, 99 thresholds; each rounded up to 16.
    EXPECT_EQ(gpu::detail::table_bytes(scorer), 32U + 16U + 16U + 800U);
    EXPECT_EQ(gpu::detail::table_bytes(policy::best_fit{}), 0U);
}
