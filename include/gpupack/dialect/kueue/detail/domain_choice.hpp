// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kueue/detail/domain_counts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// Numbers of domains of one level.
using kueue_domains = std::vector<std::size_t>;

/// Slices or pods of a domain.
struct kueue_unit {
    bool is_slice = true;

    [[nodiscard]] std::int64_t& all(kueue_count& count) const { return is_slice ? count.slices : count.pods; }
    [[nodiscard]] std::int64_t& led(kueue_count& count) const { return is_slice ? count.led_slices : count.led_pods; }
};

/// Chooses among domains of one level, whose counts it changes to what they are part.
class kueue_chooser {
  public:
    kueue_chooser(kueue_counts& counts, const kueue_plan& plan) : counts_{counts}, plan_{plan} {}

    /// Most slices first, or fewest where what has the least left is filled; then fewest pods; then by values.
    [[nodiscard]] kueue_domains sorted(kueue_domains domains) const {
        const auto key = [&](std::size_t d) {
            const kueue_count& count = counts_[d];
            return std::tuple{plan_.least_free ? count.slices : -count.slices, count.pods, d};
        };
        std::sort(domains.begin(), domains.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
        return domains;
    }
    /// The same by what is held beside the leader, those that take it first.
    [[nodiscard]] kueue_domains sorted_for_leader(kueue_domains domains) const {
        const auto key = [&](std::size_t d) {
            const kueue_count& count = counts_[d];
            return std::tuple{-count.leaders, plan_.least_free ? count.led_slices : -count.led_slices, count.led_pods,
                              d};
        };
        std::sort(domains.begin(), domains.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
        return domains;
    }

    /// Of the domains from a place on, the first that holds the fewest, but enough; the one in that place where none does.
    [[nodiscard]] std::size_t best_fit(const kueue_domains& domains, std::size_t place, std::int64_t need, int leaders,
                                       kueue_unit unit) const {
        std::size_t best = domains[place];
        std::int64_t fewest = max_amount;
        for (std::size_t n = place; n < domains.size(); ++n) {
            kueue_count& count = counts_[domains[n]];
            if (count.leaders < leaders) continue;
            const std::int64_t holds = leaders > 0 ? unit.led(count) : unit.all(count);
            if (holds < need || holds >= fewest) continue;
            best = domains[n];
            fewest = holds;
        }
        return best;
    }

    /// Moves to the front the first domain that takes the leader without making the rest too small.
    [[nodiscard]] kueue_domains leader_first(kueue_domains domains, std::int64_t need, int leaders,
                                             kueue_unit unit) const {
        if (leaders == 0) return domains;
        std::int64_t sum = 0;
        for (const std::size_t each : domains) sum += unit.all(counts_[each]);
        for (auto host = domains.begin(); host != domains.end(); ++host) {
            kueue_count& count = counts_[*host];
            if (count.leaders < leaders || sum - (unit.all(count) - unit.led(count)) < need) continue;
            std::rotate(domains.begin(), host, host + 1);
            break;
        }
        return domains;
    }

    /// Gives pods to as few of the domains as it can, in their order, and returns those; none where they are too small.
    [[nodiscard]] kueue_domains give(kueue_domains domains, std::int64_t pods, int leaders, std::int64_t size,
                                     kueue_unit unit) {
        std::int64_t left = unit.is_slice ? pods / size : pods;
        const std::int64_t each = unit.is_slice ? size : 1;
        domains = leader_first(std::move(domains), left, leaders, unit);
        kueue_domains used;
        for (std::size_t n = 0; n < domains.size(); ++n) {
            const bool done = leaders > 0 ? give_leader(domains, n, left, leaders, each, unit, used)
                                          : give_rest(domains, n, left, each, unit, used);
            if (done) return used;
        }
        return {};
    }

  private:
    bool give_leader(const kueue_domains& domains, std::size_t place, std::int64_t& left, int& leaders,
                     std::int64_t size, kueue_unit unit, kueue_domains& used) {
        std::size_t chosen = domains[place];
        const auto is_enough = [&](kueue_count& count) { return unit.led(count) >= left && count.leaders >= leaders; };
        if (!plan_.least_free && is_enough(counts_[chosen])) chosen = best_fit(domains, place, left, leaders, unit);
        used.push_back(chosen);
        kueue_count& count = counts_[chosen];
        const bool done = is_enough(count);
        const std::int64_t part = std::min(unit.led(count), left);
        if (!done) unit.led(count) = part;
        unit.all(count) = part;
        count.pods = part * size;
        count.leaders = std::min(count.leaders, leaders);
        leaders -= count.leaders;
        left -= part;
        return done;
    }

    bool give_rest(const kueue_domains& domains, std::size_t place, std::int64_t& left, std::int64_t size,
                   kueue_unit unit, kueue_domains& used) {
        std::size_t chosen = domains[place];
        if (!plan_.least_free && unit.all(counts_[chosen]) >= left) chosen = best_fit(domains, place, left, 0, unit);
        used.push_back(chosen);
        kueue_count& count = counts_[chosen];
        const bool done = unit.all(count) >= left;
        const std::int64_t part = std::min(unit.all(count), left);
        unit.all(count) = part;
        count.pods = part * size;
        count.leaders = 0;
        left -= part;
        return done;
    }

    kueue_counts& counts_;
    const kueue_plan& plan_;
};

} // namespace gpupack::dialect::detail
