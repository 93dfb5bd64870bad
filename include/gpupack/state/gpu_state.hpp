// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// What is free on one GPU now.
struct gpu_state {
    std::int32_t memory_free = 0;  ///< MiB for slices
    std::int16_t compute_free = 0; ///< milli-GPUs for slices; 0 on a GPU that is used exclusively
    std::uint16_t width_or_profiles =
        0;                           ///< width(), open_profiles() or percent_promised(): by the way in which it is used
    std::uint32_t occupied_low = 0;  ///< lower bits of occupied(), or bytes_beyond()
    std::uint16_t occupied_high = 0; ///< upper bits of occupied(); in slices, of sharers()
    std::uint8_t sharers_low = 0;    ///< lower bits of sharers()
    sharing way : 4 = sharing::idle; ///< how it is shared; with nothing on it, idle or the only way that is allowed
    bool closed : 1 = false;         ///< nothing more may be placed on it: unhealthy, or cordoned
    bool sharers_at_limit : 1 = false; ///< shared in slices by as many tasks as may
    std::uint8_t unused : 2 = 0;       ///< nothing: named, so that equal states are equal byte by byte

    /// Used exclusively: the number of GPUs of the task that has it, this one included; else 0.
    [[nodiscard]] GPUPACK_HD constexpr int width() const noexcept {
        return way == sharing::exclusive ? int{width_or_profiles} : 0;
    }
    /// Tasks on it.
    [[nodiscard]] GPUPACK_HD constexpr int sharers() const noexcept {
        return way == sharing::slices ? int{occupied_high} << 8 | sharers_low : sharers_low;
    }
    /// Sets the number of tasks on it: up to 65,535 in slices, up to 255 else.
    GPUPACK_HD constexpr void set_sharers(int count) noexcept {
        sharers_low = static_cast<std::uint8_t>(count);
        if (way == sharing::slices) occupied_high = static_cast<std::uint16_t>(count >> 8);
    }
    /// Used in slices: the percent of its memory that shares of a rule with counts_percent have; else 0, or 100 where it is
    /// used exclusively.
    [[nodiscard]] GPUPACK_HD constexpr int percent_promised() const noexcept {
        if (way == sharing::exclusive) return sharers_low > 0 ? 100 : 0;
        return way == sharing::slices ? int{width_or_profiles} : 0;
    }
    /// Used in slices: the bytes that such shares by percent take beyond the whole MiB that memory_free counts; else 0.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t bytes_beyond() const noexcept {
        return way == sharing::slices ? occupied_low : 0;
    }
    /// Used in instances: the profiles of its table that still have a place, as bits by index.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t open_profiles() const noexcept { return width_or_profiles; }
    /// Used in instances: the bits that they take (partition_slot::taken), 48 in all.
    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t occupied() const noexcept {
        return std::uint64_t{occupied_high} << 32 | occupied_low;
    }
    /// Sets the bits that instances take.
    GPUPACK_HD constexpr void set_occupied(std::uint64_t bits) noexcept {
        occupied_low = static_cast<std::uint32_t>(bits);
        occupied_high = static_cast<std::uint16_t>(bits >> 32);
    }

    GPUPACK_HD friend constexpr bool operator==(const gpu_state& a, const gpu_state& b) noexcept {
        return a.memory_free == b.memory_free && a.compute_free == b.compute_free &&
               a.width_or_profiles == b.width_or_profiles && a.occupied_low == b.occupied_low &&
               a.occupied_high == b.occupied_high && a.sharers_low == b.sharers_low && a.way == b.way &&
               a.closed == b.closed && a.sharers_at_limit == b.sharers_at_limit;
    }
};

static_assert(sizeof(gpu_state) == 16 && std::is_trivially_copyable_v<gpu_state>);

/// The state of a GPU with nothing on it.
[[nodiscard]] GPUPACK_HD constexpr gpu_state idle_gpu(const gpu_capacity& capacity) noexcept {
    gpu_state gpu;
    gpu.memory_free = capacity.memory;
    gpu.compute_free = capacity.compute;
    gpu.way = capacity.only;
    if (in_profiles(capacity.only)) gpu.width_or_profiles = capacity.table(capacity.only)->open_profiles(0);
    return gpu;
}

/// Whether nothing is on the GPU and it may be given whole.
[[nodiscard]] GPUPACK_HD constexpr bool is_free_whole(const gpu_state& gpu) noexcept {
    return (gpu.way == sharing::idle || (gpu.way == sharing::exclusive && gpu.sharers_low == 0)) && !gpu.closed;
}

/// Whether the GPU can take one more slice, however small: it is idle or shared in slices, by fewer tasks than may,
/// and not closed.
[[nodiscard]] GPUPACK_HD constexpr bool takes_slices(const gpu_state& gpu) noexcept {
    return (gpu.way == sharing::idle || gpu.way == sharing::slices) && !gpu.sharers_at_limit && !gpu.closed;
}

/// Whether the rule of a share admits it to a GPU that has its amounts free.
[[nodiscard]] GPUPACK_HD constexpr bool rule_admits(const gpu_state& gpu, const gpu_capacity& capacity,
                                                    const share& share) noexcept {
    const share_rule rule = share.rule();
    const int sharers = gpu.sharers();
    if (rule.unshared && sharers > 0) return false;
    if (rule.compute_alone) {
        if (share.compute().count() == 0 && gpu.compute_free == 0) return false;
        if (share.compute().count() == capacity.compute && sharers > 0) return false;
    }
    if (!rule.counts_percent) return true;
    if (share.memory_part() > 0) return share.memory_percent() <= 100 - gpu.percent_promised();
    return gpu.bytes_beyond() == 0 || share.memory().count() + (gpu.bytes_beyond() >> 20) < gpu.memory_free;
}

