// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_set>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Chooses for each of some nodes one of the combinations of members that it takes, so that all members are somewhere.
///
/// Nodes are looked at one after the other; what is kept are the sums that the nodes so far can take, each once, so the
/// cost is nodes x sums x combinations and never nodes to the power of members. Sums that the nodes to come cannot
/// complete are left out, and, where a node may take fewer than a combination says, sums that another one exceeds.
class gang_cover {
  public:
    /// Members on one node.
    struct choice {
        node_id node{};       ///< The node.
        member_counts counts; ///< [parts]
    };
    /// How a search ended.
    enum class outcome : std::uint8_t { found, none, cut_short };

    /// @param counts            [parts] members to place; at most 2^62 sums can be told apart, else the search is cut short
    /// @param closed_downwards  whether a node may take fewer members than a combination says
    gang_cover(std::vector<std::int64_t> counts, bool closed_downwards)
        : counts_{std::move(counts)}, closed_downwards_{closed_downwards}, weights_(counts_.size()) {
        std::uint64_t sums = 1;
        for (std::size_t part = 0; part < counts_.size(); ++part) {
            weights_[part] = sums;
            const auto values = static_cast<std::uint64_t>(counts_[part]) + 1;
            is_numbered_ = is_numbered_ && sums <= (std::uint64_t{1} << 62) / values;
            sums *= values;
        }
        target_ = sums - 1;
    }

    /// Adds a node. Nodes of one kind must follow each other.
    ///
    /// @param node      the node
    /// @param patterns  its combinations, none of them empty; must outlive this
    /// @param kind      a number that nodes with the same patterns share, and no others
    void add(node_id node, const std::vector<member_counts>& patterns, std::size_t kind) {
        nodes_.push_back({node, &patterns, kind});
    }

    /// Searches; chosen() says what was found.
    [[nodiscard]] outcome search(search_budget& budget) {
        if (!is_numbered_) return outcome::cut_short;
        sum_up_room();
        std::vector<layer_entry> sums{{0, 0, 0}};
        for (std::size_t n = 0; n < nodes_.size(); ++n) {
            if (n > 0 && nodes_[n].kind == nodes_[n - 1].kind && exhausted_kind_ == nodes_[n].kind) continue;
            std::vector<layer_entry> next;
            if (!add_node(n, sums, next, budget)) return outcome::cut_short;
            if (next.size() == sums.size() &&
                std::equal(next.begin(), next.end(), sums.begin(),
                           [](const layer_entry& a, const layer_entry& b) { return a.sum == b.sum; })) {
                exhausted_kind_ = nodes_[n].kind;
                continue;
            }
            if (next.empty()) return outcome::none;
            layers_.push_back({n, next});
            const auto found =
                std::find_if(next.begin(), next.end(), [&](const layer_entry& each) { return each.sum == target_; });
            if (found != next.end()) {
                trace_back(static_cast<std::size_t>(found - next.begin()));
                return outcome::found;
            }
            sums = std::move(next);
        }
        return outcome::none;
    }

    /// What each node takes, for those that take some, in the order in which they were added.
    [[nodiscard]] const std::vector<choice>& chosen() const noexcept { return chosen_; }

  private:
    struct layer_entry {
        std::uint64_t sum;     // of members by part, as one number
        std::uint32_t before;  // index into the layer before
        std::uint32_t pattern; // one more than the index of the node's pattern; 0 for none
    };
    struct layer {
        std::size_t node;
        std::vector<layer_entry> entries;
    };
    struct node_patterns {
        node_id node;
        const std::vector<member_counts>* patterns;
        std::size_t kind;
    };

    [[nodiscard]] std::int64_t count_in(std::uint64_t sum, std::size_t part) const noexcept {
        return static_cast<std::int64_t>(sum / weights_[part] % (static_cast<std::uint64_t>(counts_[part]) + 1));
    }

    /// Adds up, from the last node to the first, what they can take of each part.
    void sum_up_room() {
        room_.assign((nodes_.size() + 1) * counts_.size(), 0);
        for (std::size_t n = nodes_.size(); n-- > 0;)
            for (std::size_t part = 0; part < counts_.size(); ++part) {
                std::int64_t most = 0;
                for (const member_counts& each : *nodes_[n].patterns) most = std::max<std::int64_t>(most, each[part]);
                room_[n * counts_.size() + part] = room_[(n + 1) * counts_.size() + part] + most;
            }
    }

