// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The states that instances of some profiles can bring a GPU into, by the slots that they take, and the steps from one
/// state to the next.
///
/// State 0 is an idle GPU. Each step leads to a later state, so one pass over the states in order finds the best way to
/// each of them.
class slot_graph {
  public:
    /// One more instance.
    struct step {
        std::uint32_t before = 0;  ///< The state before.
        std::uint32_t profile = 0; ///< Of the instance, as an index into the profiles asked for.

        friend bool operator==(const step&, const step&) = default;
    };

    /// No states.
    slot_graph() = default;

    /// The graph of a table; none where there are more than most_states.
    ///
    /// @param table     how the GPU is divided
    /// @param profiles  indices of those asked for
    [[nodiscard]] static std::optional<slot_graph> of_table(const partition_table& table,
                                                            const std::vector<int>& profiles) {
        std::vector<std::uint64_t> masks{0};
        for (std::size_t next = 0; next < masks.size(); ++next) { // a mask that follows has more bits, so is greater
            std::vector<std::uint64_t> after;
            for (const int profile : profiles)
                for_each_next(table, profile, masks[next], [&](std::uint64_t mask) { after.push_back(mask); });
            for (const std::uint64_t mask : after) {
                const auto place = std::lower_bound(masks.begin(), masks.end(), mask);
                if (place == masks.end() || *place != mask) masks.insert(place, mask);
            }
            if (masks.size() > most_states) return std::nullopt;
        }
        return slot_graph{table, profiles, masks};
    }

    [[nodiscard]] bool empty() const noexcept { return first_.empty(); }
    [[nodiscard]] std::size_t states() const noexcept { return empty() ? 0 : first_.size() - 1; }
    /// Number of steps.
    [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }

    /// Calls visit(step) for each step that leads to a state.
    template <class Visit> void for_each_step_to(std::size_t state, Visit&& visit) const {
        for (std::size_t i = first_[state]; i < first_[state + 1]; ++i) visit(steps_[i]);
    }

    friend bool operator==(const slot_graph&, const slot_graph&) = default;

    static constexpr std::size_t most_states = 4096;

  private:
    slot_graph(const partition_table& table, const std::vector<int>& profiles,
               const std::vector<std::uint64_t>& masks) {
        std::vector<std::tuple<std::size_t, std::uint32_t, std::uint32_t>> all; // state after, state before, profile
        for (std::size_t before = 0; before < masks.size(); ++before)
            for (std::size_t p = 0; p < profiles.size(); ++p)
                for_each_next(table, profiles[p], masks[before], [&](std::uint64_t mask) {
                    const auto after = std::lower_bound(masks.begin(), masks.end(), mask) - masks.begin();
                    all.emplace_back(after, static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(p));
                });
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        for (const auto& [after, before, profile] : all) {
            while (first_.size() <= after) first_.push_back(steps_.size());
            steps_.push_back({before, profile});
        }
        while (first_.size() <= masks.size()) first_.push_back(steps_.size());
    }

    /// Calls visit(mask) for each state that one more instance of a profile leads to. Where instances must be alike their
    /// slots are, too: the first free one stands for all.
    template <class Visit>
    static void for_each_next(const partition_table& table, int profile, std::uint64_t mask, Visit&& visit) {
        const partition_profile& each = table.profiles[profile];
        for (int slot = each.first_slot; slot < each.first_slot + each.slot_count; ++slot) {
            if (!table.is_free(slot, mask)) continue;
            visit(mask | table.slots[slot].taken);
            if (table.lock != 0) return;
        }
    }

    std::vector<std::size_t> first_; // [states + 1]  into steps_
    std::vector<step> steps_;        // by the state that they lead to
};

} // namespace gpupack::plan::detail
