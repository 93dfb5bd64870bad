// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/compound_request.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// What a compound request needs at its peak: host amounts, and shares of GPUs.
struct peak_request {
    /// Shares that are needed at one time.
    struct shares {
        std::size_t part = 0;         ///< The part of the compound request that they are for.
        gpupack::request request;     ///< Without CPU and memory of the host; `gpus` are the number of shares.
        bool shares_may_meet = false; ///< Whether several of them may be on one GPU.
    };

    milli_cpu cpu{};                 ///< Of the host.
    mebibytes memory{};              ///< Of the host.
    std::vector<shares> gpu_parts{}; ///< Main parts and sidecars, then what init parts need beyond those.
};

namespace detail {

/// The request without host amounts and count: what shares must have in common to be used again by another container.
[[nodiscard]] inline request share_kind(const request& part) noexcept {
    request kind = part;
    kind.cpu = {};
    kind.memory = {};
    kind.gpus = 1;
    return kind;
}

/// The peak of an amount: the main parts and all sidecars together, or an init part with the sidecars before it.
template <class AmountOf> [[nodiscard]] std::int64_t peak_of(const compound_request& request, AmountOf&& amount_of) {
    std::int64_t sidecars = 0;
    std::int64_t init_peak = 0;
    std::int64_t main = 0;
    for (const request_part& part : request.parts) {
        const std::int64_t amount = amount_of(part.request);
        if (part.phase == part_phase::main) main += amount;
        if (part.phase == part_phase::sidecar) sidecars += amount;
        if (part.phase == part_phase::init) init_peak = std::max(init_peak, sidecars + amount);
    }
    return std::max(main + sidecars, init_peak);
}

} // namespace detail

/// What a compound request needs at its peak, by Kubernetes' rule for init containers: of each amount, and of each kind of
/// share, the larger of what the main parts and sidecars need together and what any init part needs with the sidecars
/// before it. Main parts use the GPUs of init parts again.
///
/// @param request  a valid request
[[nodiscard]] inline peak_request peak_of(const compound_request& request) {
    peak_request peak;
    peak.cpu = request.cpu +
               milli_cpu{detail::peak_of(request, [](const gpupack::request& part) { return part.cpu.count(); })};
    peak.memory = request.memory +
                  mebibytes{detail::peak_of(request, [](const gpupack::request& part) { return part.memory.count(); })};
    const auto add = [&](std::size_t part, int gpus) {
        gpupack::request needed = detail::share_kind(request.parts[part].request);
        needed.gpus = gpus;
        if (gpus > 0) peak.gpu_parts.push_back({part, needed, request.parts[part].shares_may_meet});
    };
    for (std::size_t part = 0; part < request.parts.size(); ++part)
        if (request.parts[part].phase != part_phase::init) add(part, request.parts[part].request.gpus);
    std::vector<gpupack::request> kinds;
    for (std::size_t part = 0; part < request.parts.size(); ++part) {
        if (request.parts[part].phase != part_phase::init || request.parts[part].request.gpus == 0) continue;
        const gpupack::request kind = detail::share_kind(request.parts[part].request);
        if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
        kinds.push_back(kind);
        std::int64_t main = 0;
        for (const auto& each : request.parts)
            if (each.phase != part_phase::init && detail::share_kind(each.request) == kind) main += each.request.gpus;
        const std::int64_t most = detail::peak_of(request, [&](const gpupack::request& each) {
            return detail::share_kind(each) == kind ? std::int64_t{each.gpus} : std::int64_t{0};
        });
        add(part, static_cast<int>(most - main));
    }
    return peak;
}

} // namespace gpupack
