// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/changes_that_fit.hpp>

#include "support/fits_somewhere.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;

// Every change fits, and of an amount nothing more would.
TEST(changes_that_fit, change_as_little_as_will_do) {
    int changed = 0;
    for (std::uint64_t seed = 0; seed < 1200; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request asked_for = history.any_request(on);
        if (fits_somewhere(on, asked_for)) continue;
        for (const fit::fitting_change& change : fit::changes_that_fit(on, asked_for)) {
            ++changed;
            ASSERT_TRUE(is_valid(change.request) && fits_somewhere(on, change.request)) << seed << change.text;
            request more = change.request;
            if (more.gpus != asked_for.gpus) ++more.gpus;
            if (!(more.cpu == asked_for.cpu)) more.cpu += milli_cpu{1};
            if (!(more.memory == asked_for.memory)) more.memory += mebibytes{1};
            const bool more_fits = is_valid(more) && fits_somewhere(on, more);
            ASSERT_TRUE(more == change.request || !more_fits) << seed << change.text;
        }
    }
    EXPECT_GT(changed, 150);
}

TEST(changes_that_fit, are_said_as_a_person_would) {
    cluster on = cluster_builder{}
                     .add_nodes(1, {4_cores, 4_GiB, {2, models::t4}})
                     .add_nodes(1, {8_cores, 8_GiB, {2, models::a100_40gb}})
                     .build()
                     .value();
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    const auto texts = [&](const request& request) {
        std::vector<std::string> all;
        for (const fit::fitting_change& each : fit::changes_that_fit(on, request)) all.push_back(each.text);
        return all;
    };
    const model_set t4 = on.models().select("T4").value();
    EXPECT_EQ(texts({.cpu = 2_cores, .gpus = 2, .models = t4}),
              (std::vector<std::string>{"1 GPU instead of 2 GPUs", "model A100-40GB"}));
    EXPECT_EQ(texts({.cpu = 9_cores}), (std::vector<std::string>{"8 cores instead of 9 cores"}));
    EXPECT_EQ(
        texts({.gpus = 1, .share = slice{.memory = 15110_MiB}, .models = t4}),
        (std::vector<std::string>{"15109 MiB of GPU memory instead of 15110 MiB of GPU memory", "model A100-40GB"}));
    EXPECT_TRUE(texts({.cpu = 9_cores, .gpus = 3}).empty());
}
