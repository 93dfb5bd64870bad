// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/split.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/request/checked_request.hpp>

#include "support/for_all.hpp"
#include "support/one_gpu.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

/// A cluster of one node with four GPUs of 40 GB on which so many GiB are in use.
cluster used(const std::vector<int>& gibi) {
    cluster on = a100s(4);
    for (std::size_t i = 0; i < gibi.size(); ++i)
        if (gibi[i] > 0)
            (void)on.take(node_id{0}, gpu_set::of(static_cast<int>(i)),
                          {.gpus = 1, .share = slice{mebibytes{gibi[i] * 1024}}});
    return on;
}

} // namespace

TEST(split, fills_the_fullest_and_leaves_the_rest_to_the_emptiest) { // 10 GiB here, 30 GiB there
    scheduler by{used({30, 0, 40, 40}), policy::first_fit{}};
    const auto placed = by.place({.gpus = 2, .share = split_slice{40_GiB}});
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->gpus, gpu_set::first(2));
    const cluster& on = by.cluster();
    EXPECT_EQ(on.memory_on(*placed, 0).count(), on[node_id{0}].gpu_memory(0).count() - 30 * 1024);
    EXPECT_EQ(on.memory_on(*placed, 0) + on.memory_on(*placed, 1), 40_GiB);
    EXPECT_EQ(on[node_id{0}].gpu(0).memory_free, 0);
}

TEST(split, gives_each_gpu_the_least_that_was_asked_for) {
    scheduler by{a100s(2), policy::first_fit{}};
    const auto placed = by.place({.gpus = 2, .share = split_slice{30_GiB, 100_milli, 8_GiB}});
    EXPECT_EQ(by.cluster().memory_on(*placed, 0), 22_GiB);
    EXPECT_EQ(by.cluster().memory_on(*placed, 1), 8_GiB);
    EXPECT_EQ(by.cluster()[node_id{0}].compute_free(), milli_gpu{1800});
}

TEST(split, finds_gpus_that_have_it_together_and_says_what_is_missing) {
    scheduler by{used({30, 35, 20, 10}), policy::first_fit{}};
    const auto placed = by.place({.gpus = 2, .share = split_slice{45_GiB}}); // only 2 and 3 have 20 + 30
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->gpus, gpu_set::of(2) | gpu_set::of(3));
    by.release(*placed);
    const auto refused = by.place({.gpus = 2, .share = split_slice{60_GiB}});
    EXPECT_EQ(refused.error().count(fit::reason::gpu_memory), 1U);
    EXPECT_TRUE(refused.error().ever);
    EXPECT_GT(refused.error().nearest.gpu_memory, 9_GiB);
    EXPECT_LT(refused.error().nearest.gpu_memory, 11_GiB);
}

TEST(split, prefers_the_tightest_gpus_under_best_fit) {
    scheduler by{used({30, 35, 20, 10}), policy::gpu_best_fit{}};
    EXPECT_EQ(by.place({.gpus = 2, .share = split_slice{12_GiB}})->gpus, gpu_set::first(2));
    EXPECT_EQ(by.place({.gpus = 3, .share = split_slice{12_GiB}})->gpus.size(), 3);
}

TEST(split, divides_exactly_and_within_what_is_free) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto below = [&](std::uint64_t bound) { return static_cast<int>(random.below(bound)); };
        scheduler by{used({below(40), below(40), below(40), below(40)}), policy::first_fit{}};
        const cluster before = by.cluster();
        const int gpus = 1 + below(4);
        const mebibytes least{1 + below(3000)};
        const request request{.gpus = gpus, .share = split_slice{least * gpus + mebibytes{below(100'000)}, {}, least}};
        // By brute force: some set of so many GPUs has the least each, and the total together.
        bool possible = false;
        for (std::uint32_t set = 0; set < 16; ++set) {
            if (gpu_set::from_bits(set).size() != gpus) continue;
            std::int64_t free = 0;
            bool each = true;
            for_each_gpu(gpu_set::from_bits(set), [&](int i) {
                const std::int32_t here = before[node_id{0}].gpu(i).memory_free;
                free += here;
                each = each && here >= least.count();
            });
            possible = possible || (each && free >= request.share.total_memory().count());
        }
        const auto placed = by.try_place(request);
        RC_ASSERT(placed.has_value() == possible);
        if (!placed) return;
        mebibytes sum{};
        for (int nth = 0; nth < gpus; ++nth) {
            RC_ASSERT(by.cluster().memory_on(*placed, nth) >= least);
            sum += by.cluster().memory_on(*placed, nth);
        }
        RC_ASSERT(sum == request.share.total_memory());
        for (int i = 0; i < 4; ++i) RC_ASSERT(by.cluster()[node_id{0}].gpu(i).memory_free >= 0);
        by.release(*placed);
        RC_ASSERT(by.cluster().same_state(before));
    });
}

TEST(split, must_be_possible_to_ask_for) {
    const auto told = [](int gpus, split_slice part) {
        return checked({.gpus = gpus, .share = part}).error().message();
    };
    EXPECT_EQ(told(9, {40_GiB}), R"(gpus: "9": expected from 0 to 8 GPUs to split memory over)");
    EXPECT_EQ(told(2, {40_GiB, {}, 0_MiB}), R"(least slice memory: "0": expected 1 MiB or more)");
    EXPECT_EQ(told(4, {10_GiB, {}, 3_GiB}), R"(total slice memory: "10240": expected at least what each GPU gives at )"
                                            R"(least, and at most 2147483647 MiB)");
    EXPECT_TRUE(checked({.gpus = 2, .share = split_slice{40_GiB}}));
}
