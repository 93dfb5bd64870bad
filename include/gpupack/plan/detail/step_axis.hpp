// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// An amount of a GPU, compute or memory, in steps, with what tasks take of it rounded down: whatever fits in amounts fits
/// in steps.
class step_axis {
  public:
    /// No steps: the amount does not matter.
    step_axis() = default;

    /// Steps of a number that divides what tasks take, or as many as there may be.
    ///
    /// @param capacity  of the GPU
    /// @param common    divides the amounts of all tasks but those that may be divided at will; 0 where there are no others
    /// @param most      steps
    /// @param divided   whether there are tasks that may be divided, which can use a remainder
    [[nodiscard]] static step_axis over(std::int64_t capacity, std::int64_t common, std::int64_t most, bool divided) {
        step_axis made;
        const std::int64_t steps = common == 0 ? most + 1 : (capacity + (divided ? common - 1 : 0)) / common;
        made.steps_ = std::min({steps, most, std::max<std::int64_t>(capacity, 0)});
        made.capacity_ = made.steps_ == steps ? steps * common : capacity;
        return made;
    }

    /// How many there are.
    [[nodiscard]] std::int64_t steps() const noexcept { return steps_; }
    /// How many an amount takes, rounded down.
    [[nodiscard]] std::int64_t size_of(std::int64_t amount) const noexcept {
        return capacity_ == 0 ? 0 : amount * steps_ / capacity_;
    }
    /// The amount of one, rounded up.
    [[nodiscard]] std::int64_t step() const noexcept { return steps_ == 0 ? 0 : (capacity_ + steps_ - 1) / steps_; }

  private:
    std::int64_t steps_ = 0;
    std::int64_t capacity_ = 0; // in amounts
};

} // namespace gpupack::plan::detail
