// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/vgpu_table.hpp>

#include "support/for_all.hpp"

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <vector>

using namespace gpupack;

namespace {

/// The placement ids of one size by the rule that NVIDIA's kernel module follows before Blackwell, in words: halve
/// the frame buffer again and again; a size of which 2n fit takes both ends of the n parts, and one of which n fit
/// but not 2n takes one end of each.
void place(int low, int high, int parts, bool is_left, int size, int most, std::set<int>& starts) {
    if (2 * parts == most) {
        starts.insert(low);
        starts.insert(high - size);
    }
    int power = 1;
    while (2 * power < most) power *= 2;
    const bool is_power = (most & (most - 1)) == 0;
    if ((parts == power && !is_power) || (parts == 1 && most == 1)) starts.insert(is_left ? low : high - size);
    if (parts == 16) return;
    const int middle = (low + high) / 2;
    place(low, middle, 2 * parts, true, size, most, starts);
    place(middle, high, 2 * parts, false, size, most, starts);
}

std::set<int> starts_by_rule(const vgpu::board& of, const vgpu::size_class& size, bool blackwell) {
    std::set<int> starts;
    for (int j = 0; blackwell && j < size.most; ++j) starts.insert(of.frame_buffer * j / size.most);
    if (!blackwell) place(0, of.frame_buffer, 1, true, size.size, size.most, starts);
    return starts;
}

} // namespace

TEST(vgpu_table, one_size_holds_as_many_as_the_board_says_and_nothing_of_another_size) {
    for (const gpu_model& model : models::all) {
        if (model.vgpu.empty()) continue;
        const partition_table table = vgpu::checked_table(model.vgpu, vgpu::sizes::one_size).value();
        for (int p = 0; p < table.profile_count; ++p) {
            std::uint64_t occupied = 0;
            for (int count = 0; count < model.vgpu.sizes[p].most; ++count) {
                const int slot = table.first_free(p, occupied);
                ASSERT_GE(slot, 0);
                occupied |= table.slots[slot].taken;
                EXPECT_EQ(table.slots[slot].start, static_cast<std::uint8_t>(count * model.vgpu.sizes[p].size));
                EXPECT_EQ(table.open_profiles(occupied) & ~(1U << p), 0U); // the equal-size rule
            }
            EXPECT_EQ(table.first_free(p, occupied), -1) << model.model.view();
        }
    }
}

TEST(vgpu_table, mixed_sizes_overlap_exactly_where_their_intervals_do) {
    for (const gpu_model& model : models::all) {
        if (!model.vgpu.can_mix()) continue;
        const partition_table table = vgpu::checked_table(model.vgpu, vgpu::sizes::mixed).value();
        for (int a = 0; a < table.slot_count; ++a)
            for (int b = 0; b < table.slot_count; ++b) {
                const int a_end = table.slots[a].start + model.vgpu.sizes[table.slots[a].profile].size;
                const int b_end = table.slots[b].start + model.vgpu.sizes[table.slots[b].profile].size;
                const bool overlap = table.slots[a].start < b_end && table.slots[b].start < a_end;
                ASSERT_EQ(table.is_free(b, table.slots[a].taken), !overlap) << model.model.view();
            }
    }
}

TEST(vgpu_table, placement_ids_follow_the_kernel_modules_rule) {
    int lists = 0;
    int others = 0;
    std::set<const std::uint8_t*> seen;
    for (const gpu_model& model : models::all)
        for (int i = 0; model.vgpu.can_mix() && i < model.vgpu.count; ++i) {
            const vgpu::size_class& size = model.vgpu.sizes[i];
            if (size.mixed_count == 0) continue;
            const std::set<int> told(size.mixed_starts, size.mixed_starts + size.mixed_count);
            ++lists;
            if (told == starts_by_rule(model.vgpu, size, model.generation == architecture::blackwell)) continue;
            ++others;
            EXPECT_EQ(size.size, 1)
                << model.model.view(); // the types of 1 GB on boards of 48 GB have a list of their own
            EXPECT_EQ(model.vgpu.frame_buffer, 48);
        }
    EXPECT_EQ(others, 6);
    EXPECT_GT(lists, 150);
}

TEST(vgpu_table, refuses_boards_that_cannot_be) {
    const std::uint8_t starts[] = {0, 6};
    const auto error_of = [](const vgpu::size_class& size, vgpu::sizes allowed) {
        const auto made = vgpu::checked_table({&size, 1, 8}, allowed);
        return made ? "" : made.error().message();
    };
    using enum vgpu::sizes;
    EXPECT_EQ(error_of({"X-4", "Q", 4, 2, 1, starts}, one_size), "");
    EXPECT_EQ(error_of({"X-4", "Q", 4, 3, 0, nullptr}, one_size),
              "vGPU type X-4: \"3\": expected from 1 to 32 on a GPU, within its frame buffer");
    EXPECT_EQ(error_of({"X-9", "Q", 9, 1, 0, nullptr}, one_size),
              "vGPU type X-9: \"9\": expected a size from 1 to 8 GB");
    EXPECT_EQ(error_of({"X-4", "Q", 4, 2, 2, starts}, mixed),
              "vGPU type X-4: \"6\": expected placement ids within the frame buffer");
    EXPECT_EQ(error_of({"X-4", "Q", 4, 2, 0, nullptr}, mixed),
              "vGPU sizes: \"mixed\": expected one size a GPU: the board has no placement ids for mixed sizes");
}
