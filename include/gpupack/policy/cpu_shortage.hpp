// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How short CPU will be beside GPUs: the CPU that expected tasks ask for by GPU compute, over what the nodes have of it.
///
/// Only the ratio counts, not what is free now: a mix that asks for more CPU than comes with its GPUs fills the CPU of the
/// cluster first, however it is placed. It changes when the mix does, or when nodes come and go.
class cpu_shortage {
  public:
    /// The highest level, from five percent more CPU than there is.
    static constexpr int most = 12;
    /// The level of a mix that asks for just the CPU that there is.
    static constexpr int even = 8;

    /// @param expected  the tasks to come
    explicit cpu_shortage(const task_mix& expected) noexcept {
        std::int64_t cpu = 0;
        std::int64_t compute = 0;
        for (const task_mix::entry& each : expected.entries()) {
            cpu += each.count * each.request.cpu.count();
            compute += each.count * each.request.total_compute().count();
        }
        by_mix_ = by_core(compute, cpu);
    }

    /// 0 for a mix that asks for less than nine tenths of the CPU by GPU that the cluster has; then one more for each 80th of
    /// it, up to most. 0 too where mix or cluster have no CPU or no GPUs. Cost: constant.
    ///
    /// @param cluster  of which the nodes that there are now count
    [[nodiscard]] std::uint8_t level(const cluster& cluster) const noexcept {
        const std::int64_t by_cluster = by_core(cluster.compute().count(), cluster.cpu().count());
        if (by_mix_ == 0 || by_cluster == 0) return 0;
        const std::int64_t eightieths = 80 * by_cluster / by_mix_;
        return static_cast<std::uint8_t>(std::clamp<std::int64_t>(eightieths - 72, 0, most));
    }

    /// What a milli-core costs at a level: the GPU compute that the mix asks for beside it, times so many thousandths, at
    /// level even.
    ///
    /// @param milli        what a milli-GPU is worth in the score, at most 2^20
    /// @param thousandths  0 to 10,000
    /// @param level        of level()
    [[nodiscard]] score price(score milli, std::int64_t thousandths, std::uint8_t level) const noexcept {
        return milli * by_mix_ / parts * thousandths / 1000 * level / even;
    }

    friend bool operator==(const cpu_shortage&, const cpu_shortage&) = default;

  private:
    static constexpr std::int64_t parts = 1 << 16;

    /// Milli-GPUs by milli-core, in parts; 16 milli-GPUs at most, which no node has.
    [[nodiscard]] static std::int64_t by_core(std::int64_t compute, std::int64_t cpu) noexcept {
        return cpu == 0 ? 0 : std::min(compute * parts / cpu, 16 * parts);
    }

    std::int64_t by_mix_ = 0;
};

} // namespace gpupack::policy
