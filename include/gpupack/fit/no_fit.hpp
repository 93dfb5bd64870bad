// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/fit/shortfall_text.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace gpupack::inline GPUPACK_ABI {

/// Why a request fits nowhere now. fit::explain_no_fit finds it out.
struct no_fit {
    std::size_t nodes = 0;                        ///< nodes of the cluster
    std::uint32_t failed[fit::reason_count] = {}; ///< [reason] nodes that fail for it; they sum to nodes
    bool ever = false;          ///< whether the request would fit an empty cluster: wait if so, reject if not
    bool has_nearest = false;   ///< whether any open node has the GPUs for it, to be shared so
    fit::shortfall nearest{};   ///< what the node that lacks least would have to gain; ties to the lower node

    /// How many nodes fail for that reason.
    [[nodiscard]] constexpr std::uint32_t count(fit::reason why) const noexcept {
        return failed[static_cast<int>(why)];
    }

    /// One line: "0 of 100 nodes: 61 lack GPU memory, 39 lack CPU; nearest: node 17, 2 GiB of GPU memory short".
    [[nodiscard]] std::string message() const {
        std::string text{"0 of "};
        text.append(std::to_string(nodes)).append(nodes == 1 ? " node" : " nodes");
        const char* separator = ": ";
        for (int i = 1; i < fit::reason_count; ++i) {
            if (failed[i] == 0) continue;
            text.append(separator).append(std::to_string(failed[i])).append(" ");
            text.append(fit::describe(static_cast<fit::reason>(i)));
            separator = ", ";
        }
        if (has_nearest) {
            text.append("; nearest: node ").append(std::to_string(nearest.node.number()));
            text.append(", ").append(fit::shortfall_text(nearest)).append(" short");
        }
        if (!ever) text.append("; it would not fit an empty cluster either");
        return text;
    }

    /// Writes the message.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const no_fit& why) {
        return out << why.message();
    }
};

} // namespace gpupack