/// Those of some profiles that have a place on a GPU now, as bits by index of its table.
///
/// @param gpu  the GPU
/// @param table  its table for that way of sharing; null where it has none
/// @param way  MIG or vGPU
/// @param profiles  the profiles that will do
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t open_profiles(const gpu_state& gpu, const partition_table* table,
                                                               sharing way, profile_set profiles) noexcept {
    if (table == nullptr || gpu.closed) return 0;
    if (gpu.way == way) return table->among(profiles) & gpu.open_profiles();
    return gpu.way == sharing::idle ? table->among(profiles) & table->open_when_idle : 0;
}

namespace detail {

/// Adds (sign 1) or takes off (sign -1) what an instance counts for.
GPUPACK_HD constexpr void book_instance(gpu_state& gpu, const gpu_capacity& capacity, const partition_table& table,
                                        int slot, share_rule rule, int sign) noexcept {
    const partition_profile& profile = table.profiles[table.slots[slot].profile];
    const std::int64_t memory =
        rule.books_profile ? profile.memory : std::int64_t{capacity.memory} * profile.units / table.units;
    const int compute = rule.books_profile ? (profile.compute + 9) / 10 * 10 : profile.compute;
    gpu.memory_free += sign * static_cast<std::int32_t>(memory);
    gpu.compute_free = static_cast<std::int16_t>(gpu.compute_free + sign * compute);
}

/// The percent of a GPU's memory for which a slice counts under a rule with counts_percent; else 0.
[[nodiscard]] GPUPACK_HD constexpr int percent_counted(const share& share, const gpu_capacity& capacity) noexcept {
    if (!share.rule().counts_percent || capacity.memory == 0) return 0;
    if (share.memory_part() > 0) return share.memory_percent();
    return static_cast<int>(share.memory().count() * 100 / capacity.memory);
}

/// The bytes beyond whole MiB that a slice by percent takes under a rule with counts_percent; else 0.
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t bytes_counted(const share& share,
                                                               const gpu_capacity& capacity) noexcept {
    if (!share.rule().counts_percent || share.memory_part() == 0) return 0;
    constexpr std::int64_t mebibyte = 1 << 20;
    return static_cast<std::uint32_t>(capacity.memory * mebibyte * share.memory_percent() / 100 % mebibyte);
}

/// Adds (sign 1) or takes off (sign -1) what a slice takes.
GPUPACK_HD constexpr void book_slice(gpu_state& gpu, const gpu_capacity& capacity, const share& share,
                                     int sign) noexcept {
    gpu.memory_free -= sign * share.memory_of(capacity.memory);
    gpu.compute_free = static_cast<std::int16_t>(gpu.compute_free - sign * share.compute().count());
    gpu.width_or_profiles = static_cast<std::uint16_t>(gpu.width_or_profiles + sign * percent_counted(share, capacity));
    if (share.rule().counts_percent)
        gpu.occupied_low += static_cast<std::uint32_t>(sign) * bytes_counted(share, capacity);
}

} // namespace detail

/// The state after one more task has taken its share, which must fit.
///
/// An instance counts for the compute of its profile and for its units' part of the GPU's memory, rounded down.
///
/// @param gpu  the state before
/// @param share  what the task takes of the GPU
/// @param capacity  what the GPU can give
/// @param width  how many GPUs the task has in all
/// @param slot  for an instance, the slot of the GPU's table
[[nodiscard]] GPUPACK_HD constexpr gpu_state
after_taking(gpu_state gpu, const share& share, const gpu_capacity& capacity, int width = 1, int slot = 0) noexcept {
    const int sharers = gpu.sharers() + 1;
    gpu.way = share.way();
    gpu.set_sharers(sharers);
    if (share.way() == sharing::exclusive) {
        gpu.memory_free = 0;
        gpu.compute_free = 0;
        gpu.width_or_profiles = static_cast<std::uint16_t>(width);
    } else if (share.way() == sharing::slices) {
        detail::book_slice(gpu, capacity, share, 1);
        gpu.sharers_at_limit = sharers >= capacity.max_sharers;
    } else {
        const partition_table& table = *capacity.table(share.way());
        gpu.set_occupied(gpu.occupied() | table.slots[slot].taken);
        gpu.width_or_profiles = table.open_profiles(gpu.occupied());
        detail::book_instance(gpu, capacity, table, slot, share.rule(), -1);
    }
    return gpu;
}

/// The state after one of its tasks has given its share back: the inverse of after_taking.
[[nodiscard]] GPUPACK_HD constexpr gpu_state after_giving_back(gpu_state gpu, const share& share,
                                                               const gpu_capacity& capacity, int slot = 0) noexcept {
    if (gpu.sharers() == 1) {
        const bool closed = gpu.closed;
        gpu = idle_gpu(capacity);
        gpu.closed = closed;
        return gpu;
    }
    gpu.set_sharers(gpu.sharers() - 1);
    if (share.way() == sharing::slices) {
        detail::book_slice(gpu, capacity, share, -1);
        gpu.sharers_at_limit = gpu.sharers() >= capacity.max_sharers; // more than may, where a restore was forced
    } else if (in_profiles(share.way())) {
        const partition_table& table = *capacity.table(share.way());
        gpu.set_occupied(gpu.occupied() & ~(table.slots[slot].taken & ~table.lock));
        gpu.width_or_profiles = table.open_profiles(gpu.occupied());
        detail::book_instance(gpu, capacity, table, slot, share.rule(), 1);
    }
    return gpu;
}

} // namespace gpupack
