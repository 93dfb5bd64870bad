// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/model_set.hpp>
#include <gpupack/topology/model_table.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Whether a model's name contains one of some types, in upper or lower case: "Tesla T4" is of the types "V100,t4".
///
/// Source: the annotations use-gputype and nouse-gputype of HAMi and Volcano (docs/sources.md#hami).
///
/// @param types  separated by commas; an empty one is in every name
/// @param model  the name of the model
[[nodiscard]] inline bool is_of_type(std::string_view types, std::string_view model) {
    const auto equal = [](char a, char b) {
        return std::toupper(static_cast<unsigned char>(a)) == std::toupper(static_cast<unsigned char>(b));
    };
    while (true) {
        const std::size_t comma = types.find(',');
        const std::string_view type = types.substr(0, comma);
        if (std::search(model.begin(), model.end(), type.begin(), type.end(), equal) != model.end() || type.empty())
            return true;
        if (comma == std::string_view::npos) return false;
        types.remove_prefix(comma + 1);
    }
}

/// The models that a request accepts by lists of types; no model may be left.
///
/// Source: the annotations use-gputype and nouse-gputype of HAMi and Volcano (docs/sources.md#hami).
///
/// @param models   the models of the cluster
/// @param types    types of which the model must be one; empty: any will do
/// @param others   types of which the model must be none; empty: none is refused
[[nodiscard]] inline model_set models_by_type(const model_table& models, std::string_view types,
                                              std::string_view others = {}) {
    model_set chosen;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_id id{static_cast<std::uint8_t>(m)};
        const std::string_view model = models[id].model.view();
        if (!types.empty() && !is_of_type(types, model)) continue;
        if (!others.empty() && is_of_type(others, model)) continue;
        chosen.insert(id);
    }
    return chosen;
}

} // namespace gpupack::dialect
