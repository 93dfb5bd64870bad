// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/node_columns.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::search {

/// How a policy for nodes scores all nodes at once. Specialised for those that can.
///
/// A specialisation has two static functions:
/// - `bool is_exact(const Policy&)`: whether doubles hold each step of the score exactly, with the policy's weights.
/// - `void score(const Policy&, const node_columns&, const request&, Eigen::ArrayXd& scores)`: sets [rows] the scores, whole
///   numbers but for a fraction that is to be cut off; they mean nothing where the request does not fit.
///
/// The quotient of two integers below 2^53 in doubles never reaches an integer that it should not, so cutting its fraction
/// off is division of integers.
template <class Policy> struct column_scores;

/// Whether a policy scores all nodes at once.
template <class Policy>
concept has_column_scores = requires(const Policy& policy) {
    column_scores<Policy>::is_exact(policy);
};

namespace detail {

/// Doubles hold every integer up to this.
inline constexpr std::int64_t exact_limit = std::int64_t{1} << 53;

/// More than the CPU or memory of any node, in milli-cores or MiB.
inline constexpr std::int64_t highest_amount = std::int64_t{1} << 31;

/// More than the compute of any node, in milli-GPUs: of 32 GPUs, each oversubscribed up to 32 times.
inline constexpr std::int64_t highest_compute = std::int64_t{1} << 20;

template <class Amount> [[nodiscard]] double amount(Amount value) noexcept {
    return static_cast<double>(value.count());
}

/// Whether an integer lies within plus or minus a limit.
[[nodiscard]] constexpr bool is_within(std::int64_t value, std::int64_t limit) noexcept {
    return value <= limit && -limit <= value;
}

/// Rounds down a quotient of integers from 0 to 2^16 whose divisor is at most 2^31, and that is wrong by at most 2^-34.
///
/// Doubles from 2^52 to 2^53 are whole, so an addition rounds to the nearest integer. Half of one is taken off before, less a bit
/// that is smaller than the distance of any such quotient from the next integer. Without a branch, so that several are
/// rounded at once.
[[nodiscard]] inline double whole_part(double quotient) noexcept {
    constexpr double nearly_half = 0.5 - 0x1p-33;
    constexpr double shift = 0x1.8p52;
    return ((quotient - nearly_half) + shift) - shift;
}

/// Scores as binpack and spread do: the weighted mean over resources of points * part / capacity, where part is what is used
/// or what is free once the request is placed; each quotient rounded down. Of GPUs, where what is free may be less than what
/// is placed counts for, no more than that is taken.
inline void score_allocation(const node_columns& columns, const request& request,
                             const policy::resource_weights& weights, policy::score points, bool counts_used,
                             Eigen::ArrayXd& scores) {
    const double factor = static_cast<double>(counts_used ? -points : points);
    const double offset = counts_used ? static_cast<double>(points) : 0.0; // what is used is all but what is left
    Eigen::ArrayXd total_weight = Eigen::ArrayXd::Zero(columns.rows());
    scores.setZero(columns.rows());
    const auto add = [&](const node_columns::resource& resource, double placed, double weight) {
        const double* const free = resource.free.data();
        const double* const exists = resource.exists.data();
        const double* const reciprocal = resource.reciprocal.data();
        double* const sum = scores.data();
        double* const total = total_weight.data();
        for (Eigen::Index n = 0; n < columns.rows(); ++n) {
            const double quotient = offset * exists[n] + factor * std::max(free[n] - placed, 0.0) * reciprocal[n];
            sum[n] += weight * whole_part(quotient);
            total[n] += weight * exists[n];
        }
    };
    add(columns.cpu(), amount(request.cpu), static_cast<double>(weights.cpu));
    add(columns.memory(), amount(request.memory), static_cast<double>(weights.memory));
    if (request.gpus > 0) add(columns.compute(), amount(request.total_compute()), static_cast<double>(weights.gpu));
    // Where nothing counts, the sum is 0 as well.
    scores /= total_weight + (total_weight == 0).cast<double>();
}

/// Whether the steps of score_allocation are exact.
[[nodiscard]] constexpr bool is_allocation_exact(const policy::resource_weights& weights,
                                                 policy::score points) noexcept {
    constexpr std::int64_t most_points = 1 << 11;
    constexpr std::int64_t most_weight = 1 << 8;
    return points >= 0 && points <= most_points && is_within(weights.cpu, most_weight) &&
           is_within(weights.memory, most_weight) && is_within(weights.gpu, most_weight);
}

} // namespace detail

