// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/allocated_devices.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(dra_allocated_devices, adds_shares_up_and_takes_them_away) {
    const dra::quantity two = dra::quantity::whole(2);
    dra::claim_allocation share{.devices = {{.request = "r",
                                             .driver = "d",
                                             .pool = "p",
                                             .device = "x",
                                             .shared = true,
                                             .consumed = {{"memory", two}}}}};
    dra::allocated_devices devices;
    devices.add(share);
    devices.add(share);
    ASSERT_NE(devices.find("d", "p", "x"), nullptr);
    EXPECT_EQ(devices.find("d", "p", "x")->shares, 2);
    EXPECT_EQ(devices.find("d", "p", "x")->consumed[0].second, dra::quantity::whole(4));
    devices.remove(share);
    devices.remove(share);
    EXPECT_EQ(devices.find("d", "p", "x"), nullptr);
    EXPECT_EQ(devices.size(), 0U);
}

TEST(dra_allocated_devices, leaves_admin_access_out) {
    dra::allocated_devices devices;
    devices.add({.devices = {{.driver = "d", .pool = "p", .device = "x", .admin_access = true}}});
    EXPECT_EQ(devices.find("d", "p", "x"), nullptr);
}
