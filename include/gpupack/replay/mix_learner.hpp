// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/learned_mix.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Learns the expected mix while a replay runs, and says when the policy should be made anew from it.
///
/// A newer policy makes an engine forget what it remembers, so it is not renewed at every arrival. It is due when as much
/// has arrived since the last time as had before, or a quarter of the half-life: after 1, 2, 4, ... arrivals, and from
/// then on in even steps. Within a quarter of the half-life at most a fifth of the mix changes.
class mix_learner {
  public:
    /// @param half_life  of the learned_mix, in arrivals
    explicit mix_learner(std::int64_t half_life)
        : learned_{half_life}, step_{std::max<std::int64_t>(half_life / 4, 1)} {}

    /// Begins with a history, in its order. No renewal becomes due by it.
    void begin_with(const std::vector<request>& history) {
        for (const request& each : history) learned_.observe(each);
        renewed_at_ = learned_.arrivals();
    }

    /// Takes one arrival into account.
    ///
    /// @return whether the policy should be renewed now
    [[nodiscard]] bool observe(const request& arrived) {
        learned_.observe(arrived);
        if (learned_.arrivals() - renewed_at_ < std::clamp<std::int64_t>(renewed_at_, 1, step_)) return false;
        renewed_at_ = learned_.arrivals();
        return true;
    }

    /// The mix as it is now.
    [[nodiscard]] task_mix mix() const { return learned_.mix(); }

  private:
    learned_mix learned_;
    std::int64_t step_;
    std::int64_t renewed_at_ = 0;
};

} // namespace gpupack::replay
