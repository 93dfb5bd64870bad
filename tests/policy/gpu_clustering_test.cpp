// SPDX-License-Identifier: Apache-2.0
// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/gpu_clustering.hpp>

#include "support/random_choices.hpp"
#include "support/score_of_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::gpu_clustering>);

TEST(gpu_clustering, has_a_band_for_each_mix_of_affinities) {
    cluster on = cluster_builder{}.add_nodes(1, {96_cores, 512_GiB, {8, models::t4}}).build().value();
    const auto told = [&](int gpus, int milli) {
        return policy::gpu_clustering{}(on[node_id{0}], asking(0, gpus, milli));
    };
    EXPECT_EQ(told(0, 1000), 0);
    EXPECT_EQ(told(1, 500), 25); // an idle node of eight
    (void)on.take(node_id{0}, gpu_set::of(0), asking(0, 1, 200));
    EXPECT_EQ(told(1, 500), 75); // 25 * 200 / 8000 is nothing yet
    EXPECT_EQ(told(1, 1000), 0);
    (void)on.take(node_id{0}, gpu_set::from_bits(0b0110), asking(0, 2, 1000));
    EXPECT_EQ(told(1, 500), 50 + 6); // 2200 in use
    EXPECT_EQ(told(2, 1000), 50 + 6);
    EXPECT_EQ(told(1, 1000), 6);
}
