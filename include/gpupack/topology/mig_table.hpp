// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/mig_profile_name.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::mig {

namespace detail {

/// The greatest number that divides the grid and every size and start: a unit of the table.
[[nodiscard]] constexpr int step_of(const geometry& layout) noexcept {
    int step = layout.grid;
    for (int p = 0; p < layout.count; ++p) {
        step = std::gcd(step, int{layout.profiles[p].size});
        for (int start = 0; start < layout.grid; ++start)
            if ((layout.profiles[p].starts >> start & 1) != 0) step = std::gcd(step, start);
    }
    return step;
}

[[nodiscard]] constexpr bool any_takes_all_media(const geometry& layout) noexcept {
    for (int p = 0; p < layout.count; ++p)
        if (layout.profiles[p].engines == media::me_all) return true;
    return false;
}

} // namespace detail

/// The table of a geometry, which must be a right one (checked_table checks).
///
/// The bits of a slot: one for each unit of the grid; one for the media extension; and, where some profile takes
/// all media engines, one more a unit, of which an instance with engines takes one and "+me.all" all.
/// The compute of a profile is its slices in thousandths of those of the GPU, rounded down.
[[nodiscard]] constexpr partition_table make_table(const geometry& layout) noexcept {
    partition_table table;
    const int step = detail::step_of(layout);
    const int units = layout.grid / step;
    table.units = static_cast<std::uint16_t>(units);
    const bool divides_media = detail::any_takes_all_media(layout);
    const auto ones = [](int count) { return (std::uint64_t{1} << count) - 1; };
    for (int p = 0; p < layout.count; ++p) {
        const profile& each = layout.profiles[p];
        partition_profile& made = table.profiles[table.profile_count++];
        made.name = each.name;
        made.memory = static_cast<std::int32_t>(each.memory.count());
        made.compute = static_cast<std::int16_t>(1000 * each.compute_slices / layout.compute_slices);
        made.slices = each.compute_slices;
        made.units = static_cast<std::uint16_t>(each.size / step);
        made.plain = each.engines == media::plain;
        made.first_slot = table.slot_count;
        for (int start = 0; start < layout.grid; ++start) {
            if ((each.starts >> start & 1) == 0) continue;
            std::uint64_t bits = ones(each.size / step) << start / step;
            if (each.engines == media::me || each.engines == media::me_all) bits |= std::uint64_t{1} << units;
            if (divides_media && each.engines != media::no_me) {
                const std::uint64_t engines =
                    each.engines == media::me_all ? ones(units) : std::uint64_t{1} << start / step;
                bits |= engines << (units + 1);
            }
            table.slots[table.slot_count++] = {bits, static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(start)};
            ++made.slot_count;
        }
    }
    table.open_when_idle = table.open_profiles(0);
    return table;
}

namespace detail {

/// What is wrong with one profile of a geometry, if anything.
[[nodiscard]] inline std::optional<input_error> wrong_profile(const geometry& layout, int index) {
    const profile& each = layout.profiles[index];
    const std::string name{each.name.view()};
    const auto error = [&](const char* field, int value, std::string expected) {
        return input_error{{},
                           0,
                           std::string{"MIG profile "}.append(name).append(" ").append(field),
                           std::to_string(value),
                           std::move(expected)};
    };
    if (name.empty()) return error("name", 0, "a name");
    for (int before = 0; before < index; ++before)
        if (layout.profiles[before].name == each.name) return error("name", index, "each name once");
    if (each.compute_slices < 1 || each.compute_slices > layout.compute_slices)
        return error("compute slices", each.compute_slices,
                     std::string{"from 1 to "}.append(std::to_string(layout.compute_slices)));
    if (each.size < 1 || each.size > layout.grid)
        return error("size", each.size, std::string{"from 1 to "}.append(std::to_string(layout.grid)));
    if (each.starts == 0) return error("starts", 0, "one start at least");
    for (int start = 0; start < 16; ++start)
        if ((each.starts >> start & 1) != 0 && start + each.size > layout.grid)
            return error("start", start, std::string{"an end within the grid of "}.append(std::to_string(layout.grid)));
    if (each.memory.count() < 0 || each.memory.count() > max_amount)
        return error("memory", -1, "from 0 to 2147483647 MiB");
    if (index > 0 && each.memory < layout.profiles[index - 1].memory && each.memory.count() > 0)
        return error("memory", static_cast<int>(each.memory.count()), "no less than the profile before it");
    return std::nullopt;
}

/// Looks at every layout of a table: more compute or instances than there are, and the first one found is an error.
class layout_check {
  public:
    layout_check(const geometry& layout, const partition_table& table) : layout_{layout}, table_{table} {}

    [[nodiscard]] std::optional<input_error> run() {
        std::vector<int> instances(static_cast<std::size_t>(layout_.count), 0);
        extend(0, 0, 0, instances);
        return found_;
    }

