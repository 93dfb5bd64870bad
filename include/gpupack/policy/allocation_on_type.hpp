// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/node_type.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// One resource of all nodes of a type, with the request placed: what is used or left of it, in points.
struct points_on_type {
    std::int32_t demand = 0;      ///< What the request takes.
    std::uint32_t capacity = 1;   ///< What the nodes have; 1 where they have none.
    std::uint32_t reciprocal = 0; ///< 2^32 points / capacity, rounded down.
    std::uint32_t weight = 0;     ///< How much it counts; 0 where the nodes have none.

    /// points * part / capacity rounded down, where part is all but what is left, or what is left; as by division.
    ///
    /// The high product is the quotient or one less: with reciprocal = (2^32 points - e) / capacity, 0 <= e < capacity, it
    /// falls short by part * e / (2^32 capacity) < part / 2^32 < 1 before it is rounded. The remainder is below 2 capacity,
    /// so 32 bits hold it.
    ///
    /// @param free     at most the capacity
    /// @param points   below the capacity
    /// @param of_used  what is used, not what is left
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t operator()(std::int32_t free, std::uint32_t points,
                                                                bool of_used) const noexcept {
        const std::int32_t rest = free - demand;
        const auto left = static_cast<std::uint32_t>(rest > 0 ? rest : 0);
        const std::uint32_t part = of_used ? capacity - left : left;
        const auto estimate = static_cast<std::uint32_t>(std::uint64_t{part} * reciprocal >> 32);
        return estimate + (part * points - estimate * capacity >= capacity ? 1 : 0);
    }
};

/// The score of binpack, or of spread, on the nodes of one type for one request: in 32 bits, without a division, from the
/// sums of a node alone.
template <bool OfUsed> struct allocation_on_type {
    points_on_type cpu{};         ///< Of CPU.
    points_on_type memory{};      ///< Of host memory.
    points_on_type compute{};     ///< Of GPUs.
    std::uint32_t points = 0;     ///< The full score.
    std::uint32_t weight = 1;     ///< Of all that counts.
    std::uint32_t reciprocal = 0; ///< 2^32 / weight, less a bit.

    static constexpr score most_points = 1 << 11; ///< With these at most, and
    static constexpr score most_weight = 1 << 8;  ///< with such weights, 32 bits hold all sums.

    /// Whether these are the scores that division gives: capacities above the points, and numbers that are not negative.
    [[nodiscard]] static constexpr bool is_exact(const node_type& type, const resource_weights& weights,
                                                 score points) noexcept {
        const auto holds = [](score value, score most) { return value >= 0 && value <= most; };
        const auto is_large = [points](std::int64_t capacity) { return capacity == 0 || capacity > points; };
        return holds(points, most_points) && holds(weights.cpu, most_weight) && holds(weights.memory, most_weight) &&
               holds(weights.gpu, most_weight) && is_large(type.cpu.count()) && is_large(type.memory.count()) &&
               is_large(type.compute) && type.cpu.count() < std::int64_t{1} << 31 &&
               type.memory.count() < std::int64_t{1} << 31;
    }

    /// Prepares it where is_exact().
    [[nodiscard]] GPUPACK_HD static constexpr allocation_on_type
    of(const node_type& type, const request& request, const resource_weights& weights, score points) noexcept {
        allocation_on_type made;
        made.points = static_cast<std::uint32_t>(points);
        made.cpu = made.part(type.cpu.count(), request.cpu.count(), weights.cpu);
        made.memory = made.part(type.memory.count(), request.memory.count(), weights.memory);
        if (request.gpus > 0 && type.gpu_count > 0)
            made.compute = made.part(type.compute, part_wanted(type, request).count(), weights.gpu);
        made.weight = made.cpu.weight + made.memory.weight + made.compute.weight;
        if (made.weight == 0) made.weight = 1;
        made.reciprocal = 0xffffffffU / made.weight;
        return made;
    }

    /// As the policy scores a node of the type that the request fits.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t operator()(std::int32_t cpu_free, std::int32_t memory_free,
                                                                std::int32_t part_free) const noexcept {
        const std::uint32_t sum = cpu.weight * cpu(cpu_free, points, OfUsed) +
                                  memory.weight * memory(memory_free, points, OfUsed) +
                                  compute.weight * compute(part_free, points, OfUsed);
        const auto estimate = static_cast<std::uint32_t>(std::uint64_t{sum} * reciprocal >> 32);
        return estimate + (sum - estimate * weight >= weight ? 1 : 0);
    }

  private:
    [[nodiscard]] GPUPACK_HD constexpr points_on_type part(std::int64_t capacity, std::int64_t demand,
                                                           score counted) const noexcept {
        if (capacity == 0) return {};
        return {static_cast<std::int32_t>(demand), static_cast<std::uint32_t>(capacity),
                static_cast<std::uint32_t>((std::uint64_t{points} << 32) / static_cast<std::uint64_t>(capacity)),
                static_cast<std::uint32_t>(counted)};
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
