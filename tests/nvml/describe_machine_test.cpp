// SPDX-License-Identifier: Apache-2.0
#include <gpupack/nvml/describe_machine.hpp>

#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

using namespace gpupack;

namespace {

/// What the fake library tells in one of its modes.
auto described(const char* mode) {
    (void)setenv("FAKE_NVML", mode, 1);
    return nvml::describe_machine(GPUPACK_FAKE_NVML);
}

} // namespace

TEST(describe_machine, tells_gpus_and_the_links_between_them) {
    const auto told = described("dgx1");
    ASSERT_TRUE(told) << told.error().message();
    ASSERT_EQ(told->gpus.size(), 4U);
    EXPECT_EQ(told->gpus[2].uuid, "GPU-2");
    EXPECT_EQ(told->gpus[2].bus_id, "00000000:1C:00.0");
    EXPECT_EQ(told->gpus[2].memory, mebibytes{32510});
    EXPECT_EQ(told->topology.numa, (std::vector<int>{0, 0, 2, 2}));
    EXPECT_FALSE(told->topology.switched);
    const node_topology dgx = *machines::dgx_1_v100().topology;
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 4; ++b) {
            if (a == b) continue;
            EXPECT_EQ(told->topology.links[a][b], dgx.links[a][b]) << a << b;
        }
}

TEST(describe_machine, counts_links_to_switches_for_every_partner) {
    const auto told = described("switched");
    ASSERT_TRUE(told) << told.error().message();
    EXPECT_TRUE(told->topology.switched);
    EXPECT_EQ(told->topology.links[0][3].nvlinks, 18);
    EXPECT_EQ(told->topology.links[0][3].pcie, pcie_path::host_bridge);
}

TEST(describe_machine, says_which_call_fails_and_shuts_down) {
    const auto broken = described("broken");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().field + ": " + broken.error().value, "nvmlDeviceGetName of GPU1: GPU is lost");
    const auto down = described("down");
    ASSERT_FALSE(down);
    EXPECT_EQ(down.error().field + ": " + down.error().value, "nvmlInit_v2: Driver Not Loaded");
    void* const library = dlopen(GPUPACK_FAKE_NVML, RTLD_NOW);
    ASSERT_NE(library, nullptr);
    const auto running = reinterpret_cast<int (*)()>(dlsym(library, "fake_nvml_running"));
    (void)described("dgx1");
    (void)described("broken");
    EXPECT_EQ(running(), 0);
    dlclose(library);
}

TEST(describe_machine, says_plainly_when_there_is_no_nvml) {
    const auto none = nvml::describe_machine("libno-such-nvml.so");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message(),
              "libno-such-nvml.so: NVML: \"\": expected a machine with NVIDIA's driver: the library is not here");
    const auto other = nvml::describe_machine("libm.so.6");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().value, "nvmlInit_v2");
    // On this machine: either it is described, or it has no driver.
    const auto here = nvml::describe_machine();
    EXPECT_TRUE(here ? here->topology.gpus() == static_cast<int>(here->gpus.size()) : !here.error().expected.empty());
}
