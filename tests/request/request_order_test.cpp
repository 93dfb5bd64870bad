// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/request_order.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/request/hash.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <compare>
#include <vector>

using namespace gpupack;

TEST(request_order, is_total_and_agrees_with_equality_and_hashes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster nodes = history.any_cluster();
        std::vector<request> all;
        for (int i = 0; i < 12; ++i) all.push_back(history.any_request(nodes));
        all.push_back(all.front());
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = 0; j < all.size(); ++j) {
                const auto order = all[i] <=> all[j];
                RC_ASSERT(std::is_eq(order) == (all[i] == all[j]));
                RC_ASSERT((std::is_eq(order) || std::is_lt(order) == (i < j))); // so that it is transitive
                if (all[i].share == all[j].share)
                    RC_ASSERT(std::hash<share>{}(all[i].share) == std::hash<share>{}(all[j].share));
                RC_ASSERT(std::is_eq(all[i].share <=> all[j].share) == (all[i].share == all[j].share));
            }
    });
}

TEST(request_order, sees_every_member) {
    const request plain{.gpus = 1, .share = slice{.memory = 1_GiB}};
    const auto differs = [&](auto&& change) {
        request other = plain;
        change(other);
        return std::is_neq(plain <=> other) && std::is_lt(plain <=> other) != std::is_lt(other <=> plain);
    };
    EXPECT_TRUE(differs([](request& each) { each.cpu = 1_cores; }));
    EXPECT_TRUE(differs([](request& each) { each.memory = 1_MiB; }));
    EXPECT_TRUE(differs([](request& each) { each.gpus = 2; }));
    EXPECT_TRUE(differs([](request& each) { each.models = model_set::first(1); }));
    EXPECT_TRUE(differs([](request& each) { each.labels.none_of.insert(3); }));
    EXPECT_TRUE(differs([](request& each) { each.ids = gpu_choice{true}; }));
    EXPECT_TRUE(differs([](request& each) { each.numa = numa_alignment::single; }));
    EXPECT_TRUE(differs([](request& each) { each.share = slice{.memory = 1_GiB, .compute = 1_milli}; }));
    EXPECT_TRUE(differs([](request& each) { each.share = slice{.memory_percent = 1}; }));
    EXPECT_TRUE(differs([](request& each) { each.share = each.share.with({.unshared = true}); }));
    EXPECT_TRUE(differs([](request& each) { each.share = split_slice{2_GiB, {}, 1_GiB}; }));
}
