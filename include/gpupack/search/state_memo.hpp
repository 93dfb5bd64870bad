// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gpupack::inline GPUPACK_ABI::search {

namespace detail {

/// The state of a GPU as two numbers: equal states have equal ones.
[[nodiscard]] inline std::array<std::uint64_t, 2> words_of(const gpu_state& gpu) noexcept {
    std::array<std::uint64_t, 2> words;
    static_assert(sizeof(words) == sizeof(gpu));
    std::memcpy(words.data(), &gpu, sizeof(words));
    return words;
}

} // namespace detail

/// A number that nodes of one type in one state share, and others hardly ever.
[[nodiscard]] inline std::uint64_t state_hash(const node_view& node) noexcept {
    std::uint64_t hash = static_cast<std::uint64_t>(node.cpu_free().count()) << 32 ^
                         static_cast<std::uint64_t>(node.memory_free().count()) ^
                         static_cast<std::uint64_t>(node.gpu_count()) << 24;
    std::uint64_t factor = 0x9e3779b97f4a7c15ULL; // another odd one a GPU: no product waits for the one before
    for (int i = 0; i < node.gpu_count(); ++i, factor += 0x3c6ef372fe94f82aULL) {
        const auto words = detail::words_of(node.gpu(i));
        hash += (words[0] ^ words[1] * 0x2545f4914f6cdd1dULL) * factor;
    }
    return mix_bits(hash);
}

/// Whether two nodes are of one type and in one state, GPU by GPU: both open or both closed.
[[nodiscard]] inline bool same_state(const node_view& a, const node_view& b) noexcept {
    if (&a.type() != &b.type() || a.closed() != b.closed() || !(a.cpu_free() == b.cpu_free()) ||
        !(a.memory_free() == b.memory_free()))
        return false;
    for (int i = 0; i < a.gpu_count(); ++i)
        if (detail::words_of(a.gpu(i)) != detail::words_of(b.gpu(i))) return false;
    return true;
}

/// Remembers, during one decision, the score of each node state met, so that nodes in the same state are scored
/// once.
///
/// Direct-mapped and of fixed size: a state that is replaced is scored again. Exact: states are compared, not only their
/// hashes. On openb a decision under fgd meets 467 nodes that fit in 38 states on average.
template <class Key> class state_memo {
  public:
    /// The score of the node: remembered, or from score().
    template <class Score> [[nodiscard]] Key look_up(const cluster& cluster, const node_view& node, Score&& score) {
        entry& slot = entries_[state_hash(node) % entries_.size()];
        if (slot.used && same_state(cluster.node_at(slot.node.number()), node)) return slot.key;
        slot = {score(), node.id(), true};
        return slot.key;
    }

  private:
    struct entry {
        Key key{};
        node_id node{};
        bool used = false;
    };
    std::array<entry, 256> entries_{};
};

} // namespace gpupack::search
