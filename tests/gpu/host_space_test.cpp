// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/host_space.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

using namespace gpupack;

namespace {

struct square {
    std::uint32_t* to;
    void operator()(std::uint32_t index) const noexcept { to[index] = index * index; }
};

} // namespace

TEST(host_space, runs_a_body_for_each_index) {
    gpu::host_space in;
    auto squares = in.allocate<std::uint32_t>(5);
    in.run(5, square{squares.data()});
    std::vector<std::uint32_t> read(5);
    in.read(squares, read.data(), read.size());
    EXPECT_EQ(read, (std::vector<std::uint32_t>{0, 1, 4, 9, 16}));
    EXPECT_FALSE(in.take_problem());
}

TEST(host_space, allocates_garbage) {
    const auto numbers = gpu::host_space{}.allocate<std::uint32_t>(3);
    EXPECT_EQ(numbers, (std::vector<std::uint32_t>(3, 0xA5A5A5A5U)));
}

TEST(host_space, keeps_what_it_stores) {
    gpu::host_space in;
    char text[] = "a table";
    const void* const at = in.store(text, sizeof text);
    std::memset(text, 0, sizeof text);
    for (int i = 0; i < 100; ++i) (void)in.store(text, 1);
    EXPECT_STREQ(static_cast<const char*>(at), "a table");
}