  private:
    void extend(int first, std::uint64_t occupied, int compute, std::vector<int>& instances) {
        for (int slot = first; slot < table_.slot_count && !found_; ++slot) {
            if (!table_.is_free(slot, occupied)) continue;
            const int p = table_.slots[slot].profile;
            const profile& each = layout_.profiles[p];
            int& count = instances[static_cast<std::size_t>(p)];
            const std::string name{each.name.view()};
            if (compute + each.compute_slices > layout_.compute_slices)
                fail(name, "starts",
                     std::string{"places that keep to "}
                         .append(std::to_string(layout_.compute_slices))
                         .append(" compute slices"));
            else if (count + 1 > each.max_instances)
                fail(name, "starts",
                     std::string{"places for at most "}
                         .append(std::to_string(each.max_instances))
                         .append(" instances, as it says"));
            ++count;
            extend(slot + 1, occupied | table_.slots[slot].taken, compute + each.compute_slices, instances);
            --count;
        }
    }

    void fail(const std::string& name, const char* field, std::string expected) {
        found_ = input_error{{}, 0, std::string{"MIG profile "}.append(name), field, std::move(expected)};
    }

    const geometry& layout_;
    const partition_table& table_;
    std::optional<input_error> found_;
};

} // namespace detail

/// The table of a geometry from outside.
///
/// Errors: more than 16 profiles, a grid of more than 16 units or 8 steps, a profile without a place or beyond the
/// grid, profiles not in order of memory, places that would let a layout have more compute slices than the GPU or
/// more instances of a profile than it says.
[[nodiscard]] inline expected<partition_table, input_error> checked_table(const geometry& layout) {
    if (layout.count < 1 || layout.count > partition_table::most_profiles)
        return bad_input("MIG profiles", std::to_string(layout.count), "from 1 to 16");
    if (layout.grid < 1 || layout.grid > 16) return bad_input("MIG grid", std::to_string(layout.grid), "from 1 to 16");
    if (layout.compute_slices < 1 || layout.compute_slices > 32)
        return bad_input("MIG compute slices", std::to_string(layout.compute_slices), "from 1 to 32");
    int slots = 0;
    for (int p = 0; p < layout.count; ++p) {
        if (auto wrong = detail::wrong_profile(layout, p)) return unexpected<input_error>{std::move(*wrong)};
        for (int start = 0; start < 16; ++start) slots += layout.profiles[p].starts >> start & 1;
    }
    if (slots > partition_table::most_slots) return bad_input("MIG starts", std::to_string(slots), "at most 128");
    if (layout.grid / detail::step_of(layout) > 8)
        return bad_input("MIG grid", std::to_string(layout.grid), "sizes and starts that make at most 8 steps of it");
    partition_table table = make_table(layout);
    if (auto wrong = detail::layout_check{layout, table}.run()) return unexpected<input_error>{std::move(*wrong)};
    return table;
}

/// The profile of a table that a text means, by find_mig_profile().
[[nodiscard]] inline std::optional<int> find_profile(const partition_table& table, std::string_view text) {
    return find_mig_profile(text, table.profile_count, [&](int p) { return table.profiles[p].name.view(); });
}

/// The table of a GPU whose instances stand already and are neither created nor destroyed: each is one slot.
///
/// @param table      the GPU's
/// @param instances  by name, in any form that mig_profile_name() knows, and start
/// @return           the table; or an error: a profile or a start that the table lacks, or instances that overlap
[[nodiscard]] inline expected<partition_table, input_error> fixed_table(const partition_table& table,
                                                                        const std::vector<gpu_instance>& instances) {
    partition_table fixed = table;
    fixed.slot_count = 0;
    std::uint64_t occupied = 0;
    bool standing[partition_table::most_slots] = {};
    for (const gpu_instance& each : instances) {
        const std::string text = std::string{each.profile.view()}.append(" at ").append(std::to_string(each.start));
        const auto profile = find_profile(table, each.profile.view());
        if (!profile) return bad_input("MIG instance", text, "a profile of the GPU's model");
        const partition_profile& standing_profile = table.profiles[*profile];
        int found = -1;
        for (int slot = standing_profile.first_slot; slot < standing_profile.first_slot + standing_profile.slot_count;
             ++slot)
            if (table.slots[slot].start == each.start) found = slot;
        if (found < 0) return bad_input("MIG instance", text, "a legal start of the profile");
        if (!table.is_free(found, occupied)) return bad_input("MIG instance", text, "a place that no other one takes");
        occupied |= table.slots[found].taken;
        standing[found] = true;
    }
    for (int p = 0; p < table.profile_count; ++p) {
        const partition_profile& each = table.profiles[p];
        fixed.profiles[p].first_slot = fixed.slot_count;
        for (int slot = each.first_slot; slot < each.first_slot + each.slot_count; ++slot)
            if (standing[slot]) fixed.slots[fixed.slot_count++] = table.slots[slot];
        fixed.profiles[p].slot_count = static_cast<std::uint8_t>(fixed.slot_count - fixed.profiles[p].first_slot);
    }
    for (int slot = fixed.slot_count; slot < table.slot_count; ++slot) fixed.slots[slot] = {};
    fixed.open_when_idle = fixed.open_profiles(0);
    return fixed;
}

} // namespace gpupack::mig
