// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/fall_blocks.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/request/task_mix.hpp>

#include "gpu/alike_nodes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// Tasks for a GPU each that ask for so many different amounts of CPU.
task_mix mix_of_cpus(std::int64_t count, std::int64_t step) {
    task_mix mix;
    for (std::int64_t i = 0; i < count; ++i) mix.add({.cpu = milli_cpu{i * step}, .gpus = 1}, 1);
    return mix;
}

} // namespace

TEST(fall_blocks, tell_the_level_of_all_cpu) {
    random_history history{1};
    const cluster cluster = cluster_of_alike_gpus(history);
    for (const std::int64_t step : {1, 250, 7'001, 8'000'000}) {
        const policy::fragmentation_table table{mix_of_cpus(150, step)};
        const gpu::detail::fall_blocks blocks{cluster.types(), table.view(), {{.gpus = 1}}};
        ASSERT_TRUE(blocks.decide());
        const auto view = blocks.view([](const auto& entries) { return entries.data(); });
        ASSERT_TRUE(view.is_narrow);
        const gpu::detail::fall_sums<gpu::detail::most_narrow_classes, std::int32_t> sums{
            reinterpret_cast<const unsigned char*>(view.blocks)};
        random_stream random{2};
        for (std::int64_t i = 0; i < 2'000; ++i) {
            const std::int64_t near = step * static_cast<std::int64_t>(random.below(160));
            const auto cpu =
                static_cast<std::int32_t>(near + static_cast<std::int64_t>(random.below(3)) - (near > 0 ? 1 : 0));
            ASSERT_EQ(sums.level_of(cpu), table.view().cpu_level(milli_cpu{cpu})) << cpu;
        }
    }
}

TEST(fall_blocks, leave_what_has_no_room_to_others) {
    random_history history{1};
    const cluster cluster = cluster_of_alike_gpus(history);
    const auto decide = [&](const task_mix& mix, const std::vector<request>& requests) {
        return gpu::detail::fall_blocks{cluster.types(), policy::fragmentation_table{mix}.view(), requests}.decide();
    };
    EXPECT_TRUE(decide(mix_of_cpus(150, 1), {{.gpus = 1}}));
    EXPECT_FALSE(decide(mix_of_cpus(255, 1), {{.gpus = 1}}));
    EXPECT_FALSE(decide(mix_of_cpus(9, 1), {{.gpus = 1}, {.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}}));
    task_mix by_memory;
    by_memory.add({.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}, 1);
    EXPECT_FALSE(decide(by_memory, {{.gpus = 1}}));
    task_mix classes;
    for (std::int64_t i = 1; i <= 33; ++i)
        classes.add({.gpus = 1, .share = slice{.memory = {}, .compute = milli_gpu{i}}}, 1);
    EXPECT_FALSE(decide(classes, {{.gpus = 1}}));
}
