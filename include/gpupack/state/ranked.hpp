// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/selection.hpp>

namespace gpupack::inline GPUPACK_ABI {

/// Whether a choice of one score comes before another: the order of all choices, on the host and in kernels.
///
/// Higher score first; then the lower choice: the lower node, or the lower node, GPU set and slots of a selection. The
/// order is total, so that it does not matter in which order choices are compared.
template <class Score, class Choice> [[nodiscard]] GPUPACK_HD constexpr bool
precedes(const Score& score, const Choice& choice, const Score& other_score, const Choice& other) noexcept {
    return other_score < score || (other_score == score && choice < other);
}

/// A node with its score; by default no node, which comes after every node.
template <class Score> struct ranked_node {
    Score score{};                  ///< what policy::node_score returns; means nothing where there is no node
    node_id node = node_id::none(); ///< the node, or none()

    /// Whether it names a node.
    [[nodiscard]] GPUPACK_HD constexpr bool found() const noexcept { return !(node == node_id::none()); }

    /// Whether it comes before another one; see gpupack::precedes.
    [[nodiscard]] GPUPACK_HD constexpr bool precedes(const ranked_node& other) const noexcept {
        if (!found() || !other.found()) return found() && !other.found();
        return gpupack::precedes(score, node, other.score, other.node);
    }

    GPUPACK_HD friend constexpr bool operator==(const ranked_node& a, const ranked_node& b) noexcept {
        return a.node == b.node && (!a.found() || a.score == b.score);
    }
};

/// A selection with its score; by default none, which comes after every selection.
template <class Score> struct ranked_selection : selection {
    Score score{}; ///< means nothing where nothing is selected

    /// Whether it comes before another one; see gpupack::precedes.
    [[nodiscard]] GPUPACK_HD constexpr bool precedes(const ranked_selection& other) const noexcept {
        if (!found() || !other.found()) return found() && !other.found();
        return gpupack::precedes<Score, selection>(score, *this, other.score, other);
    }

    GPUPACK_HD friend constexpr bool operator==(const ranked_selection& a, const ranked_selection& b) noexcept {
        const selection& a_where = a;
        const selection& b_where = b;
        return a_where == b_where && (!a.found() || a.score == b.score);
    }
};

} // namespace gpupack
