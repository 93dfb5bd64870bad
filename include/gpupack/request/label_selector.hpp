// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/label_set.hpp>
#include <gpupack/topology/label_table.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The labels that a request wants, in its flat form: all of these, and none of those.
struct label_terms {
    label_set all_of{}; ///< Labels that must be there.
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

/// Chooses GPUs, and nodes for requests without GPUs, by labels: those of a GPU are its own and its node's.
struct label_selector {
    std::vector<std::string_view> all_of{}; ///< Labels that must be there.
    std::vector<std::string_view> none_of{}; ///< Labels that must not.

    /// The terms for request::labels.
    ///
    /// Errors: a label that nothing in the cluster has.
    [[nodiscard]] expected<label_terms, input_error> select(const label_table& labels) const {
        label_terms made;
        for (const auto& [texts, terms] : {std::pair{&all_of, &made.all_of}, std::pair{&none_of, &made.none_of}})
            for (const std::string_view text : *texts) {
                const auto number = labels.find(text);
                if (!number)
                    return bad_input("label", std::string{text}, std::string{"one of "}.append(labels.names()));
                terms->insert(*number);
            }
        return made;
    }
};

} // namespace gpupack
