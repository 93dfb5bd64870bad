// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/resource_slice.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(dra_resource_slice, tells_compatibility_groups) {
    dra::resource_slice slice{.name = "s"};
    slice.devices.push_back({.name = "d", .consumes = {{.set = "c"}}});
    EXPECT_FALSE(slice.grouped());
    slice.devices[0].consumes[0].grouped = true;
    EXPECT_TRUE(slice.grouped());
}
