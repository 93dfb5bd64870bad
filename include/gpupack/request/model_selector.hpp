// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/model_table.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Chooses GPU models by what they are, as resource classes do: "at least 24 GiB, newer than Turing, not a V100".
/// What is left at its default asks for nothing.
struct model_selector {
    mebibytes memory_at_least{}; ///< Of the model, in MiB; one whose memory is not known has none.
    /// The generation, itself left out; one whose generation is not known is never newer.
    architecture newer_than = architecture::unknown;
    bool mig = false;                 ///< Whether it must have MIG profiles.
    std::vector<std::string> allow{}; ///< Names of models of the table; deny wins, and an empty allow is all.
    std::vector<std::string> deny{};  ///< Names of models of the table; deny wins, and an empty allow is all.

    /// The models of the table that it chooses, for request::models.
    ///
    /// Errors: a name in allow or deny that the table lacks; no model that will do.
    [[nodiscard]] expected<model_set, input_error> select(const model_table& models) const {
        for (const auto* list : {&allow, &deny})
            for (const std::string_view name : *list)
                if (!models.find(name))
                    return bad_input(list == &allow ? "allow" : "deny", std::string{name},
                                     std::string{"one of "}.append(models.names()));
        model_set chosen;
        for (std::size_t m = 0; m < models.size(); ++m) {
            const model_id id{static_cast<std::uint8_t>(m)};
            if (chooses(models[id], models.tables_of(id).mig != nullptr)) chosen.insert(id);
        }
        if (chosen.empty()) return bad_input("selector", "", std::string{"a model among "}.append(models.names()));
        return chosen;
    }

    /// An order for sorted containers; it has no meaning beside that.
    friend std::strong_ordering operator<=>(const model_selector&, const model_selector&) = default;
    friend bool operator==(const model_selector&, const model_selector&) = default;

  private:
    [[nodiscard]] bool chooses(const gpu_model& model, bool has_mig) const {
        const std::string_view name = model.model.view();
        const auto names = [&](const std::vector<std::string>& list) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        return model.memory >= memory_at_least &&
               (newer_than == architecture::unknown || model.generation > newer_than) && (!mig || has_mig) &&
               (allow.empty() || names(allow)) && !names(deny);
    }
};

} // namespace gpupack
