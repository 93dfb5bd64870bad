// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/type_origins.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <memory>

using namespace gpupack;

TEST(type_origins, finds_a_specification_until_another_takes_its_place) {
    const node_spec one{.cpu = 8_cores, .gpus = {1, models::t4}};
    const node_spec other{.cpu = 8_cores, .gpus = {1, models::t4, {.max_sharers = 3}}};
    type_origins origins;
    origins.enter(0, std::make_shared<const node_spec>(one));
    EXPECT_EQ(origins.find(one), 0U);
    EXPECT_FALSE(origins.find(other));
    origins.enter(2, std::make_shared<const node_spec>(other));
    EXPECT_EQ(origins.find(other), 2U);
    EXPECT_EQ(*origins.spec(0), one);
    origins.enter(0, std::make_shared<const node_spec>(other));
    EXPECT_FALSE(origins.find(one));
}
