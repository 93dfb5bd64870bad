// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <chrono>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Adds up the time between each start() and the pause() that follows it.
class stopwatch {
  public:
    /// Goes on counting.
    void start() noexcept { began_ = clock::now(); }
    /// Stops counting.
    void pause() noexcept { spent_ += clock::now() - began_; }
    /// What was counted, in seconds.
    [[nodiscard]] double seconds() const noexcept { return std::chrono::duration<double>(spent_).count(); }

  private:
    using clock = std::chrono::steady_clock;

    clock::time_point began_{};
    clock::duration spent_{};
};

} // namespace gpupack::replay
