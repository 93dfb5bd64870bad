// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/policy/mapped_policy.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Divides a score by a step, rounded down.
struct quantize_score {
    score step = 1; ///< Above 0.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(score value) const noexcept {
        return floor_divide(value, step);
    }
    friend bool operator==(const quantize_score&, const quantize_score&) = default;
};

/// A policy's score in whole steps, so that a later policy decides among near-equals.
template <class Policy> using quantized_policy = mapped_policy<quantize_score, Policy>;

/// `quantize(a, step)`: a's score divided by the step, rounded down. The step is positive, in a's own points
/// (thousandths for a weighted sum).
template <policy Policy>
requires policy<quantized_policy<Policy>>
[[nodiscard]] constexpr auto quantize(Policy policy, score step) {
    GPUPACK_EXPECTS(step > 0, "a step above 0");
    return quantized_policy<Policy>{policy, {step}};
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::quantize;
} // namespace gpupack