/// @cond the specialisations do what column_scores says

template <> struct column_scores<policy::first_fit> {
    [[nodiscard]] static bool is_exact(const policy::first_fit&) noexcept { return true; }
    static void score(const policy::first_fit&, const node_columns& columns, const request&, Eigen::ArrayXd& scores) {
        scores.setZero(columns.rows());
    }
};

template <> struct column_scores<policy::best_fit> {
    [[nodiscard]] static bool is_exact(const policy::best_fit& policy) noexcept {
        const std::int64_t cpu = policy.machine.cpu.count();
        const std::int64_t compute = policy.machine.compute.count();
        constexpr std::int64_t most_compute = detail::exact_limit / 200 / detail::highest_amount;
        constexpr std::int64_t most_cpu = detail::exact_limit / 200 / detail::highest_compute;
        return cpu > 0 && cpu <= most_cpu && compute > 0 && compute <= most_compute &&
               cpu <= detail::exact_limit / 400 / compute;
    }
    static void score(const policy::best_fit& policy, const node_columns& columns, const request& request,
                      Eigen::ArrayXd& scores) {
        const double cpu = detail::amount(policy.machine.cpu);
        const double compute = detail::amount(policy.machine.compute);
        const double placed =
            50 * compute * detail::amount(request.cpu) + 50 * cpu * detail::amount(request.total_compute());
        scores =
            ((100 * cpu * compute + placed) - 50 * compute * columns.cpu().free - 50 * cpu * columns.compute().free) /
            (cpu * compute);
    }
};

template <> struct column_scores<policy::worst_fit> {
    [[nodiscard]] static bool is_exact(const policy::worst_fit& policy) noexcept {
        constexpr std::int64_t most = 1 << 20;
        return detail::is_within(policy.cpu_weight, most) && detail::is_within(policy.compute_weight, most);
    }
    static void score(const policy::worst_fit& policy, const node_columns& columns, const request& request,
                      Eigen::ArrayXd& scores) {
        scores = static_cast<double>(policy.cpu_weight) * (columns.cpu().free - detail::amount(request.cpu)) +
                 static_cast<double>(policy.compute_weight) *
                     (columns.compute().free - detail::amount(request.total_compute()));
    }
};

template <> struct column_scores<policy::binpack> {
    [[nodiscard]] static bool is_exact(const policy::binpack& policy) noexcept {
        return detail::is_allocation_exact(policy.weights, policy.points);
    }
    static void score(const policy::binpack& policy, const node_columns& columns, const request& request,
                      Eigen::ArrayXd& scores) {
        detail::score_allocation(columns, request, policy.weights, policy.points, true, scores);
    }
};

template <> struct column_scores<policy::spread> {
    [[nodiscard]] static bool is_exact(const policy::spread& policy) noexcept {
        return detail::is_allocation_exact(policy.weights, policy.points);
    }
    static void score(const policy::spread& policy, const node_columns& columns, const request& request,
                      Eigen::ArrayXd& scores) {
        detail::score_allocation(columns, request, policy.weights, policy.points, false, scores);
    }
};

/// The node's policy alone ranks the nodes.
template <has_column_scores Node, class Gpus> struct column_scores<policy::node_then_gpus_policy<Node, Gpus>> {
    using policy_type = policy::node_then_gpus_policy<Node, Gpus>;

    [[nodiscard]] static bool is_exact(const policy_type& policy) noexcept {
        return column_scores<Node>::is_exact(policy.node);
    }
    static void score(const policy_type& policy, const node_columns& columns, const request& request,
                      Eigen::ArrayXd& scores) {
        column_scores<Node>::score(policy.node, columns, request, scores);
    }
};

/// @endcond

} // namespace gpupack::search
