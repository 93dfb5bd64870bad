// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/node_type.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// One resource of all nodes of a type, with the request placed: what is used or left of it, in points.
struct alignas(16) points_on_type {
    std::int32_t base = 0;     ///< What the request takes, and what the nodes have besides where what is used counts.
    std::int32_t capacity = 0; ///< What the nodes have.
    std::uint32_t reciprocal = 0; ///< 2^(32 + shift) points / capacity, rounded up.
    std::uint32_t shift = 0;      ///< The highest up to 20 with which the reciprocal has 32 bits.

    /// Whether it gives the quotients of division.
    [[nodiscard]] static constexpr bool is_exact(std::int64_t capacity, std::int64_t points) noexcept {
        return capacity == 0 ||
               (capacity > points && capacity < std::int64_t{1} << 26 && capacity * points < std::int64_t{1} << 31);
    }

    /// Prepares it where is_exact().
    ///
    /// @param capacity  what a node of the type has
    /// @param demand    what the request takes
    /// @param points    the score where all of it counts
    /// @param of_used   whether what is used counts, or what is left
    [[nodiscard]] GPUPACK_HD static constexpr points_on_type of(std::int64_t capacity, std::int64_t demand,
                                                                std::uint32_t points, bool of_used) noexcept {
        if (capacity == 0) return {};
        points_on_type made;
        made.capacity = static_cast<std::int32_t>(capacity);
        made.base = static_cast<std::int32_t>((demand < capacity ? demand : capacity) + (of_used ? capacity : 0));
        if (points == 0) return made;
        // The highest shift with which the reciprocal, rounded up, is below 2^32.
        const auto divisor = static_cast<std::uint64_t>(capacity);
        for (std::uint64_t room = divisor * 0xffffffffU / points >> 33; room > 0 && made.shift < 20; room >>= 1)
            ++made.shift;
        made.reciprocal =
            static_cast<std::uint32_t>(((std::uint64_t{points} << (32 + made.shift)) + divisor - 1) / divisor);
        return made;
    }

    /// points * part / capacity rounded down, where part is all but what is left, or what is left; as by division.
    ///
    /// With reciprocal = (2^(32 + shift) points + e) / capacity, 0 <= e < capacity, the product is too high by
    /// part e / (2^(32 + shift) capacity), which rounding down hides where capacity e < 2^(32 + shift). Where the shift is 20 it
    /// does, as capacity < 2^26. Else the shift is the highest: 2^(32 + shift) > (2^31 - 1) capacity / points, and
    /// capacity points < 2^31.
    ///
    /// @param free  at most the capacity
    template <bool OfUsed> [[nodiscard]] GPUPACK_HD constexpr std::uint32_t at(std::int32_t free) const noexcept {
        const std::int32_t rest = OfUsed ? base - free : free - base;
        const std::int32_t bound = OfUsed ? capacity : 0;
        const std::int32_t part = OfUsed == (rest < bound) ? rest : bound;
        return high_product(static_cast<std::uint32_t>(part), reciprocal) >> shift;
    }
};

/// The score of binpack, or of spread, on the nodes of one type for one request: in 32 bits, without a division, from the
/// sums of a node alone.
template <bool OfUsed> struct allocation_on_type {
    points_on_type cpu{};             ///< Of CPU.
    points_on_type memory{};          ///< Of host memory.
    points_on_type compute{};         ///< Of GPUs.
    std::uint32_t cpu_weight = 0;     ///< Twice how much CPU counts; 0 where the nodes have none.
    std::uint32_t memory_weight = 0;  ///< Likewise.
    std::uint32_t compute_weight = 0; ///< Likewise.
    std::uint32_t reciprocal = 0;     ///< 2^31 / the weight of all that counts, rounded up.

    static constexpr score most_points = 1 << 11; ///< With these at most, and
    static constexpr score most_weight = 1 << 8;  ///< with such weights, 32 bits hold all sums.

    /// Whether these are the scores that division gives: see points_on_type, and numbers that are not negative.
    [[nodiscard]] static constexpr bool is_exact(const node_type& type, const resource_weights& weights,
                                                 score points) noexcept {
        const auto holds = [](score value, score most) { return value >= 0 && value <= most; };
        return holds(points, most_points) && holds(weights.cpu, most_weight) && holds(weights.memory, most_weight) &&
               holds(weights.gpu, most_weight) && points_on_type::is_exact(type.cpu.count(), points) &&
               points_on_type::is_exact(type.memory.count(), points) && points_on_type::is_exact(type.compute, points);
    }

    /// Prepares it where is_exact().
    [[nodiscard]] GPUPACK_HD static constexpr allocation_on_type
    of(const node_type& type, const request& request, const resource_weights& weights, score points) noexcept {
        allocation_on_type made;
        std::uint32_t all = 0;
        const auto part = [&](std::int64_t capacity, std::int64_t demand, score weight, std::uint32_t& doubled) {
            if (capacity == 0) return points_on_type{};
            doubled = 2 * static_cast<std::uint32_t>(weight);
            all += static_cast<std::uint32_t>(weight);
            return points_on_type::of(capacity, demand, static_cast<std::uint32_t>(points), OfUsed);
        };
        made.cpu = part(type.cpu.count(), request.cpu.count(), weights.cpu, made.cpu_weight);
        made.memory = part(type.memory.count(), request.memory.count(), weights.memory, made.memory_weight);
        if (request.gpus > 0 && type.gpu_count > 0)
            made.compute = part(type.compute, part_wanted(type, request).count(), weights.gpu, made.compute_weight);
        if (all > 0) made.reciprocal = ((std::uint32_t{1} << 31) + all - 1) / all;
        return made;
    }

    /// As the policy scores a node of the type that the request fits.
    ///
    /// With reciprocal = (2^31 + e) / weight, e < weight <= 768, and a sum of at most 768 * 2^11, the mean is too high by less
    /// than 1 / weight, which rounding down hides.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t operator()(std::int32_t cpu_free, std::int32_t memory_free,
                                                                std::int32_t part_free) const noexcept {
        const std::uint32_t doubled = cpu_weight * cpu.template at<OfUsed>(cpu_free) +
                                      memory_weight * memory.template at<OfUsed>(memory_free) +
                                      compute_weight * compute.template at<OfUsed>(part_free);
        return high_product(doubled, reciprocal);
    }
};

/// A scorer that can be prepared for the nodes of one type: scorer.on_type(type, request) scores them by what is free of CPU,
/// memory and GPUs in all, from 0 to 2^31 - 1, and scorer.is_exact_on(type) says whether it may be used.
template <class Scorer>
concept scores_by_sums = requires(const Scorer& scorer, const node_type& type, const request& request) {
    { scorer.is_exact_on(type) } -> std::same_as<bool>;
    { scorer.on_type(type, request)(0, 0, 0) } -> std::same_as<std::uint32_t>;
};

} // namespace gpupack::policy
