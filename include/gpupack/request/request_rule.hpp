// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// What a scheduler places for a request.
///
/// The rule belongs to the system and not to the policy: it changes what is placed, not how good a choice is.
enum class request_rule : std::uint8_t {
    as_requested, ///< The request itself.
    whole_gpus    ///< A whole GPU for each slice, as under systems that do not share GPUs. MIG and vGPU instances stay.
};

/// The request that is placed for a request.
///
/// @param rule     the rule of the scheduler
/// @param request  what the task asks for
/// @return         the request itself, or the request rounded up to whole GPUs
[[nodiscard]] GPUPACK_HD constexpr request effective_request(request_rule rule, const request& request) noexcept {
    gpupack::request effective = request;
    if (rule == request_rule::whole_gpus && request.gpus > 0 && request.share.way() == sharing::slices)
        effective.share = exclusive{};
    return effective;
}

/// Compute that a placement holds beyond what the task asks for.
///
/// @param effective  the request that is placed: effective_request(rule, request)
/// @param request    what the task asks for
/// @return           milli-GPUs of each GPU
[[nodiscard]] GPUPACK_HD constexpr milli_gpu rounding_overhead(const request& effective,
                                                               const request& request) noexcept {
    return request.gpus == 0 ? milli_gpu{} : effective.share.compute() - request.share.compute();
}

} // namespace gpupack
