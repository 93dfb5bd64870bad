// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// An order in which a batch is placed. Requests that an order does not tell apart stay as given.
///
/// as_given    nothing is moved
/// largest     most GPU compute first, then most CPU: first fit decreasing
/// densest     least CPU for its GPU compute first, each as a part of what the cluster has; all that need less CPU than
///             GPU compute count alike. Then most GPU compute first. Leaves no GPU without CPU beside it
/// dominant    largest dominant share first: of CPU, memory and GPU compute the largest part of what the cluster has
/// smallest    smallest dominant share first: places the most tasks, and the least compute
enum class batch_rule : std::uint8_t { as_given, largest, densest, dominant, smallest };

/// All rules, as_given first.
inline constexpr std::array batch_rules{batch_rule::as_given, batch_rule::largest, batch_rule::densest,
                                        batch_rule::dominant, batch_rule::smallest};

/// "as given", "largest first" ...
[[nodiscard]] constexpr std::string_view name_of(batch_rule rule) noexcept {
    switch (rule) {
    case batch_rule::largest: return "largest first";
    case batch_rule::densest: return "densest first";
    case batch_rule::dominant: return "largest dominant share first";
    case batch_rule::smallest: return "smallest dominant share first";
    default: return "as given";
    }
}

/// What counts when two ways to place a batch are compared; the other amount breaks ties.
enum class batch_goal : std::uint8_t { compute, tasks };

/// What of a batch was placed.
///
/// compute  milli-GPUs that the requests placed ask for
struct batch_total {
    std::int64_t compute = 0;
    std::int64_t tasks = 0;

    /// Whether it reaches more of the goal.
    [[nodiscard]] constexpr bool beats(const batch_total& other, batch_goal goal) const noexcept {
        return goal == batch_goal::compute ? std::tie(other.compute, other.tasks) < std::tie(compute, tasks)
                                           : std::tie(other.tasks, other.compute) < std::tie(tasks, compute);
    }
    friend bool operator==(const batch_total&, const batch_total&) = default;
};

/// Adds up what was placed.
///
/// choices  [asked]
[[nodiscard]] inline batch_total total_of(const std::vector<gpupack::request>& request,
                                          const std::vector<batch_choice>& choices) {
    batch_total sum;
    for (std::size_t i = 0; i < request.size(); ++i) {
        if (!choices[i].placed()) continue;
        sum.compute += request[i].total_compute().count();
        ++sum.tasks;
    }
    return sum;
}

namespace detail {

/// What requests ask for as parts of what a cluster has, in units of 2^-30; whole numbers, so that orders are the same
/// everywhere.
class cluster_shares {
  public:
    explicit cluster_shares(const cluster& on) : compute_{on.compute().count()} {
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            cpu_ += on[node_id{n}].cpu().count();
            memory_ += on[node_id{n}].memory().count();
        }
    }

    [[nodiscard]] std::int64_t dominant(const gpupack::request& request) const noexcept {
        return std::max({part(request.cpu.count(), cpu_), part(request.memory.count(), memory_),
                         part(request.total_compute().count(), compute_)});
    }
    /// CPU over GPU compute, in units of 2^-10, from 1 up; the highest number for requests without GPUs.
    [[nodiscard]] std::int64_t cpu_for_compute(const gpupack::request& request) const noexcept {
        const std::int64_t compute = part(request.total_compute().count(), compute_);
        if (compute == 0) return INT64_MAX;
        return std::max<std::int64_t>(part(request.cpu.count(), cpu_) * 1024 / compute, 1024);
    }

  private:
    [[nodiscard]] static std::int64_t part(std::int64_t amount, std::int64_t whole) noexcept {
        return whole == 0 ? 0 : amount * (std::int64_t{1} << 30) / whole;
    }

    std::int64_t cpu_ = 0;
    std::int64_t memory_ = 0;
    std::int64_t compute_ = 0;
};

} // namespace detail

/// The indices of requests in the order of a rule.
///
/// cost  n log n
[[nodiscard]] inline std::vector<std::uint32_t> order_by(batch_rule rule, const cluster& on,
                                                         const std::vector<gpupack::request>& request) {
    const detail::cluster_shares shares{on};
    using key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::uint32_t>;
    std::vector<key> keys;
    keys.reserve(request.size());
    for (std::uint32_t i = 0; i < request.size(); ++i) {
        const std::int64_t compute = request[i].total_compute().count();
        const std::int64_t cpu = request[i].cpu.count();
        switch (rule) {
        case batch_rule::largest: keys.emplace_back(-compute, -cpu, 0, i); break;
        case batch_rule::densest: keys.emplace_back(shares.cpu_for_compute(request[i]), -compute, 0, i); break;
        case batch_rule::dominant: keys.emplace_back(-shares.dominant(request[i]), 0, 0, i); break;
        case batch_rule::smallest: keys.emplace_back(shares.dominant(request[i]), 0, 0, i); break;
        default: keys.emplace_back(0, 0, 0, i);
        }
    }
    std::sort(keys.begin(), keys.end());
    std::vector<std::uint32_t> order;
    order.reserve(keys.size());
    for (const key& each : keys) order.push_back(std::get<3>(each));
    return order;
}

/// A batch that was placed in the order that does most for the goal.
///
/// choices    [asked]  as the requests were given
/// rule       of the order that they were placed in
/// ordered    what is placed in the order given
/// unordered  what the choices place: as much or more of the goal
struct unordered_batch {
    std::vector<batch_choice> choices;
    batch_rule rule = batch_rule::as_given;
    batch_total ordered;
    batch_total unordered;
};

/// Places a batch in the order of each rule, and keeps the best; ties to the rule that comes first.
///
/// place    places requests in the order given: place(requests) is an expected vector of batch_choice. place_batch, or
///          a loop over a scheduler of the CPU
/// errors   those of place
/// cost     a batch a rule
template <class Place> [[nodiscard]] expected<unordered_batch, gpu_error>
place_in_any_order(const cluster& on, const std::vector<gpupack::request>& request, batch_goal goal, Place&& place) {
    unordered_batch best;
    std::vector<gpupack::request> sorted(request.size());
    for (const batch_rule rule : batch_rules) {
        const std::vector<std::uint32_t> order = order_by(rule, on, request);
        for (std::size_t i = 0; i < order.size(); ++i) sorted[i] = request[order[i]];
        const auto placed = place(sorted);
        if (!placed) return unexpected<gpu_error>{placed.error()};
        const batch_total total = total_of(sorted, *placed);
        if (rule == batch_rule::as_given) best.ordered = total;
        if (rule != batch_rule::as_given && !total.beats(best.unordered, goal)) continue;
        best.choices.resize(request.size());
        for (std::size_t i = 0; i < order.size(); ++i) best.choices[order[i]] = (*placed)[i];
        best.rule = rule;
        best.unordered = total;
    }
    return best;
}

/// Places a batch in whatever order of the rules does most for the goal; never less than place_batch.
///
/// returns  the choices, and by how much they beat the order given
/// errors, cost  those of place_batch, a batch a rule
template <space Space, batch_policy Policy> [[nodiscard]] expected<unordered_batch, gpu_error>
place_unordered(resident_cluster<Space>& of, const cluster& on, const Policy& by, const std::vector<gpupack::request>& request,
                batch_goal goal = batch_goal::compute, const batch_options& with = {}) {
    return place_in_any_order(
        on, request, goal, [&](const std::vector<gpupack::request>& sorted) { return place_batch(of, on, by, sorted, with); });
}

} // namespace gpupack::gpu
