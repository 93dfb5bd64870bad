// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_setup.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::string error_of(const gpu_model& model, const gpu_setup& setup) {
    const auto built = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, model, setup}}).build();
    return built ? "" : built.error().message();
}

gpu_capacity capacity_of(const gpu_model& model, const gpu_setup& setup) {
    return cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, model, setup}}).build().value()[node_id{0}].capacity(1);
}

} // namespace

TEST(gpu_setup, takes_the_reserve_off_before_it_promises_more) { // reserve and factor are explicit: KAI 2212
    const gpu_model model{"M", 10000_MiB};
    EXPECT_EQ(capacity_of(model, {.memory_percent = 150, .reserve = 1001_MiB}).memory, 13498); // 8999 * 1.5
    EXPECT_EQ(capacity_of(model, {.compute_percent = 250}).compute, 2500);
    EXPECT_EQ(capacity_of(model, {.max_sharers = 3}).max_sharers, 3);
}

TEST(gpu_setup, must_be_one_that_the_model_can_have) {
    using models::a100_40gb, models::t4;
    EXPECT_EQ(error_of(t4, {.max_sharers = 0}), "GPU max_sharers: \"0\": expected from 1 to 65535");
    EXPECT_EQ(error_of(t4, {.memory_percent = 99}), "GPU memory_percent: \"99\": expected from 100 to 3200");
    EXPECT_EQ(error_of(t4, {.compute_percent = 3201}), "GPU compute_percent: \"3201\": expected from 100 to 3200");
    EXPECT_EQ(error_of(t4, {.reserve = 1_GiB * 100}),
              "GPU reserve: \"102400\": expected from 0 MiB to the GPU's memory");
    EXPECT_EQ(error_of(t4, {.only = sharing::mig}),
              "GPU setup: \"T4\": expected a model with profiles for the only way in which it may be shared");
    EXPECT_EQ(error_of(t4, {.vgpu_sizes = vgpu::sizes::mixed}),
              "GPU setup: \"T4\": expected a model with placement ids for mixed vGPU sizes");
    EXPECT_EQ(error_of(a100_40gb, {.instances = {{"3g.40gb", 0}}}),
              "MIG instance: \"3g.40gb at 0\": expected a profile of the GPU's model");
    EXPECT_EQ(error_of(a100_40gb, {.instances = {{"3g.20gb", 2}}}),
              "MIG instance: \"3g.20gb at 2\": expected a legal start of the profile");
    EXPECT_EQ(error_of(a100_40gb, {.instances = {{"3g.20gb", 4}, {"1g.5gb", 5}}}),
              "MIG instance: \"1g.5gb at 5\": expected a place that no other one takes");
    EXPECT_EQ(error_of(a100_40gb, {.only = sharing::slices, .instances = {{"3g.20gb", 4}}}),
              "GPU setup: \"A100-40GB\": expected MIG as the only way, where MIG instances stand");
}
