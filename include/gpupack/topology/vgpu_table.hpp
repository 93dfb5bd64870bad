// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/vgpu.hpp>

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::vgpu {

namespace detail {

/// The profiles of a board, without their slots.
[[nodiscard]] inline partition_table profiles_of(const board& layout) {
    partition_table table;
    table.way = sharing::vgpu;
    table.units = static_cast<std::uint16_t>(layout.frame_buffer);
    for (int i = 0; i < layout.count; ++i) {
        const size_class& each = layout.sizes[i];
        partition_profile& made = table.profiles[table.profile_count++];
        made.name = each.name;
        made.variants = each.series;
        made.memory = each.size * 1024;
        made.slices = each.size;
        made.units = each.size;
    }
    return table;
}

/// Slots of one size: a bit each, and a bit of the lock for the size.
inline void add_equal_slots(partition_table& table, const board& layout) {
    table.lock = std::uint64_t{0xffff} << 32;
    for (int i = 0; i < layout.count; ++i) {
        const size_class& each = layout.sizes[i];
        partition_profile& made = table.profiles[i];
        made.compute = static_cast<std::int16_t>(1000 / each.most);
        made.first_slot = table.slot_count;
        made.slot_count = each.most;
        for (int j = 0; j < each.most; ++j)
            table.slots[table.slot_count++] = {std::uint64_t{1} << j | std::uint64_t{1} << (32 + i),
                                               static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(j * each.size)};
    }
}

/// Slots of mixed sizes. Two overlap where some GB of the frame buffer is in both; a bit stands for each set of
/// slots that a GB is in, sets within others left out: at most 48 on every board of the catalogue. False where it
/// takes more.
[[nodiscard]] inline bool add_mixed_slots(partition_table& table, const board& layout) {
    using slot_set = std::bitset<partition_table::most_slots>;
    std::vector<slot_set> within(static_cast<std::size_t>(layout.frame_buffer));
    for (int i = 0; i < layout.count; ++i) {
        const size_class& each = layout.sizes[i];
        partition_profile& made = table.profiles[i];
        made.compute = static_cast<std::int16_t>(1000 * each.size / layout.frame_buffer);
        made.first_slot = table.slot_count;
        made.slot_count = each.mixed_count;
        for (int j = 0; j < each.mixed_count; ++j) {
            for (int gb = each.mixed_starts[j]; gb < each.mixed_starts[j] + each.size; ++gb)
                within[static_cast<std::size_t>(gb)].set(table.slot_count);
            table.slots[table.slot_count++] = {0, static_cast<std::uint8_t>(i), each.mixed_starts[j]};
        }
    }
    int bit = 0;
    for (std::size_t gb = 0; gb < within.size(); ++gb) {
        const slot_set& here = within[gb];
        bool needed = here.any();
        for (std::size_t other = 0; other < within.size() && needed; ++other)
            if (other != gb && (here & ~within[other]).none()) needed = here == within[other] && gb < other;
        if (!needed) continue;
        if (bit == partition_table::bits) return false;
        for (int slot = 0; slot < table.slot_count; ++slot)
            if (here.test(static_cast<std::size_t>(slot))) table.slots[slot].taken |= std::uint64_t{1} << bit;
        ++bit;
    }
    return true;
}

/// What is wrong with a size of a board, if anything is.
[[nodiscard]] inline std::optional<input_error> wrong_size(const board& layout, int index) {
    const size_class& each = layout.sizes[index];
    const auto error = [&](std::string value, std::string expected) {
        return input_error{
            {}, 0, std::string{"vGPU type "}.append(each.name.view()), std::move(value), std::move(expected)};
    };
    if (each.name.empty()) return error("", "a name");
    if (each.size < 1 || each.size > layout.frame_buffer)
        return error(std::to_string(each.size),
                     std::string{"a size from 1 to "}.append(std::to_string(layout.frame_buffer)).append(" GB"));
    if (index > 0 && each.size <= layout.sizes[index - 1].size)
        return error(std::to_string(each.size), "sizes in ascending order, each once");
    if (each.most < 1 || each.most > 32 || each.most * each.size > layout.frame_buffer)
        return error(std::to_string(each.most), "from 1 to 32 on a GPU, within its frame buffer");
    for (int j = 0; j < each.mixed_count; ++j)
        if (each.mixed_starts[j] + each.size > layout.frame_buffer)
            return error(std::to_string(each.mixed_starts[j]), "placement ids within the frame buffer");
    return std::nullopt;
}

} // namespace detail

/// The table of a board.
///
/// The compute of a profile is a part of the GPU's time, rounded down: one in `most` where sizes are equal, else the part
/// of the frame buffer.
///
/// @param layout  the sizes of the board
/// @param allowed  one size a GPU, or sizes mixed by their placement ids
///
/// Errors: more than 16 sizes or 128 places, a size that does not fit the frame buffer or not as often as it says;
/// mixed sizes on a board without placement ids.
[[nodiscard]] inline expected<partition_table, input_error> checked_table(const board& layout, sizes allowed) {
    if (layout.count < 1 || layout.count > partition_table::most_profiles)
        return bad_input("vGPU sizes", std::to_string(layout.count), "from 1 to 16");
    if (layout.frame_buffer < 1 || layout.frame_buffer > 255 + 64)
        return bad_input("vGPU frame buffer", std::to_string(layout.frame_buffer), "from 1 to 319 GB");
    int slots = 0;
    bool any_mixed = false;
    for (int i = 0; i < layout.count; ++i) {
        if (auto wrong = detail::wrong_size(layout, i)) return unexpected<input_error>{*std::move(wrong)};
        any_mixed |= layout.sizes[i].mixed_count > 0;
        slots += allowed == sizes::mixed ? layout.sizes[i].mixed_count : layout.sizes[i].most;
    }
    if (slots > partition_table::most_slots) return bad_input("vGPU places", std::to_string(slots), "at most 128");
    partition_table table = detail::profiles_of(layout);
    if (allowed == sizes::one_size)
        detail::add_equal_slots(table, layout);
    else if (!any_mixed)
        return bad_input("vGPU sizes", "mixed", "one size a GPU: the board has no placement ids for mixed sizes");
    else if (!detail::add_mixed_slots(table, layout))
        return bad_input("vGPU placement ids", std::to_string(slots), "places that 48 bits tell apart");
    table.open_when_idle = table.open_profiles(0);
    return table;
}

} // namespace gpupack::vgpu
