// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/task_mix.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(task_mix, counts_equal_requests_together) {
    task_mix mix;
    mix.add({.cpu = 1_cores}, 2);
    mix.add({.cpu = 2_cores});
    mix.add({.cpu = 1_cores});
    EXPECT_EQ(mix.entries(), (std::vector<task_mix::entry>{{{.cpu = 1_cores}, 3}, {{.cpu = 2_cores}, 1}}));
    EXPECT_EQ(mix.total(), 4);
}

TEST(task_mix, typical_is_the_shortest_head_of_the_most_frequent_that_suffices) {
    for_all([](const std::vector<std::uint8_t>& counts) {
        task_mix mix;
        for (std::size_t i = 0; i < counts.size(); ++i)
            mix.add({.cpu = milli_cpu{static_cast<std::int64_t>(i)}}, counts[i] + 1);
        const int percent = *rc::gen::inRange(0, 101);
        const task_mix head = mix.typical(percent);
        RC_ASSERT(100 * head.total() >= percent * mix.total());
        for (std::size_t i = 1; i < head.entries().size(); ++i)
            RC_ASSERT(head.entries()[i].count <= head.entries()[i - 1].count);
        if (!head.empty()) RC_ASSERT(100 * (head.total() - head.entries().back().count) < percent * mix.total());
        for (const task_mix::entry& each : mix.entries())
            if (!head.empty() && each.count > head.entries().back().count)
                RC_ASSERT(std::find(head.entries().begin(), head.entries().end(), each) != head.entries().end());
    });
}

TEST(task_mix, typical_breaks_ties_by_more_cpu_then_compute_and_forgets_host_memory) {
    task_mix mix;
    mix.add({.cpu = 1_cores, .memory = 1_GiB, .gpus = 1});
    mix.add({.cpu = 1_cores, .memory = 2_GiB, .gpus = 1});
    mix.add({.cpu = 1_cores, .gpus = 1, .share = slice{.memory = {}, .compute = 500_milli}}, 2);
    mix.add({.cpu = 4_cores}, 2);
    const auto head = mix.typical(100).entries();
    ASSERT_EQ(head.size(), 3U);
    EXPECT_EQ(head[0].request, (request{.cpu = 4_cores}));
    EXPECT_EQ(head[1].request, (request{.cpu = 1_cores, .gpus = 1})); // the two memories as one
    EXPECT_EQ(head[1].count, 2);
}

TEST(task_mix, typical_keeps_apart_what_was_written_differently) {
    const request one{.cpu = 1_cores, .gpus = 1, .models = model_set::of(model_id{1})};
    task_mix mix;
    mix.add(one, 2, "A|B");
    mix.add(one, 3, "A|B|B");
    mix.add(one, 2, "B|A");
    mix.add(one, 2);
    mix.add(one, 1, "A|B");
    ASSERT_EQ(mix.entries().size(), 1U); // one request for everything else
    EXPECT_EQ(mix.entries()[0].count, 10);
    std::vector<std::int64_t> counts;
    const task_mix typical = mix.typical(100);
    for (const task_mix::entry& each : typical.entries()) counts.push_back(each.count);
    EXPECT_EQ(counts, (std::vector<std::int64_t>{3, 3, 2, 2}));
    EXPECT_EQ(mix.typical(60).total(), 6);
}

TEST(task_mix, typical_breaks_ties_by_the_greater_text_of_the_model_list) {
    const auto choosing = [](std::uint8_t model) {
        return request{.cpu = 1_cores, .gpus = 1, .models = model_set::of(model_id{model})};
    };
    task_mix mix;
    mix.add(choosing(4), 1, "A|B");
    mix.add(choosing(2), 1, "A|B|B");
    mix.add(choosing(1), 1, "C");
    mix.add(request{.cpu = 1_cores, .gpus = 2}, 1);
    const auto typical = mix.typical(100).entries();
    ASSERT_EQ(typical.size(), 4U);
    EXPECT_EQ(typical[0].request.gpus, 2); // more GPUs come before any text
    EXPECT_EQ(typical[1].request, choosing(1));
    EXPECT_EQ(typical[2].request, choosing(2));
    EXPECT_EQ(typical[3].request, choosing(4));
}
