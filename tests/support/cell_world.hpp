// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/cell_grant.hpp>
#include <gpupack/plan/virtual_clusters.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

/// What virtual_clusters should say, worked out from scratch each time from who holds each GPU: slow and obvious.
class cell_world {
  public:
    using cell = gpupack::plan::cell;
    using counts = std::vector<std::int64_t>;
    static constexpr int nobody = -1;
    static constexpr int borrower = -2;

    /// A cell that is handed out, to a tenant or a borrower.
    struct held {
        gpupack::plan::cell_lease lease{};
        cell where{};
        int who = nobody;
    };
    /// A cell that a promised one is bound to.
    struct bound {
        cell where{};
        int tenant = nobody;
    };
    /// What allocate should do: the cell, the promised cell that is bound for it, and who is evicted.
    struct choice {
        cell piece{};
        std::optional<cell> promised;
        std::vector<gpupack::plan::cell_lease> evicted;
    };

    cell_world(gpupack::plan::cell_chain chain, const std::vector<gpupack::plan::tenant>& tenants)
        : chain_{std::move(chain)}, who_(chain_.gpus(), nobody), bad_(chain_.gpus()) {
        for (const auto& each : tenants) promised_.push_back(each.promised);
    }

    std::vector<held> live;
    std::vector<bound> bindings;

    [[nodiscard]] int who(std::uint32_t gpu) const { return who_[gpu]; }
    [[nodiscard]] bool bad(std::uint32_t gpu) const { return bad_[gpu]; }
    void set_bad(std::uint32_t gpu, bool to) { bad_[gpu] = to; }
    [[nodiscard]] bool any_bad() const { return std::find(bad_.begin(), bad_.end(), true) != bad_.end(); }
    [[nodiscard]] std::size_t tenants() const { return promised_.size(); }

    /// Notes what was handed out. Returns whether nobody else had a GPU of it, and none is bad.
    bool enter(const held& given) {
        bool right = true;
        for_gpus(given.where, [&](std::uint32_t gpu) {
            right = right && who_[gpu] == nobody && !bad_[gpu];
            who_[gpu] = given.who;
        });
        live.push_back(given);
        return right;
    }
    /// Notes that it ended, and unbinds what none is used of any more.
    void strike(gpupack::plan::cell_lease lease) {
        const auto ended =
            std::find_if(live.begin(), live.end(), [&](const held& each) { return each.lease == lease; });
        for_gpus(ended->where, [&](std::uint32_t gpu) { who_[gpu] = nobody; });
        live.erase(ended);
        std::erase_if(bindings, [&](const bound& each) {
            return none(each.where, [&](std::uint32_t gpu) { return who_[gpu] >= 0; });
        });
    }
    [[nodiscard]] const bound* bound_at(std::uint32_t gpu) const {
        for (const bound& each : bindings)
            if (chain_.covers(each.where, {0, gpu})) return &each;
        return nullptr;
    }

    /// What the tenant was promised and has not bound.
    [[nodiscard]] counts unclaimed(int tenant) const {
        counts left = promised_[static_cast<std::size_t>(tenant)];
        for (const bound& each : bindings)
            if (each.tenant == tenant) --left[static_cast<std::size_t>(each.where.level)];
        return left;
    }
    [[nodiscard]] counts claims() const {
        counts sum(static_cast<std::size_t>(chain_.levels()));
        for (int tenant = 0; tenant < static_cast<int>(promised_.size()); ++tenant) {
            const counts each = unclaimed(tenant);
            for (std::size_t level = 0; level < sum.size(); ++level) sum[level] += each[level];
        }
        return sum;
    }

    /// How many more cells of the level the tenant may have: whole ones of its promise, and unused ones it has bound.
    [[nodiscard]] std::int64_t claimable(int tenant, int level) const {
        const counts left = unclaimed(tenant);
        std::int64_t sum = 0;
        for (int from = level; from < chain_.levels(); ++from)
            sum += left[static_cast<std::size_t>(from)] * (chain_.size_of(from) / chain_.size_of(level));
        for (std::uint32_t index = 0; index < chain_.count(level); ++index) sum += is_rest({level, index}, tenant);
        return sum;
    }

    /// Places all claims on what is not bound, largest first, good cells before bad ones. Returns how many at each
    /// level get none without bad GPUs, and with_bound how many are bound to bad ones; nothing where some get no cell
    /// at all.
    [[nodiscard]] std::optional<counts> shortfall(bool with_bound = true) const {
        std::vector<bool> free(chain_.gpus());
        for (std::uint32_t gpu = 0; gpu < chain_.gpus(); ++gpu) free[gpu] = bound_at(gpu) == nullptr;
        const counts claimed = claims();
        counts missing(claimed.size());
        for (int level = chain_.top(); level >= 0; --level) {
            std::vector<std::tuple<bool, std::int64_t, std::uint32_t>> cells; // bad, - how many GPUs, index
            for (std::uint32_t index = 0; index < chain_.count(level); ++index) {
                const cell here{level, index};
                if (!none(here, [&](std::uint32_t gpu) { return !free[gpu]; })) continue;
                cells.emplace_back(damage(here) != 0, -damage(here), index);
            }
            std::sort(cells.begin(), cells.end());
            const auto wanted = static_cast<std::size_t>(claimed[static_cast<std::size_t>(level)]);
            if (wanted > cells.size()) return std::nullopt;
            for (std::size_t i = 0; i < wanted; ++i) {
                const auto& [is_bad, damage, index] = cells[i];
                missing[static_cast<std::size_t>(level)] += is_bad;
                for_gpus({level, index}, [&](std::uint32_t gpu) { free[gpu] = false; });
            }
        }
        if (!with_bound) return missing;
        for (const bound& each : bindings)
            missing[static_cast<std::size_t>(each.where.level)] += damage(each.where) != 0;
        return missing;
    }

