// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/fit/shortfall_text.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// The name of a node in a message, so that a message can be made without the cluster and without memory for each name.
/// Longer names are cut, and end in dots.
class node_label {
  public:
    static constexpr std::size_t most = 63; ///< Characters, at most.

    node_label() = default;
    /// @param name  of the node
    explicit constexpr node_label(std::string_view name) noexcept {
        for (std::size_t i = 0; i < name.size() && i < most; ++i)
            text_[i] = name.size() > most && i + 3 >= most ? '.' : name[i];
    }

    /// The text, which ends at the first zero.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return std::string_view{text_}; }

    friend constexpr bool operator==(const node_label& a, const node_label& b) noexcept { return a.view() == b.view(); }

  private:
    char text_[most + 1] = {};
};

/// Why a request fits nowhere now. fit::explain_no_fit finds it out.
struct no_fit {
    std::size_t nodes = 0;                        ///< nodes of the cluster
    std::uint32_t failed[fit::reason_count] = {}; ///< [reason] nodes that fail for it; they sum to nodes
    /// Whether the request would fit if nothing were placed on what is open: wait if so, reject if not.
    bool ever = false;
    /// Whether a node could serve the request; where none ever could, whether a node lacks no more than amounts for it.
    bool has_nearest = false;
    /// What the node that lacks least would have to gain, of the nodes that would take the request if nothing were placed;
    /// where there are none, what the node that comes nearest lacks even then. Ties to the lower node.
    fit::shortfall nearest{};
    node_label nearest_name{}; ///< the name of that node; empty where it has none
    /// The first node that would take the request if it and its GPUs were open; none() where there is none. One that would
    /// take it now goes before one that would if nothing were placed.
    node_id closed_node = node_id::none();
    gpu_set closed_gpus{};          ///< the GPUs that are closed there; empty where the node itself is
    bool opening_helps_now = false; ///< whether that node would take it now
    node_label closed_name{};       ///< the name of that node; empty where it has none

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
            text.append("; nearest: ").append(name_of(nearest.node, nearest_name));
            text.append(", ").append(fit::shortfall_text(nearest)).append(" short");
            if (!ever) text.append(" even when empty");
        }
        if (!(closed_node == node_id::none())) text.append("; ").append(opening_text());
        if (!ever)
            text.append(closed_node == node_id::none() ? "; it would not fit an empty cluster either"
                                                       : "; nothing open ever will");
        return text;
    }

    /// Writes the message.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const no_fit& why) {
        return out << why.message();
    }

  private:
    [[nodiscard]] static std::string name_of(node_id node, const node_label& name) {
        if (!name.view().empty()) return std::string{name.view()};
        return std::string{"node "}.append(std::to_string(node.number()));
    }

    /// "node-a would take it if its GPUs 0 and 2 were open".
    [[nodiscard]] std::string opening_text() const {
        std::string text = name_of(closed_node, closed_name);
        text.append(opening_helps_now ? " would take it if " : " would take it, when empty, if ");
        if (closed_gpus.empty()) return text.append("it were open");
        text.append(closed_gpus.size() == 1 ? "its GPU " : "its GPUs ");
        int left = closed_gpus.size();
        for_each_gpu(closed_gpus, [&](int i) {
            text.append(std::to_string(i));
            --left;
            if (left > 0) text.append(left == 1 ? " and " : ", ");
        });
        return text.append(" were open");
    }
};

} // namespace gpupack
