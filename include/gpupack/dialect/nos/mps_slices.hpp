// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// How many slices of each size. The sizes are MiB as plain numbers, because they are keys.
using slice_counts = std::map<std::int64_t, std::int64_t>;

/// One GPU that is cut into MPS slices of memory, advertised whether they are in use or not.
struct mps_slices {
    mebibytes memory{};  ///< MiB of the GPU.
    slice_counts used{}; ///< Slices that tasks are on; they stay as they are.
    slice_counts free{}; ///< Slices that nobody is on; they may be destroyed.
};

/// How a GPU is cut anew.
struct mps_cut {
    slice_counts free{};  ///< The slices that nobody is on then.
    bool changed = false; ///< Whether they are others than before.

    friend bool operator==(const mps_cut&, const mps_cut&) = default;
};

namespace detail {

/// Takes the slices off `spare`; false where they have more. By division, because a sum of bad input overflows.
[[nodiscard]] inline bool take(std::int64_t& spare, const slice_counts& slices) {
    for (const auto& [size, count] : slices) {
        if (spare < 0 || count > spare / size) return false;
        spare -= count * size;
    }
    return spare >= 0;
}

/// Creates what is still missing, smallest first, as far as `spare` goes. Returns how many slices that were.
[[nodiscard]] inline std::int64_t create_missing(slice_counts& free, const slice_counts& demand, std::int64_t& spare) {
    std::int64_t created = 0;
    for (const auto& [size, count] : demand) {
        const auto there = free.find(size);
        const std::int64_t missing = count - (there == free.end() ? 0 : there->second);
        const std::int64_t more = std::min(missing, spare / size);
        if (more <= 0) continue;
        free[size] += more;
        spare -= more * size;
        created += more;
    }
    return created;
}

[[nodiscard]] inline expected<void, input_error> check(const char* field, const slice_counts& slices) {
    for (const auto& [size, count] : slices) {
        if (size < 1 || size > max_amount)
            return bad_input(field, std::to_string(size), "a size from 1 to 2147483647 MiB");
        if (count < 0 || count > max_amount) return bad_input(field, std::to_string(count), "0 slices or more");
    }
    return {};
}

} // namespace detail

/// Cuts a GPU anew so that it offers as many of the wanted slices as it can, without touching those in use: from
/// memory that is not cut yet; and where that is not enough, from free slices that are not wanted, of which those
/// are kept whose size still fits, all of one size or none.
///
/// Smaller sizes are created first, and kept first. A second call with the result changes nothing.
///
/// Errors: sizes below 1, negative counts, used and free slices beyond the memory of the GPU.
/// Cost: a few look-ups a size.
/// Source: nos, MPS partitioning (docs/sources.md#nos). It destroys free slices of wanted sizes, too, to make room
/// for others, and some orders of it are those of a hash map; here what is wanted and free stays.
///
/// @param now     the slices of the GPU
/// @param demand  how many free slices of each size there should be; those that are free already count
/// @return        the slices that are free then, without sizes that have none
[[nodiscard]] inline expected<mps_cut, input_error> cut_for(const mps_slices& now, const slice_counts& demand) {
    if (const auto checked = detail::check("used slices", now.used); !checked)
        return unexpected<input_error>{checked.error()};
    if (const auto checked = detail::check("free slices", now.free); !checked)
        return unexpected<input_error>{checked.error()};
    if (const auto checked = detail::check("wanted slices", demand); !checked)
        return unexpected<input_error>{checked.error()};
    std::int64_t spare = now.memory.count();
    if (!detail::take(spare, now.used) || !detail::take(spare, now.free))
        return bad_input("GPU memory", std::to_string(now.memory.count()), "no less than its slices have together");
    const auto none_left = [](const auto& each) { return each.second == 0; };
    mps_cut made{now.free, false};
    std::erase_if(made.free, none_left);
    made.changed = detail::create_missing(made.free, demand, spare) > 0;

    slice_counts kept = made.free;
    slice_counts surplus;
    std::int64_t room = spare;
    for (auto& [size, count] : kept) {
        const auto request = demand.find(size);
        const std::int64_t needed = request == demand.end() ? 0 : request->second;
        if (count <= needed) continue;
        surplus[size] = count - needed;
        room += (count - needed) * size;
        count = needed;
    }
    if (detail::create_missing(kept, demand, room) == 0) return made;
    for (const auto& [size, count] : surplus) {
        if (size * count > room) continue;
        kept[size] += count;
        room -= size * count;
    }
    std::erase_if(kept, none_left);
    return mps_cut{kept, true};
}

} // namespace gpupack::dialect
