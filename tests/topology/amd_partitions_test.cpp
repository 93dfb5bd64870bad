// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/amd_partitions.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(amd_partitions, stand_on_a_gpu_in_their_mode) {
    const auto partitions = amd_partitions(models::mi300x, "cpx_nps4");
    ASSERT_TRUE(partitions.has_value());
    EXPECT_EQ(partitions->size(), 8U);
    EXPECT_EQ((*partitions)[7], (mig::gpu_instance{"cpx_nps4", 7}));
    EXPECT_EQ(amd_partitions(models::mi300x, "dpx_nps1").value().size(), 2U);
    EXPECT_EQ(amd_partitions(models::mi300a, "tpx_nps1").value().size(), 3U);
    for (const gpu_model& model : {models::mi300a, models::mi300x, models::mi325x, models::mi350x, models::mi355x})
        for (int p = 0; p < model.mig.count; ++p) {
            gpu_setup setup;
            setup.instances = amd_partitions(model, model.mig.profiles[p].name.view()).value();
            cluster_builder builder;
            builder.add_node("n", {64_cores, 512_GiB, {1, model, setup}});
            EXPECT_TRUE(std::move(builder).build().has_value())
                << model.model.view() << " " << model.mig.profiles[p].name.view();
            EXPECT_EQ(setup.instances.size(), static_cast<std::size_t>(model.mig.profiles[p].max_instances));
        }
}

TEST(amd_partitions, name_the_modes_there_are) {
    EXPECT_EQ(amd_partitions(models::mi300a, "cpx_nps4").error().message(),
              "partition mode: \"cpx_nps4\": expected one of cpx_nps1, tpx_nps1, spx_nps1");
    EXPECT_EQ(amd_partitions(models::h200, "cpx_nps1").error().message(),
              "partition mode: \"cpx_nps1\": expected a GPU with partition modes, not H200");
}
