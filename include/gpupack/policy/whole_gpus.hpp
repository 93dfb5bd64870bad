#pragma once

#include <gpupack/policy/decision.hpp>
#include <gpupack/request/request.hpp>

namespace gpupack::policy {

/// A policy that gives whole GPUs to requests for slices; made by whole_gpus().
template <class Policy> struct whole_gpus_policy {
    Policy inner;

    static constexpr bool whole_cluster = looks_at_whole_cluster<Policy>();

    /// What is placed for a request: a slice of a GPU is rounded up to the whole GPU.
    [[nodiscard]] constexpr request taken_for(const request& asked) const noexcept {
        request taken = asked;
        if (asked.gpus > 0 && asked.share.way() == sharing::slices) taken.share = exclusive{};
        return taken;
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const {
        return policy::prepare(inner, question);
    }

    friend bool operator==(const whole_gpus_policy&, const whole_gpus_policy&) = default;
};

/// `whole_gpus(a)`: places by a, and whoever asks for a slice of a GPU gets all of it, as under systems that do not
/// share GPUs. Instances (MIG, vGPU) stay what they are. Outermost.
template <policy Policy> [[nodiscard]] constexpr auto whole_gpus(Policy inner) {
    return whole_gpus_policy<Policy>{inner};
}

/// What a policy places for a request: the request itself under all policies but whole_gpus().
template <policy Policy> [[nodiscard]] constexpr decltype(auto) taken_for(const Policy& by, const request& asked) {
    if constexpr (requires { by.taken_for(asked); })
        return by.taken_for(asked);
    else
        return (asked);
}

} // namespace gpupack::policy

namespace gpupack {
using policy::whole_gpus;
} // namespace gpupack
