// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/label_terms.hpp>
#include <gpupack/topology/label_table.hpp>

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Chooses GPUs, and nodes for requests without GPUs, by labels: those of a GPU are its own and its node's.
struct label_selector {
    std::vector<std::string> all_of{};  ///< Labels that must be there.
    std::vector<std::string> none_of{}; ///< Labels that must not.

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

    /// An order for sorted containers; it has no meaning beside that.
    friend std::strong_ordering operator<=>(const label_selector&, const label_selector&) = default;
    friend bool operator==(const label_selector&, const label_selector&) = default;
};

} // namespace gpupack
