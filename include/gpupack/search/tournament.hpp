// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/state/ranked.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// Keeps the best of many entrants while their keys change: the highest key, ties to the lowest number.
///
/// A tree of groups of sixteen: a change of an entrant that is not the winner of its group usually stops there.
/// Memory: 9.2 bytes an entrant for keys of 8 bytes. Cost of put and erase: one comparison for each level reached, and
/// a look through a group whose winner got worse.
template <policy::score_like Key> class tournament {
  public:
    /// Nobody has entered yet.
    ///
    /// @param entrants  how many numbers there are
    explicit tournament(std::size_t entrants) { lay_out(entrants); }

    /// How many numbers there are.
    [[nodiscard]] std::size_t entrants() const noexcept { return keys_.size(); }

    /// Makes room for more numbers; who takes part stays so. Cost: where there is no room yet, a pass over twice as many.
    void grow(std::size_t entrants) {
        if (entrants <= keys_.size()) return;
        lay_out(entrants + entrants / 2);
        crown();
    }

    /// Starts anew with those of the first numbers for whom key_of(number, key) returns true, which then sets the key.
    ///
    /// @param numbers  how many there are; no more than entrants()
    /// @param key_of   called for each, in order
    template <class KeyOf> void refill(std::size_t numbers, KeyOf&& key_of) {
        for (std::uint32_t group = 0; group < entered_.size(); ++group) {
            const std::uint32_t first = group * width;
            const auto last = static_cast<std::uint32_t>(std::min<std::size_t>(first + width, numbers));
            std::uint32_t bits = 0;
            for (std::uint32_t number = first; number < last; ++number)
                if (key_of(number, keys_[number])) bits |= 1U << (number - first);
            entered_[group] = static_cast<std::uint16_t>(bits);
        }
        crown();
    }

    /// Enters a number with that key, or changes its key.
    void put(std::uint32_t number, const Key& key) {
        grow(number + std::size_t{1});
        std::uint16_t& group = entered_[number / width];
        const bool was_in = (group & bit_of(number)) != 0;
        keys_[number] = key;
        group = static_cast<std::uint16_t>(group | bit_of(number));
        climb(number, was_in ? number : none, {key, node_id{number}});
    }

    /// Takes a number out, where it had entered.
    void erase(std::uint32_t number) {
        if (number >= keys_.size()) return;
        std::uint16_t& group = entered_[number / width];
        if ((group & bit_of(number)) == 0) return;
        group = static_cast<std::uint16_t>(group & ~bit_of(number));
        climb(number, number, {});
    }

    /// Whether an entrant of that number takes part.
    [[nodiscard]] bool contains(std::uint32_t number) const noexcept {
        return number < keys_.size() && (entered_[number / width] & bit_of(number)) != 0;
    }

    /// The number of the best, if anyone has entered.
    [[nodiscard]] std::optional<std::uint32_t> best() const noexcept {
        if (winners_.empty() || !winners_.back().found()) return std::nullopt;
        return winners_.back().node.number();
    }

    /// The best of those for whom keep(number) returns true; no entrant if there is none.
    ///
    /// Cost: constant where the best one is kept, and a look through the groups of those that are better but not kept.
    template <class Keep> [[nodiscard]] ranked_node<Key> best_among(Keep&& keep) const {
        winner best;
        if (depth_ > 0) search(depth_ - 1, 0, keep, best);
        return best;
    }

  private:
    static constexpr std::uint32_t width = 16;
    static constexpr std::uint32_t none = node_id::none().number();

    using winner = ranked_node<Key>;

    [[nodiscard]] static constexpr std::uint32_t bit_of(std::uint32_t number) noexcept { return 1U << number % width; }

    /// Makes room for that many numbers.
    void lay_out(std::size_t entrants) {
        keys_.resize(entrants);
        entered_.resize((entrants + width - 1) / width);
        depth_ = 0;
        std::size_t first = 0;
        for (std::size_t count = entered_.size(); count > 0; count = (count + width - 1) / width) {
            levels_[depth_++] = static_cast<std::uint32_t>(first);
            first += count;
            if (count == 1) break;
        }
        winners_.resize(first);
    }

    /// Finds the winners of all groups.
    void crown() noexcept {
        for (std::uint32_t level = 0; level < depth_; ++level)
            for (std::uint32_t group = 0; group < count_at(level); ++group)
                winners_[levels_[level] + group] = best_of(level, group);
    }

    /// The number of groups at a level; level 0 has groups of entrants, level 1 groups of those, and so on.
    [[nodiscard]] std::uint32_t count_at(std::uint32_t level) const noexcept {
        const std::size_t end = level + 1 < depth_ ? levels_[level + 1] : winners_.size();
        return static_cast<std::uint32_t>(end - levels_[level]);
    }

    [[nodiscard]] winner best_of(std::uint32_t level, std::uint32_t group) const noexcept {
        winner best;
        if (level == 0) {
            for_each_bit(std::uint32_t{entered_[group]}, [&](int bit) {
                const std::uint32_t number = group * width + static_cast<std::uint32_t>(bit);
                if (!best.found() || best.score < keys_[number]) best = {keys_[number], node_id{number}};
            });
            return best;
        }
        const std::uint32_t last = std::min(group * width + width, count_at(level - 1));
        for (std::uint32_t below = group * width; below < last; ++below) {
            const winner& challenger = winners_[levels_[level - 1] + below];
            if (challenger.precedes(best)) best = challenger;
        }
        return best;
    }

    /// Looks in a group for one that is kept and precedes the best so far.
    template <class Keep> void search(std::uint32_t level, std::uint32_t group, Keep& keep, winner& best) const {
        const winner& here = winners_[levels_[level] + group];
        if (!here.precedes(best)) return;
        if (keep(here.node.number())) {
            best = here;
            return;
        }
        if (level > 0) {
            const std::uint32_t last = std::min(group * width + width, count_at(level - 1));
            for (std::uint32_t below = group * width; below < last; ++below) search(level - 1, below, keep, best);
            return;
        }
        for_each_bit(std::uint32_t{entered_[group]}, [&](int bit) {
            const std::uint32_t number = group * width + static_cast<std::uint32_t>(bit);
            const winner challenger{keys_[number], node_id{number}};
            if (challenger.precedes(best) && keep(number)) best = challenger;
        });
    }

    /// Tells the levels above that the winner of one group, `old`, has become `now`.
    void climb(std::uint32_t index, std::uint32_t old, winner now) {
        for (std::uint32_t level = 0; level < depth_; ++level) {
            index /= width;
            winner& here = winners_[levels_[level] + index];
            if (!now.precedes(here)) {
                if (here.node.number() != old || old == none || here == now) return;
                now = best_of(level, index);
            }
            old = here.node.number();
            here = now;
        }
    }

    std::vector<Key> keys_;
    std::vector<std::uint16_t> entered_;
    std::vector<winner> winners_;
    std::array<std::uint32_t, 8> levels_{};
    std::uint32_t depth_ = 0;
};

} // namespace gpupack::search
