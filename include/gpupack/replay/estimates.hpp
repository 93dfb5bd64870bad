// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/replay/discipline.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::replay {

/// How long tasks run, and what a scheduler expects of them, by a discipline.
class estimates {
  public:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max(); ///< Of a task that does not leave.

    /// The estimates of a discipline.
    explicit estimates(const discipline& discipline) noexcept
        : rule_{discipline.estimates}, noise_{std::clamp<std::int64_t>(discipline.noise, 1, std::int64_t{1} << 32)},
          seed_{discipline.seed} {}

    /// How long a task runs: until it ends by itself, or is ended at its limit; none where it never leaves.
    [[nodiscard]] std::optional<std::int64_t> length_of(const workload::task& task,
                                                        const workload::arrival& arrival) const noexcept {
        if (rule_ != estimate_rule::limit || !task.limit) return arrival.duration;
        return std::min(*task.limit, arrival.duration.value_or(*task.limit));
    }

    /// How long a task is expected to run.
    ///
    /// @param number   of the arrival; noise is drawn from it
    /// @param task     that arrives
    /// @param arrival  of the task
    /// @return seconds, or never
    [[nodiscard]] std::int64_t of(std::size_t number, const workload::task& task,
                                  const workload::arrival& arrival) const noexcept {
        if (rule_ == estimate_rule::limit && task.limit) return *task.limit;
        if (!arrival.duration) return never;
        if (rule_ != estimate_rule::noisy) return *arrival.duration;
        random_stream random{mix_bits(seed_ ^ mix_bits(number))};
        const auto factor = static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(noise_)));
        const std::int64_t length = *arrival.duration;
        if (random.below(2) == 0) return length / factor;
        return length > never / factor ? never : length * factor;
    }

  private:
    estimate_rule rule_;
    std::int64_t noise_;
    std::uint64_t seed_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay
