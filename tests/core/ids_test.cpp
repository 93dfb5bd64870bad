// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/ids.hpp>

#include <gtest/gtest.h>
#include <type_traits>

using namespace gpupack;

TEST(ids, order_by_number_and_do_not_convert) {
    EXPECT_TRUE(node_id{1} < node_id{2});
    EXPECT_FALSE(node_id{2} < node_id{2});
    EXPECT_EQ(node_id{}.number(), 0U);
    static_assert(!std::is_convertible_v<std::uint32_t, node_id> && !std::is_convertible_v<model_id, node_id>);
}