    /// Whether every cell that the tenant could still bind for the level falls short, so that it may be refused.
    [[nodiscard]] bool may_refuse(int tenant, int level) const {
        const counts missing = shortfall(false).value();
        const counts all = claims();
        const counts own = unclaimed(tenant);
        for (auto from = static_cast<std::size_t>(level); from < all.size(); ++from)
            if (own[from] > 0 && all[from] > missing[from]) return false;
        return true;
    }

    [[nodiscard]] std::int64_t idle(int level) const {
        std::int64_t sum = 0;
        for (std::uint32_t index = 0; index < chain_.count(level); ++index) sum += is_idle({level, index});
        return sum;
    }

    /// Tries every cell of the level, for the smallest promised cell or rest that gives one.
    [[nodiscard]] std::optional<choice> choose(int tenant, int level) {
        for (int from = level; from < chain_.levels(); ++from) {
            std::optional<choice> best;
            std::tuple<std::int64_t, std::int64_t, int, bool> best_key;
            for (std::uint32_t index = 0; index < chain_.count(level); ++index) {
                const cell piece{level, index};
                if (damage(piece) != 0) continue;
                choice found{piece, std::nullopt, borrowers(piece)};
                int split = from;
                if (!is_rest(piece, tenant) || rest_level(piece, tenant) != from) {
                    found.promised = chain_.ancestor(piece, from);
                    if (!may_bind(*found.promised, tenant)) continue;
                    while (split < chain_.top() && is_unbound(chain_.ancestor(piece, split + 1))) ++split;
                }
                std::int64_t lost = 0;
                for (const held& each : live)
                    if (std::count(found.evicted.begin(), found.evicted.end(), each.lease) != 0)
                        lost += chain_.size_of(each.where.level);
                const std::tuple key{found.promised ? damage(*found.promised) : 0, lost, split,
                                     found.promised.has_value()};
                if (best && !(key < best_key)) continue;
                best = found;
                best_key = key;
            }
            if (best) return best;
        }
        return std::nullopt;
    }

    /// The cell to borrow: apart from bound cells, then out of the smallest idle cell, then the lowest.
    [[nodiscard]] std::optional<cell> choose_idle(int level) const {
        std::optional<cell> best;
        std::pair<bool, int> best_key;
        for (std::uint32_t index = 0; index < chain_.count(level); ++index) {
            const cell piece{level, index};
            if (!is_idle(piece)) continue;
            int split = level;
            while (split < chain_.top() && is_idle(chain_.ancestor(piece, split + 1))) ++split;
            const std::pair key{!is_unbound(piece), split};
            if (best && !(key < best_key)) continue;
            best = piece;
            best_key = key;
        }
        return best;
    }

    /// Who borrows some of the cell, in the order of the chain.
    [[nodiscard]] std::vector<gpupack::plan::cell_lease> borrowers(cell of) const {
        std::vector<std::pair<std::uint32_t, gpupack::plan::cell_lease>> found;
        for (const held& each : live)
            if (each.who == borrower && (chain_.covers(each.where, of) || chain_.covers(of, each.where)))
                found.emplace_back(chain_.first_gpu(each.where), each.lease);
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<gpupack::plan::cell_lease> leases;
        for (const auto& [gpu, lease] : found) leases.push_back(lease);
        return leases;
    }

  private:
    template <class Body> void for_gpus(cell of, Body&& body) const {
        for (std::uint32_t i = 0; i < chain_.size_of(of.level); ++i) body(chain_.first_gpu(of) + i);
    }
    template <class Test> [[nodiscard]] bool none(cell of, Test&& test) const {
        bool found = false;
        for_gpus(of, [&](std::uint32_t gpu) { found = found || test(gpu); });
        return !found;
    }
    [[nodiscard]] std::int64_t damage(cell of) const {
        std::int64_t sum = 0;
        for_gpus(of, [&](std::uint32_t gpu) { sum += bad_[gpu]; });
        return sum;
    }
    [[nodiscard]] bool is_idle(cell of) const {
        return none(of, [&](std::uint32_t gpu) { return who_[gpu] != nobody || bad_[gpu]; });
    }
    [[nodiscard]] bool is_unbound(cell of) const {
        return none(of, [&](std::uint32_t gpu) { return bound_at(gpu) != nullptr; });
    }
    /// Whether the cell lies inside one that is bound to the tenant, and none of it is used.
    [[nodiscard]] bool is_rest(cell of, int tenant) const {
        const bound* const around = bound_at(chain_.first_gpu(of));
        return around != nullptr && around->tenant == tenant && chain_.covers(around->where, of) &&
               none(of, [&](std::uint32_t gpu) { return who_[gpu] >= 0; });
    }
    [[nodiscard]] int rest_level(cell of, int tenant) const {
        int level = of.level;
        while (level < chain_.top() && is_rest(chain_.ancestor(of, level + 1), tenant)) ++level;
        return level;
    }
    /// Whether the tenant has a promise to bind there, after which all can still be had and none more falls short.
    [[nodiscard]] bool may_bind(cell whole, int tenant) {
        if (unclaimed(tenant)[static_cast<std::size_t>(whole.level)] == 0 || !is_unbound(whole)) return false;
        const counts before = shortfall().value();
        bindings.push_back({whole, tenant});
        const std::optional<counts> after = shortfall();
        bindings.pop_back();
        if (!after) return false;
        for (std::size_t level = 0; level < before.size(); ++level)
            if ((*after)[level] > before[level]) return false;
        return true;
    }

    gpupack::plan::cell_chain chain_;
    std::vector<counts> promised_;
    std::vector<int> who_;
    std::vector<bool> bad_;
};
