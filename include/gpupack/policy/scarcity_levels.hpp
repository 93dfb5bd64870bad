// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/profile_set.hpp>

#include <bit>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How scarce the places of one kind are, in coarse steps: what is wanted of them over what the cluster has left.
///
/// A price that followed each placement would make an engine forget all its scores each time. A step changes seldom, and
/// the policies are not sensitive to the price: a factor of ten moves what they allocate by less than a tenth of a point.
struct scarcity_level {
    static constexpr int most = 15; ///< The highest level.
    static constexpr int step = 2;  ///< A level stands for a factor of 4.
    /// Parts into which a place is divided where demand is counted: small clusters want less than one of some kinds.
    static constexpr std::int64_t parts = 16;

    /// The level of a ratio: 0 below a sixteenth, with as many places left as the demand is in sixteenths; then one more for
    /// each factor of 4.
    ///
    /// @param demand  places that tasks would hold, in sixteenths; not negative
    /// @param left    places that the cluster has left, whole ones
    [[nodiscard]] static constexpr std::uint8_t of(std::int64_t demand, std::int64_t left) noexcept {
        const auto ratio = static_cast<std::uint64_t>(demand / (left + 1));
        const int level = (static_cast<int>(std::bit_width(ratio)) + step - 1) / step;
        return static_cast<std::uint8_t>(level < most ? level : most);
    }

    /// A scale times the ratio that a level stands for, the middle of its step; 0 for level 0.
    [[nodiscard]] static constexpr std::int64_t times(std::int64_t scale, std::uint8_t level) noexcept {
        return level == 0 ? 0 : (scale << (step * (level - 1))) / 8; // 2/16, 8/16, 32/16, ...
    }
};

/// How likely the last places of one kind are to be wanted, in halvings: the price of a place for a task of several GPUs.
///
/// A number of tasks that is w on average varies by about sqrt(w). So a place costs exp(-left / sqrt(w + 1)) of its size: all of
/// it where none is left beside it, and a 256th where many times that spread are: next to nothing, so that of nodes that are
/// alike the whole ones stay whole, for a burst that nobody expects.
struct place_level {
    static constexpr int most = 11; ///< The level where no place is left: the whole size.
    static constexpr int least = 3; ///< The level where there are plenty.

    /// The level, most for no place left, and one less for each halving down to least; 0 where nobody wants any.
    ///
    /// @param demand  places that tasks would hold, in sixteenths; not negative
    /// @param left    places that the cluster has left, whole ones
    [[nodiscard]] static constexpr std::uint8_t of(std::int64_t demand, std::int64_t left) noexcept {
        if (demand == 0) return 0;
        int level = most;
        // Halvings are left / sqrt(w + 1) * log2(e), rounded; both sides squared, times 64.
        constexpr std::int64_t log2_e_squared = 133; // 2.0814 * 64
        for (std::int64_t odd = 1;
             level > least && odd * odd * (demand + scarcity_level::parts) <= log2_e_squared * left * left; odd += 2)
            --level;
        return static_cast<std::uint8_t>(level);
    }

    /// As many places left as make the level the least, or more.
    [[nodiscard]] static constexpr std::int64_t enough(std::int64_t demand) noexcept { return demand / 2 + 16; }

    /// A scale times the part of its size that a level stands for.
    [[nodiscard]] static constexpr std::int64_t times(std::int64_t scale, std::uint8_t level) noexcept {
        return level == 0 ? 0 : scale >> (most - level);
    }
};

/// A price to three binary digits, so that it changes seldom, and those digits with its magnitude as one number.
struct rounded_price {
    std::int64_t price = 0; ///< Rounded down.
    std::uint8_t code = 0;  ///< Equal for equal rounded prices, and for no others.

    /// @param exact  not negative, below 2^61
    [[nodiscard]] static constexpr rounded_price of(std::int64_t exact) noexcept {
        const int width = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(exact)));
        const int surplus = width > 3 ? width - 3 : 0;
        const std::int64_t digits = exact >> surplus;
        return {digits << surplus, static_cast<std::uint8_t>(surplus == 0 ? digits : 4 * (surplus + 1) + (digits & 3))};
    }
};

/// The levels of all that has a price: the facts about a cluster that the scores of lookahead depend on.
struct scarcity_levels {
    static constexpr int most_classes = 16;   ///< Classes of tasks for several whole GPUs.
    static constexpr int most_model_sets = 8; ///< Sets of GPU models that tasks name.

    std::uint8_t whole[most_classes] = {};     ///< By class: a place_level, or of GPUs of some models a scarcity_level.
    std::uint8_t models[most_model_sets] = {}; ///< By set.
    std::uint8_t mig[max_mig_tables][partition_table::most_profiles] =
        {};               ///< rounded_price::code, by MIG table and profile.
    std::uint8_t cpu = 0; ///< cpu_shortage::level.

    GPUPACK_HD friend constexpr bool operator==(const scarcity_levels& a, const scarcity_levels& b) noexcept {
        const scarcity_levels changed = a ^ b;
        std::uint8_t any = changed.cpu;
        for (const std::uint8_t each : changed.whole) any |= each;
        for (const std::uint8_t each : changed.models) any |= each;
        for (const auto& table : changed.mig)
            for (const std::uint8_t each : table) any |= each;
        return any == 0;
    }
    /// What differs, in bits.
    GPUPACK_HD friend constexpr scarcity_levels operator^(const scarcity_levels& a, const scarcity_levels& b) noexcept {
        scarcity_levels changed;
        changed.cpu = a.cpu ^ b.cpu;
        for (int i = 0; i < most_classes; ++i) changed.whole[i] = a.whole[i] ^ b.whole[i];
        for (int i = 0; i < most_model_sets; ++i) changed.models[i] = a.models[i] ^ b.models[i];
        for (int t = 0; t < max_mig_tables; ++t)
            for (int p = 0; p < partition_table::most_profiles; ++p) changed.mig[t][p] = a.mig[t][p] ^ b.mig[t][p];
        return changed;
    }
};

} // namespace gpupack::policy
