// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/request/share_rule.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// What a scheduler places for a request.
///
/// The rule belongs to the system and not to the policy: it changes what is placed, not how good a choice is.
enum class request_rule : std::uint8_t {
    as_requested, ///< The request itself.
    whole_gpus,   ///< A whole GPU for each slice, as under systems that do not share GPUs. MIG and vGPU instances stay.
    compute_alone,   ///< Slices under share_rule::compute_alone.
    counts_percent,  ///< Slices of memory under share_rule::counts_percent.
    double_rounding, ///< Slices under share_rule::double_rounding.
    books_profiles   ///< As compute_alone, and MIG instances under share_rule::books_profile.
};

/// The rule of a share under a scheduler's rule. What the share sets itself stays.
[[nodiscard]] GPUPACK_HD constexpr share_rule share_rule_under(request_rule rule, const share& share) noexcept {
    share_rule changed = share.rule();
    const bool is_slice = share.way() == sharing::slices;
    const bool names_memory = share.memory_part() != 0 || share.memory().count() != 0;
    if (rule == request_rule::compute_alone || rule == request_rule::books_profiles)
        changed.compute_alone = changed.compute_alone || is_slice;
    if (rule == request_rule::counts_percent)
        changed.counts_percent = changed.counts_percent || (is_slice && names_memory && !share.is_split());
    if (rule == request_rule::double_rounding)
        changed.double_rounding = changed.double_rounding || (is_slice && share.memory_part() != 0);
    if (rule == request_rule::books_profiles)
        changed.books_profile = changed.books_profile || share.way() == sharing::mig;
    return changed;
}

/// The request that is placed for a request.
///
/// @param rule     the rule of the scheduler
/// @param request  what the task asks for
/// @return         the request itself, rounded up to whole GPUs, or under the system's rule for shares
[[nodiscard]] GPUPACK_HD constexpr request effective_request(request_rule rule, const request& request) noexcept {
    gpupack::request effective = request;
    if (rule == request_rule::whole_gpus && request.gpus > 0 && request.share.way() == sharing::slices)
        effective.share = exclusive{};
    if (rule > request_rule::whole_gpus) effective.share = request.share.with(share_rule_under(rule, request.share));
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
