// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/constraint_state.hpp>
#include <gpupack/dialect/kubernetes/dra/dra_failure.hpp>
#include <gpupack/dialect/kubernetes/dra/features.hpp>
#include <gpupack/dialect/kubernetes/dra/resource_claim.hpp>
#include <gpupack/dialect/kubernetes/dra/selector_library.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Most devices of a claim.
inline constexpr std::int64_t most_results = 32;

/// A selector and where it stands, for messages.
struct placed_selector {
    const selector_library::entry* compiled = nullptr;
    const std::string* class_name = nullptr; ///< nullptr: of the request.
    std::size_t number = 0;
};

/// What is known of whether a device matches.
enum class match_answer : std::uint8_t { unknown, no, yes };

/// A request, or an alternative of one, as the search sees it.
struct search_demand {
    const device_demand* demand = nullptr;
    const device_class* class_of_devices = nullptr;
    std::string request;    ///< The name of the request.
    std::string whole_name; ///< The same, or `request/alternative`.
    std::vector<placed_selector> selectors{};
    std::int64_t count = 0;
    std::vector<std::size_t> all{};      ///< For mode All: the devices.
    std::vector<match_answer> matches{}; ///< By device.

    [[nodiscard]] bool takes_all() const noexcept { return demand->mode == allocation_mode::all; }
    [[nodiscard]] bool admin() const noexcept { return demand->admin_access.value_or(false); }
};

/// A request with its alternatives; without any it has one demand.
struct search_request {
    bool alternatives = false;
    std::vector<search_demand> demands{};
    std::size_t chosen = 0;
};

/// A claim to be allocated.
struct search_claim {
    const resource_claim* claim = nullptr;
    std::vector<search_request> requests{};
    std::vector<constraint_state> constraints{};
};

[[nodiscard]] inline std::string claim_name(const resource_claim& claim) {
    return claim.name_space.empty() ? claim.name : claim.name_space + "/" + claim.name;
}

} // namespace gpupack::dialect::dra::detail
