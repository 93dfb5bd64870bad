// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// How many places each MIG profile has in each state of a GPU: what policies look up instead of counting.
struct placement_counts_view {
    /// [states, partition_table::most_profiles] by the bits that are taken, then by profile.
    const std::uint8_t* counts = nullptr;
    std::int32_t profiles = 0; ///< Number of profiles.
    std::int32_t units = 0;    ///< Of the table; the lowest so many bits of a state stand for them.
    std::uint32_t states = 0;  ///< Number of states.

    /// Calls visit(pointer, count) for the table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(counts, std::size_t{states} * partition_table::most_profiles);
    }

    /// The places of a profile on a GPU with those bits taken.
    [[nodiscard]] GPUPACK_HD constexpr int places(std::uint64_t occupied, int profile) const noexcept {
        return counts[occupied * partition_table::most_profiles + static_cast<std::uint64_t>(profile)];
    }
};

/// Owns what a placement_counts_view points to. Made once for each MIG table of a cluster: 8 KiB and some 20
/// microseconds for a GPU of seven slices.
class placement_counts {
  public:
    /// The counts of a table.
    ///
    /// @param table  a MIG table: at most 17 bits
    explicit placement_counts(const partition_table& table) : profiles_{table.profile_count}, units_{table.units} {
        std::uint64_t all = 0;
        for (int slot = 0; slot < table.slot_count; ++slot) all |= table.slots[slot].taken;
        std::size_t states = 1;
        while (states <= all) states *= 2;
        counts_.resize(states * partition_table::most_profiles);
        for (std::uint64_t occupied = 0; occupied < states; ++occupied)
            for (int slot = 0; slot < table.slot_count; ++slot)
                if (table.is_free(slot, occupied))
                    ++counts_[occupied * partition_table::most_profiles + table.slots[slot].profile];
    }

    /// Valid while this lives, moved or not.
    [[nodiscard]] placement_counts_view view() const noexcept {
        return {counts_.data(), profiles_, units_,
                static_cast<std::uint32_t>(counts_.size() / partition_table::most_profiles)};
    }

  private:
    std::vector<std::uint8_t> counts_;
    std::int32_t profiles_;
    std::int32_t units_;
};

} // namespace gpupack
