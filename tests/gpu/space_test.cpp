// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/space.hpp>

#include <gpupack/gpu/host_space.hpp>

#include <gtest/gtest.h>

#include <cstdint>

using namespace gpupack;

namespace {

/// A space that cannot run the jobs of batches.
class without_grids : public gpu::host_space {
    using gpu::host_space::run_in_grid; // private
};

struct counts_blocks {
    std::uint32_t* blocks;

    template <class Team> void operator()(const Team&) const { ++*blocks; }
    template <class Team> void operator()(const Team&, std::uint32_t) const { ++*blocks; }
};

} // namespace

// What batches and replays call is a part of the concept, not an error deep inside.
static_assert(gpu::space<gpu::host_space>);
static_assert(!gpu::space<without_grids>);

TEST(space, runs_a_job_in_as_many_blocks_as_are_asked_for) {
    std::uint32_t blocks = 0;
    gpu::host_space space;
    space.run_in_block(counts_blocks{&blocks});
    EXPECT_EQ(blocks, 1U);
    space.run_in_blocks(5, counts_blocks{&blocks});
    EXPECT_EQ(blocks, 6U);
}
