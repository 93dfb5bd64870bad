// SPDX-License-Identifier: Apache-2.0
// Runs the tests that need a GPU; where there is none, says so and is skipped.
#include <gpupack/gpu/device.cuh>

#include <gtest/gtest.h>

#include <cstdio>

int main(int count, char** arguments) {
    testing::InitGoogleTest(&count, arguments);
    constexpr int skipped = 77; // SKIP_RETURN_CODE
    const auto device = gpupack::gpu::find_device();
    if (!device) {
        std::printf("skipped: %s\n", device.error().message().c_str());
        return skipped;
    }
    std::printf("on %s, compute capability %d.%d\n", device->name.c_str(), device->capability / 10,
                device->capability % 10);
    return RUN_ALL_TESTS();
}
