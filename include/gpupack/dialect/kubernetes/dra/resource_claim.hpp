// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/node_selector.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Parameters for a driver, which nobody else reads.
struct device_configuration {
    std::vector<std::string> requests{}; ///< For whom; empty: all requests of the claim.
    std::string driver;     ///< Whose parameters they are; empty where the kind of configuration is not known.
    std::string parameters; ///< JSON.

    friend bool operator==(const device_configuration&, const device_configuration&) = default;
};

/// Requests name a class instead of describing devices from scratch.
struct device_class {
    std::string name; ///< metadata.name.
    std::vector<std::optional<std::string>>
        selectors{}; ///< Expressions that must hold; nothing: of a kind that is not known.
    std::vector<device_configuration> configuration{}; ///< Goes with each device of the class.
    std::string extended_resource; ///< The resource in a container that stands for a request of this class.
};

/// What a request puts up with.
struct device_toleration {
    std::string key;                       ///< The taint; empty: any.
    std::string comparison;                ///< Exists, or Equal, which is the default.
    std::string value;                     ///< What Equal compares.
    std::string effect;                    ///< The effect; empty: any.
    std::optional<std::int64_t> seconds{}; ///< How long after NoExecute.

    friend bool operator==(const device_toleration&, const device_toleration&) = default;
};

/// How many devices a request is for.
enum class allocation_mode : std::uint8_t { exact_count, all, unknown };

/// What devices a request, or one of its alternatives, is for.
struct device_demand {
    std::string class_name;                              ///< The class.
    std::vector<std::optional<std::string>> selectors{}; ///< Expressions that must hold besides those of the class.
    allocation_mode mode = allocation_mode::exact_count; ///< A number of devices, or all that match.
    std::string mode_text{};                             ///< What stands there where the mode is unknown.
    std::int64_t count = 1;                              ///< The number.
    std::optional<bool> admin_access{};                  ///< Devices in use may be taken, and stay free for others.
    std::vector<device_toleration> tolerations{};        ///< Taints that do not matter.
    std::optional<std::vector<std::pair<std::string, quantity>>>
        capacity{};       ///< Amounts of shareable capacities, by name, sorted.
    bool derived = false; ///< Derived attributes, which are off by default in 1.37.
};

/// An alternative of a request.
struct device_alternative {
    std::string name;       ///< Unique in the request.
    device_demand demand{}; ///< The devices.
};

/// A request of a claim: one demand, or alternatives of which the first that can be had is taken.
struct device_request {
    std::string name;                               ///< Unique in the claim.
    device_demand demand{};                         ///< Where there are no alternatives.
    std::vector<device_alternative> alternatives{}; ///< The better first (`firstAvailable`).
};

/// What the devices of some requests must have in common, or must not.
struct device_constraint {
    std::vector<std::string> requests{};   ///< `request` or `request/alternative`; empty: all.
    std::optional<std::string> match{};    ///< The attribute that all have with the same value.
    std::optional<std::string> distinct{}; ///< The attribute that no two have with the same value.
};

/// A device in an allocation.
struct allocated_device {
    std::string request;                                      ///< `request` or `request/alternative`.
    std::string driver;                                       ///< The driver.
    std::string pool;                                         ///< The pool of the driver.
    std::string device;                                       ///< The device of the pool.
    bool admin_access = false;                                ///< Others may still have it.
    std::vector<device_toleration> tolerations{};             ///< Of the request.
    std::vector<std::string> binding_conditions{};            ///< Of the device.
    std::vector<std::string> binding_failure_conditions{};    ///< Of the device.
    bool shared = false;                                      ///< It is one share of a shareable device.
    std::string share{};                                      ///< The id of the share, where there is one yet.
    std::vector<std::pair<std::string, quantity>> consumed{}; ///< What the share takes.
};

/// Parameters in an allocation.
struct allocated_configuration {
    bool from_class = false;        ///< Of the class rather than of the claim.
    device_configuration content{}; ///< The parameters.
};

/// The devices of a claim.
struct claim_allocation {
    std::vector<allocated_device> devices{};              ///< In the order of the requests.
    std::vector<allocated_configuration> configuration{}; ///< For the drivers.
    std::optional<node_selector> nodes{};                 ///< Where they can be used; nothing: everywhere.
};

/// A claim of devices.
struct resource_claim {
    std::string name;                                  ///< metadata.name.
    std::string name_space;                            ///< metadata.namespace.
    std::vector<device_request> requests{};            ///< In the order in which they are served.
    std::vector<device_constraint> constraints{};      ///< Across requests.
    std::vector<device_configuration> configuration{}; ///< For the drivers.
    std::optional<claim_allocation> allocation{};      ///< What it has (`status.allocation`).
};

} // namespace gpupack::dialect::dra
