// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/topology/label_set.hpp>

namespace gpupack::inline GPUPACK_ABI {

/// The labels that a request wants, in its flat form: all of these, and none of those.
struct label_terms {
    label_set all_of{};  ///< Labels that must be there.
    label_set none_of{}; ///< Labels that must not.

    /// Whether any labels will do.
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return all_of.empty() && none_of.empty(); }
    /// Whether something with these labels will do.
    [[nodiscard]] GPUPACK_HD constexpr bool choose(label_set labels) const noexcept {
        return labels.contains(all_of) && (labels & none_of).empty();
    }

    GPUPACK_HD friend constexpr bool operator==(label_terms a, label_terms b) noexcept {
        return a.all_of == b.all_of && a.none_of == b.none_of;
    }
};

} // namespace gpupack
