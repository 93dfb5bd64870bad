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
concept has_column_scores = requires(const Policy& policy) { column_scores<Policy>::is_exact(policy); };

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
        const double placed = 50 * compute * detail::amount(request.cpu) + 50 * cpu * detail::amount(request.total_compute());
        scores = ((100 * cpu * compute + placed) - 50 * compute * columns.cpu().free - 50 * cpu * columns.compute().free) /
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
