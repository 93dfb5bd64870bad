// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>

#include <string>
#include <utility>
#include <vector>

/// A node with one pool of devices, for the tests of the allocator.
namespace dra_world {

namespace dra = gpupack::dialect::dra;

inline dra::resource_slice slice_of(std::string name, std::vector<std::string> devices, std::string pool = "n1") {
    dra::resource_slice made{.name = std::move(name), .driver = "gpu.example", .pool = {std::move(pool), 1, 1}};
    made.reach.node_name = "n1";
    for (std::string& device : devices) made.devices.push_back({.name = std::move(device)});
    return made;
}

inline dra::resource_claim claim_of(std::int64_t count, const std::string& name = "c") {
    dra::resource_claim made{.name = name};
    made.requests.push_back({.name = "r", .demand = {.class_name = "any", .count = count}});
    return made;
}

/// The names of the devices, "none", or the name of the failure.
inline std::string answer(const std::vector<dra::resource_slice>& slices,
                          const std::vector<dra::resource_claim>& claims, const dra::allocated_devices& in_use = {},
                          dra::allocator_options options = {}) {
    const std::vector<dra::device_class> classes{{.name = "any"}};
    const auto devices = dra::node_devices::gather(slices, {.name = "n1"}, options.features, options.quirks);
    if (!devices) return std::string{name_of(devices.error().kind)};
    std::vector<const dra::resource_claim*> open;
    for (const dra::resource_claim& one : claims) open.push_back(&one);
    dra::device_allocator allocator{classes, options};
    const auto outcome = allocator.allocate(*devices, dra::node_use{*devices, in_use}, open);
    if (outcome.failure) return std::string{name_of(outcome.failure->kind)};
    if (!outcome.allocated) return "none";
    std::string names;
    for (const dra::claim_allocation& one : outcome.claims)
        for (const dra::allocated_device& device : one.devices)
            names.append(names.empty() ? "" : " ").append(device.device);
    return names;
}

} // namespace dra_world
