// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/device.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(dra_device, finds_attributes_with_and_without_the_driver_as_domain) {
    dra::device one{.name = "d"};
    one.attributes = {{"other.example/root", std::string{"b"}}, {"root", std::string{"a"}}};
    EXPECT_EQ(find_attribute(one, "gpu.example", "gpu.example/root"), &one.attributes[1].second);
    EXPECT_EQ(find_attribute(one, "gpu.example", "other.example/root"), &one.attributes[0].second);
    EXPECT_EQ(find_attribute(one, "nic.example", "gpu.example/root"), nullptr);
    EXPECT_EQ(find_attribute(one, "gpu.example", "gpu.example/lane"), nullptr);
}
