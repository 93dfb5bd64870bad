// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/gpu_choice.hpp>
#include <gpupack/topology/gpu_names.hpp>

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Chooses GPUs by id: those of `allow`, all where it is empty, without those of `deny`.
struct gpu_selector {
    std::vector<std::string> allow{}; ///< Ids of the GPUs that will do; empty: all.
    std::vector<std::string> deny{};  ///< Ids of the GPUs that will not.

    /// The choice for request::ids.
    ///
    /// Errors: an id that no GPU has; GPUs on more than 8 nodes (close GPUs that nobody may use); nothing left to
    /// choose.
    [[nodiscard]] expected<gpu_choice, input_error> select(const gpu_names& names) const {
        gpu_choice denied{false};
        gpu_choice allowed{true};
        for (const std::string_view id : deny) {
            const auto found = names.find(id);
            if (!found) return unknown(id);
            if (allow.empty() && !denied.add(found->node, gpu_set::of(found->gpu))) return too_many(id);
        }
        if (allow.empty()) return denied;
        bool any = false;
        for (const std::string_view id : allow) {
            const auto found = names.find(id);
            if (!found) return unknown(id);
            bool is_denied = false;
            for (const std::string_view other : deny) is_denied = is_denied || other == id;
            if (is_denied) continue;
            any = true;
            if (!allowed.add(found->node, gpu_set::of(found->gpu))) return too_many(id);
        }
        if (!any) return bad_input("GPU id", std::string{allow.front()}, "one that is allowed and not denied");
        return allowed;
    }

    /// An order for sorted containers; it has no meaning beside that.
    friend std::strong_ordering operator<=>(const gpu_selector&, const gpu_selector&) = default;
    friend bool operator==(const gpu_selector&, const gpu_selector&) = default;

  private:
    [[nodiscard]] static unexpected<input_error> unknown(std::string_view id) {
        return bad_input("GPU id", std::string{id}, "the id of a GPU of this cluster");
    }
    [[nodiscard]] static unexpected<input_error> too_many(std::string_view id) {
        return bad_input("GPU id", std::string{id}, "GPUs of at most 8 nodes");
    }
};

} // namespace gpupack
