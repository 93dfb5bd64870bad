#include <gpupack/state/node_state.hpp>

#include <gtest/gtest.h>

TEST(node_state, is_equal_only_where_cpu_and_memory_are) {
    const gpupack::node_state state{1000, 2048};
    EXPECT_TRUE(state == (gpupack::node_state{1000, 2048}));
    EXPECT_FALSE(state == (gpupack::node_state{999, 2048}));
    EXPECT_FALSE(state == (gpupack::node_state{1000, 2047}));
    static_assert(sizeof(gpupack::node_state) == 8);
}
