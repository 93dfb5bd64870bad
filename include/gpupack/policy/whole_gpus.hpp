// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A policy that gives whole GPUs to requests for slices; made by whole_gpus().
template <class Policy> struct whole_gpus_policy {
    Policy inner;

    using combined = combined_traits<Policy>;
    static constexpr policy_properties properties = combined::properties;

    /// What is placed for a request: a slice of a GPU is rounded up to the whole GPU.
    [[nodiscard]] constexpr request effective_request(const request& request) const noexcept {
        gpupack::request taken = request;
        if (request.gpus > 0 && request.share.way() == sharing::slices) taken.share = exclusive{};
        return taken;
    }

    [[nodiscard]] constexpr auto prepare(const decision& decision) const {
        return policy::prepare(inner, decision);
    }

    friend bool operator==(const whole_gpus_policy&, const whole_gpus_policy&) = default;
};

/// `whole_gpus(a)`: places by a, and whoever asks for a slice of a GPU gets all of it, as under systems that do not
/// share GPUs. Instances (MIG, vGPU) stay what they are. Outermost.
template <policy Policy> [[nodiscard]] constexpr auto whole_gpus(Policy inner) {
    return whole_gpus_policy<Policy>{inner};
}

/// What a policy places for a request: the request itself under all policies but whole_gpus().
template <policy Policy> [[nodiscard]] constexpr decltype(auto) effective_request(const Policy& by, const request& request) {
    if constexpr (requires { by.effective_request(request); })
        return by.effective_request(request);
    else
        return (request);
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::whole_gpus;
} // namespace gpupack
