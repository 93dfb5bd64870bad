// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/name.hpp>
#include <gpupack/topology/profile_set.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// A profile in which a GPU can be handed out: a MIG profile, or the vGPU types of one size.
struct partition_profile {
    gpupack::name name; ///< "1g.10gb", "A10-4".
    /// Letters of which one follows the name: "CQ" makes A10-4C and A10-4Q; empty where the name stands alone.
    gpupack::name variants;
    std::int32_t memory = 0;  ///< MiB of one instance; 0 where it is not known.
    std::int16_t compute = 0; ///< Milli-GPUs that one instance counts for.
    /// Of compute (MIG) or GB of frame buffer (vGPU): what counts an instance's size in reports.
    std::uint16_t slices = 0;
    std::uint16_t units = 0; ///< Units of the table that one instance takes of the GPU's memory.
    /// Whether a request for least amounts may get it: not one with media engines or graphics of its own.
    bool plain = true;
    std::uint8_t first_slot = 0; ///< Its places in the table's slots, lowest start first.
    std::uint8_t slot_count = 0; ///< Its places in the table's slots, lowest start first.

    /// Whether a text names it: its name, with or without one of its variants.
    [[nodiscard]] constexpr bool is_named(std::string_view text) const noexcept {
        const std::string_view own = name.view();
        if (text == own) return true;
        return text.size() == own.size() + 1 && text.substr(0, own.size()) == own &&
               variants.view().find(text.back()) != std::string_view::npos;
    }

    friend constexpr bool operator==(const partition_profile&, const partition_profile&) = default;
};

/// A place for one instance: a profile at a start.
struct partition_slot {
    std::uint64_t taken = 0;  ///< The bits of gpu_state::occupied that it takes.
    std::uint8_t profile = 0; ///< Index into the table's profiles.
    std::uint8_t start = 0;   ///< What the driver is told: the MIG start, or the vGPU placement id.

    friend constexpr bool operator==(const partition_slot&, const partition_slot&) = default;
};

/// How a GPU can be cut into instances: profiles, the places of each, and which places exclude each other.
///
/// Two instances may stand side by side exactly where they take no bit in common. Where `lock` is not 0, the bits
/// in it are the other way round: all instances of a GPU must take the same of them, which is how vGPUs of one size
/// a GPU are told. So every rule of MIG and vGPU is a comparison of 48 bits.
struct partition_table {
    static constexpr int most_profiles = 16; ///< Profiles of a table, at most.
    static constexpr int most_slots = 128;   ///< Slots of a table, at most.
    static constexpr int bits = 48;          ///< Bits of a slot, at most.

    std::uint64_t lock = 0; ///< The bits that all instances of a GPU must have alike; see above.
    /// The parts into which the GPU's memory is divided: steps of the MIG grid, or GB of frame buffer.
    std::uint16_t units = 0;
    std::uint16_t open_when_idle = 0;               ///< The profiles that an idle GPU has a slot for: open_profiles(0).
    sharing way = sharing::mig;                     ///< mig or vgpu.
    std::uint8_t profile_count = 0;                 ///< Number of profiles.
    std::uint8_t slot_count = 0;                    ///< Number of slots.
    std::uint8_t first_id = 0;                      ///< The number of its first profile in the cluster's profile_sets.
    partition_profile profiles[most_profiles] = {}; ///< [profile_count] smallest memory first, then fewest slices.
    partition_slot slots[most_slots] = {};          ///< [slot_count] by profile, then by start.

    /// The profiles of this table among those asked for, as bits by index.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t among(profile_set request) const noexcept {
        return static_cast<std::uint32_t>(request.bits() >> first_id) & ((1U << profile_count) - 1);
    }

    /// Whether a GPU with those bits taken has the slot free.
    [[nodiscard]] GPUPACK_HD constexpr bool is_free(int slot, std::uint64_t occupied) const noexcept {
        const std::uint64_t taken = slots[slot].taken;
        const std::uint64_t locked = occupied & lock;
        return (occupied & taken & ~lock) == 0 && (locked == 0 || locked == (taken & lock));
    }

    /// The slot of a profile at a start; nothing where there is none.
    ///
    /// @param profile  its name; of vGPU types, with or without the letter of one of its variants
    /// @param start    as the driver is told
    [[nodiscard]] constexpr std::optional<int> find(std::string_view profile, int start) const noexcept {
        for (int slot = 0; slot < slot_count; ++slot)
            if (slots[slot].start == start && profiles[slots[slot].profile].is_named(profile)) return slot;
        return std::nullopt;
    }

    /// The first free slot of a profile, or -1.
    [[nodiscard]] GPUPACK_HD constexpr int first_free(int profile, std::uint64_t occupied) const noexcept {
        const int first = profiles[profile].first_slot;
        for (int slot = first; slot < first + profiles[profile].slot_count; ++slot)
            if (is_free(slot, occupied)) return slot;
        return -1;
    }

    /// The profiles that have a free slot, as bits by index.
    [[nodiscard]] GPUPACK_HD constexpr std::uint16_t open_profiles(std::uint64_t occupied) const noexcept {
        std::uint32_t open = 0;
        for (int p = 0; p < profile_count; ++p)
            if (first_free(p, occupied) >= 0) open |= 1U << p;
        return static_cast<std::uint16_t>(open);
    }

    friend constexpr bool operator==(const partition_table&, const partition_table&) = default;
};

static_assert(std::is_trivially_copyable_v<partition_table>);

} // namespace gpupack