    /// Whether the nodes from the nth on may take what a sum lacks.
    [[nodiscard]] bool can_be_completed(std::uint64_t sum, std::size_t nth) const noexcept {
        for (std::size_t part = 0; part < counts_.size(); ++part)
            if (counts_[part] - count_in(sum, part) > room_[nth * counts_.size() + part]) return false;
        return true;
    }

    /// The sum with a pattern added, or the largest number where that were too many of some part.
    [[nodiscard]] std::uint64_t added(std::uint64_t sum, const member_counts& pattern) const noexcept {
        for (std::size_t part = 0; part < counts_.size(); ++part) {
            std::int64_t more = pattern[part];
            const std::int64_t lacking = counts_[part] - count_in(sum, part);
            if (more > lacking && !closed_downwards_) return too_many;
            more = std::min(more, lacking);
            sum += static_cast<std::uint64_t>(more) * weights_[part];
        }
        return sum;
    }

    [[nodiscard]] bool add_node(std::size_t n, const std::vector<layer_entry>& sums, std::vector<layer_entry>& next,
                                search_budget& budget) const {
        std::unordered_set<std::uint64_t> seen;
        const auto offer = [&](std::uint64_t sum, std::size_t before, std::size_t pattern) {
            if (sum == too_many || !can_be_completed(sum, n + 1) || !seen.insert(sum).second) return;
            next.push_back({sum, static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(pattern)});
        };
        for (std::size_t i = 0; i < sums.size(); ++i) {
            if (!budget.spend(false)) return false;
            offer(sums[i].sum, i, 0);
        }
        for (std::size_t i = 0; i < sums.size(); ++i)
            for (std::size_t p = 0; p < nodes_[n].patterns->size(); ++p) {
                if (!budget.spend(false)) return false;
                offer(added(sums[i].sum, (*nodes_[n].patterns)[p]), i, p + 1);
            }
        return !closed_downwards_ || keep_largest(next, budget);
    }

    /// Leaves out sums that another one exceeds; the order of the rest stays.
    [[nodiscard]] bool keep_largest(std::vector<layer_entry>& sums, search_budget& budget) const {
        if (sums.size() > most_compared) return true;
        std::vector<char> exceeded(sums.size(), 0);
        for (std::size_t a = 0; a < sums.size(); ++a)
            for (std::size_t b = 0; b < sums.size() && exceeded[a] == 0; ++b) {
                if (a == b || exceeded[b] != 0) continue;
                if (!budget.spend(false)) return false;
                bool less = true;
                for (std::size_t part = 0; part < counts_.size() && less; ++part)
                    less = count_in(sums[a].sum, part) <= count_in(sums[b].sum, part);
                if (less) exceeded[a] = 1;
            }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < sums.size(); ++i)
            if (exceeded[i] == 0) sums[kept++] = sums[i];
        sums.resize(kept);
        return true;
    }

    /// Follows the entries of the layers back to nobody.
    void trace_back(std::size_t entry) {
        for (std::size_t l = layers_.size(); l-- > 0;) {
            const layer_entry& here = layers_[l].entries[entry];
            const std::uint64_t before = l == 0 ? 0 : layers_[l - 1].entries[here.before].sum;
            if (here.pattern != 0) {
                choice chosen{nodes_[layers_[l].node].node, member_counts(counts_.size())};
                for (std::size_t part = 0; part < counts_.size(); ++part)
                    chosen.counts[part] = static_cast<std::int32_t>(count_in(here.sum, part) - count_in(before, part));
                chosen_.push_back(std::move(chosen));
            }
            entry = here.before;
        }
        std::reverse(chosen_.begin(), chosen_.end());
    }

    static constexpr std::uint64_t too_many = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::size_t most_compared = 256;

    std::vector<std::int64_t> counts_;
    bool closed_downwards_;
    bool is_numbered_ = true;
    std::vector<std::uint64_t> weights_; // [parts]  of a member in a sum
    std::uint64_t target_ = 0;           // the sum of all members
    std::vector<node_patterns> nodes_;
    std::vector<std::int64_t> room_; // [nodes + 1, parts]  members that the nodes from there on may take
    std::size_t exhausted_kind_ = std::numeric_limits<std::size_t>::max();
    std::vector<layer> layers_; // of the nodes that changed the sums
    std::vector<choice> chosen_;
};

} // namespace gpupack::plan::detail
