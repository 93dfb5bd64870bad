// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/allocation_result.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/first_solution.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_problem.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_setup.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/search_state.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>
#include <gpupack/dialect/kubernetes/dra/selector_library.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// What became of the claims of a pod on a node: allocations, none, or an error.
struct allocation_outcome {
    std::optional<dra_failure> failure{};            ///< The error, if there is one.
    bool allocated = false;                          ///< Whether each claim got its devices.
    std::vector<claim_allocation> claims{};          ///< One for each claim, in order, if allocated.
    std::vector<std::vector<std::size_t>> devices{}; ///< The same as numbers of node_devices, by claim.
    std::uint64_t steps = 0;                         ///< Steps of the search.
};

/// How an allocator decides.
struct allocator_options {
    dra_features features{};                                              ///< What is switched on.
    dra_quirks quirks{};                                                  ///< What an older release did otherwise.
    std::uint64_t step_limit = std::numeric_limits<std::uint64_t>::max(); ///< Ends the search with an error.
    bool bounds = true; ///< Cut off branches without a solution; the answer is the same.
};

/// Allocates the claims of a pod on a node as kube-scheduler 1.37 does: the first solution in the published order.
///
/// Cost: for one device, linear in the devices of the node. Several devices are searched depth first with bounds, where
/// upstream's search may take exponential time. Source: docs/sources.md#kubernetes-dra.
class device_allocator {
  public:
    /// An allocator for classes that outlive it.
    ///
    /// @param classes  by which requests name devices
    /// @param options  what is switched on
    explicit device_allocator(std::span<const device_class> classes, allocator_options options = {})
        : classes_{classes}, options_{options} {}

    /// Allocates claims that have no allocation yet, in order.
    ///
    /// @param devices  of the node
    /// @param use      what is in use of them
    /// @param claims   of the pod
    /// @param order    by claim: the numbers of all devices in the order in which they are tried; empty: as published
    [[nodiscard]] allocation_outcome allocate(const node_devices& devices, const node_use& use,
                                              std::span<const resource_claim* const> claims,
                                              const std::vector<std::vector<std::size_t>>& order = {}) {
        allocation_outcome outcome;
        std::vector<detail::search_claim> problem(claims.size());
        detail::search_state state{devices, use, problem, options_.features, options_.quirks};
        detail::search_setup setup{devices, classes_, library_, options_.features, options_.quirks, state};
        for (std::size_t i = 0; i < claims.size() && !state.failure(); ++i) setup.prepare(problem, i, *claims[i]);
        if (!state.failure()) {
            detail::first_solution search{
                devices, problem, state, options_.step_limit, options_.bounds && options_.quirks == dra_quirks{},
                order};
            conclude(devices, search.search(), state, outcome);
            outcome.steps = search.steps();
        }
        if (outcome.allocated) collect(devices, problem, state, outcome);
        outcome.failure = state.failure();
        outcome.allocated = outcome.allocated && !outcome.failure;
        return outcome;
    }

    [[nodiscard]] const allocator_options& options() const noexcept { return options_; } ///< How it decides.

  private:
    using verdict = detail::first_solution::verdict;

    static void conclude(const node_devices& devices, verdict found, detail::search_state& state,
                         allocation_outcome& outcome) {
        if (found == verdict::too_many) state.fail(failure_kind::too_many_devices, "more than 32 devices in a claim");
        outcome.allocated = found == verdict::yes;
        if (found != verdict::no) return;
        for (const node_pool& pool : devices.pools())
            if (pool.state == pool_state::invalid)
                state.fail(failure_kind::invalid_pools, "pool " + pool.driver + "/" + pool.name + ": " + pool.reason);
    }
    void collect(const node_devices& devices, std::vector<detail::search_claim>& problem, detail::search_state& state,
                 allocation_outcome& outcome) const {
        for (std::size_t i = 0; i < problem.size() && !state.failure(); ++i) {
            auto result = detail::allocation_of(devices, problem[i], state.results()[i], options_.features);
            if (!result) {
                state.fail(result.error().kind, result.error().message);
                return;
            }
            outcome.claims.push_back(std::move(*result));
            std::vector<std::size_t>& numbers = outcome.devices.emplace_back();
            for (const detail::taken_device& pick : state.results()[i]) numbers.push_back(pick.device);
        }
    }

    std::span<const device_class> classes_;
    allocator_options options_;
    selector_library library_;
};

} // namespace gpupack::dialect::dra
