// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/reserved_capacity_table.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

task_mix one_in_ten_wants_eight() {
    task_mix mix;
    mix.add({.cpu = 64_cores, .gpus = 8}, 1);
    mix.add({.cpu = 8_cores, .gpus = 1}, 9);
    return mix;
}

} // namespace

TEST(reserved_capacity_table, keeps_room_for_those_still_to_come) {
    // 20 nodes of 8: at 1.7 GPUs an arrival 94 are left, 88 when rounded; of them 8 want eight GPUs.
    cluster on = cluster_builder{}.add_nodes(20, {96_cores, 64_GiB, {8, models::t4}}).build().value();
    const policy::reserved_capacity_table table{one_in_ten_wants_eight(), 100};
    ASSERT_EQ(table.view().count, 1);
    EXPECT_EQ(table.tight(on), 0U);
    for (std::uint32_t n = 0; n < 13; ++n) (void)on.take(node_id{n}, gpu_set::of(0), {.gpus = 1});
    EXPECT_EQ(table.tight(on), 1U); // 7 places are left, for the 7 of 80 that want them
    EXPECT_EQ((policy::reserved_capacity_table{one_in_ten_wants_eight(), 50}.tight(on)), 0U);
    EXPECT_EQ((policy::reserved_capacity_table{one_in_ten_wants_eight(), 0}.tight(on)), 0U);
    // As the cluster fills, fewer are still to come, and fewer places are kept.
    for (std::uint32_t n = 0; n < 13; ++n) (void)on.take(node_id{n}, gpu_set::first(8) - gpu_set::of(0), {.gpus = 7});
    EXPECT_EQ(table.tight(on), 0U);
}

TEST(reserved_capacity_table, counts_larger_tasks_in_and_tells_models_apart) {
    task_mix mix;
    mix.add({.cpu = 4_cores, .gpus = 2}, 1);
    mix.add({.cpu = 16_cores, .gpus = 8}, 1);
    mix.add({.cpu = 4_cores, .gpus = 2, .models = model_set::of(model_id{3})}, 1);
    mix.add({.gpus = 1}, 1);
    const policy::reserved_capacity_table table{mix, 100};
    ASSERT_EQ(table.view().count, 3);
    const auto wanted = [&](int gpus, model_set models = model_set::any()) {
        for (int c = 0; c < 3; ++c)
            if (const auto& of = table.view().classes[c]; of.gpus == gpus && of.models == models) return of.wanted;
        return std::int64_t{-1};
    };
    const std::int64_t an_arrival = policy::reserved_capacity_view::scale / 4;
    EXPECT_EQ(wanted(8), an_arrival);
    EXPECT_EQ(wanted(2), 6 * an_arrival); // its own, four pairs of an octet, and those of one model
    EXPECT_EQ(wanted(2, model_set::of(model_id{3})), an_arrival);
}

TEST(reserved_capacity_table, is_tight_where_a_count_over_all_nodes_says_so) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const task_mix mix = history.any_mix(on);
        const policy::reserved_capacity_table table{mix, static_cast<int>(history.number(0, 400))};
        std::int64_t compute = 0;
        for (const task_mix::entry& each : mix.entries()) compute += each.request.total_compute().count() * each.count;
        std::int64_t left = compute == 0 ? 0 : on.compute_free().count() * mix.total() / compute;
        for (std::int64_t step = 1; left >= 16 * step; step *= 2)
            if (left < 32 * step) left = left / (2 * step) * (2 * step);
        for (int c = 0; c < table.view().count; ++c) {
            const policy::scarce_class& of = table.view().classes[c];
            std::int64_t room = 0;
            for (std::uint32_t n = 0; n < on.size(); ++n) {
                const node_view node = on[node_id{n}];
                const node_row row = on.row(node_id{n});
                if ((node.type().models & of.models).empty() || node.gpu_count() < of.gpus ||
                    node.cpu().count() < of.cpu || node.memory().count() < of.memory)
                    continue;
                room += whole_shares(row.state, node.type()) / of.gpus;
            }
            const bool tight = compute > 0 && room <= left * of.wanted / policy::reserved_capacity_view::scale;
            RC_ASSERT(tight == ((table.tight(on) >> c & 1U) != 0));
        }
    });
}

TEST(reserved_capacity_table, knows_nothing_of_an_empty_mix) {
    const cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    EXPECT_EQ((policy::reserved_capacity_table{task_mix{}, 100}.tight(on)), 0U);
}
