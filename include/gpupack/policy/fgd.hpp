// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// The fall of fragmentation from which on FGD's score is at least k, for k = 1 ... 99, in tasks times milli-GPUs:
/// total * 1000 ln(k / (100 - k)), rounded up.
///
/// 100 sigmoid(fall / 1000) reaches k there, so that whole numbers stand for the sigmoid.
struct fgd_thresholds {
    static constexpr int count = 99;
    std::int64_t fall[count] = {};
};

[[nodiscard]] constexpr fgd_thresholds make_fgd_thresholds(std::int64_t total) noexcept {
    constexpr std::int64_t logits[] = {
#include <gpupack/policy/detail/logit_thresholds.inc>
    };
    constexpr std::int64_t scale = 1'000'000'000; // the logits are in units of 10^-9 milli-GPUs
    fgd_thresholds thresholds{};
    for (int k = 0; k < fgd_thresholds::count; ++k) {
        const std::int64_t product = total * logits[k];
        thresholds.fall[k] = product > 0 ? (product + scale - 1) / scale : product / scale;
    }
    return thresholds;
}

} // namespace detail

/// The scorer that fgd prepares.
struct fgd_scorer {
    fragmentation_scorer exact;               ///< Scores the decrease of fragmentation exactly.
    const std::int64_t* thresholds = nullptr; ///< From which decrease on each score is reached.

    static constexpr policy_properties properties{.expensive = true}; ///< What engines must know about it.

    /// The tables of what is expected, and the thresholds.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        exact.for_each_table(visit);
        visit(thresholds, std::size_t{detail::fgd_thresholds::count});
    }

    /// 0 to 99: how many thresholds the fall of fragmentation reaches.
    [[nodiscard]] GPUPACK_HD constexpr score rounded(score fall) const noexcept {
        int reached = 0;
        for (int step = 64; step > 0; step /= 2)
            if (reached + step <= detail::fgd_thresholds::count && thresholds[reached + step - 1] <= fall)
                reached += step;
        return reached;
    }

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        return rounded(exact(candidate, request));
    }

    /// What falls: see scores_by_fall.
    [[nodiscard]] GPUPACK_HD constexpr const fragmentation_view& measure() const noexcept { return exact.expected; }
    /// The score of a fall: the higher, the higher it is.
    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t of_fall(score fall) const noexcept {
        return static_cast<std::uint32_t>(rounded(fall));
    }

    /// See fragmentation_scorer.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        exact.for_each_score(node, request,
                             [&](score fall, gpu_set gpus, slot_list slots) { visit(rounded(fall), gpus, slots); });
    }
};

/// Fragmentation gradient descent as published: the fall of fragmentation through a sigmoid, cut to 0 ... 100, so
/// that near the middle 40 milli-GPUs make a point and the many ties go to the lowest node.
///
/// - Score: trunc(100 / (1 + exp(-fall / 1000))), fall in milli-GPUs, evaluated in whole numbers.
/// - Source: FGD, USENIX ATC 2023 (docs/sources.md#fgd).
class fgd {
  public:
    /// @param expected the typical tasks: task_mix::typical(95) of the workload for the published figures
    explicit fgd(const task_mix& expected)
        : table_{expected}, thresholds_{std::make_shared<const detail::fgd_thresholds>(
                                detail::make_fgd_thresholds(expected.total()))} {}

    /// The scorer of one decision.
    [[nodiscard]] fgd_scorer prepare(const decision&) const noexcept { return {{table_.view()}, thresholds_->fall}; }

    friend bool operator==(const fgd& a, const fgd& b) noexcept { return a.table_ == b.table_; }

  private:
    fragmentation_table table_;
    std::shared_ptr<const detail::fgd_thresholds> thresholds_;
};

/// The part of the expected tasks, in percent by number, that FGD calls typical: task_mix::typical(fgd_typical_percent).
inline constexpr int fgd_typical_percent = 95;

} // namespace gpupack::policy
