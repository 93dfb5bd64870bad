// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/plan/buddy_cells.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/cell_grant.hpp>
#include <gpupack/plan/detail/cell_leases.hpp>
#include <gpupack/plan/detail/cell_tally.hpp>
#include <gpupack/plan/detail/promised_cells.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Who is promised cells.
struct tenant {
    std::string name;                   ///< Unique.
    std::vector<std::int64_t> promised; ///< [levels of the chain] How many cells of each level, from the single GPU up.
};

/// A cell that a promised one is bound to.
struct bound_cell {
    cell where{};           ///< The cell.
    std::size_t tenant = 0; ///< The number of the tenant.

    friend constexpr bool operator==(bound_cell, bound_cell) = default;
};

/// Cells promised to tenants, who get them whatever the others do; what is idle may be borrowed meanwhile.
///
/// A promise is for a number of cells, not for certain ones. A promised cell is bound to a cell of the chain when
/// the tenant first takes some of it, and unbound when the last of it is released. No cell is split for one
/// promise that another would miss: as sizes divide each other, counting a level at a time decides that. So while
/// all GPUs are good, allocate() refuses only what the tenant was not promised or already has.
/// Bad GPUs are never handed out, and shortfall() says which promises they break. No allocation breaks one more,
/// and when they are good again all promises hold again, whatever happened between. live_virtual_clusters follows a cluster
/// whose nodes come and go.
///
/// Cost: allocate: a pass over the cells of the level that may be chosen, at most; where GPUs are bad, a count of what is
/// free for each that is tried. release: O(size of the cell + levels * log cells). borrow: that and a pass over the idle
/// cells, at most.
/// Ties: where nothing else is said, the lower number in the chain.
/// Source: HiveD's virtual clusters (docs/sources.md#hived), whose borrowers are its opportunistic pods.
class virtual_clusters {
  public:
    /// Builds them, all GPUs good and nothing handed out.
    ///
    /// @param chain    the cells
    /// @param tenants  who is promised cells of it
    /// @return         the virtual clusters; or an error: a tenant's name that is empty or taken; a promise for more or
    ///                 fewer levels than the chain has; a count below 0 or above the cells of the level; promises that the
    ///                 chain cannot keep together, at the highest level where it cannot
    [[nodiscard]] static expected<virtual_clusters, input_error> make(cell_chain chain, std::vector<tenant> tenants);

    /// What the cells consist of.
    [[nodiscard]] const cell_chain& chain() const noexcept { return chain_; }
    /// The tenants and their promises.
    [[nodiscard]] const std::vector<tenant>& tenants() const noexcept { return tenants_; }

    /// Hands a tenant a cell out of what it was promised.
    ///
    /// It comes from the smallest promised cell or rest of one that is large enough. Of all cells that may serve,
    /// that one is taken whose promised cell has the fewest bad GPUs, then which evicts borrowers of the fewest
    /// GPUs, then which splits the smallest cell, then one of a promised cell that is bound already.
    ///
    /// @param tenant  its number
    /// @param level   of the cell
    /// @return        the cell, and the leases of borrowers that it ended; or promise_used_up, or bad_gpus
    expected<cell_grant, no_cell> allocate(std::size_t tenant, int level);

    /// Hands out an idle cell of any tenant until a tenant needs it.
    ///
    /// Cells that no promised cell is bound to come first; of these, the one that splits the smallest idle cell.
    ///
    /// @param level  of the cell
    /// @return       the cell; or none_idle
    expected<cell_grant, no_cell> borrow(int level);

    /// Takes back a cell that was handed out and neither released nor evicted since.
    void release(cell_lease lease);

    /// Says that a GPU of the chain is bad. Who holds it keeps it; it is not handed out again.
    ///
    /// @return who holds the GPU
    std::optional<cell_lease> mark_bad(std::uint32_t gpu);
    /// Says that a GPU of the chain is good again.
    void mark_good(std::uint32_t gpu);
    /// Whether a GPU was marked bad.
    [[nodiscard]] bool is_bad(std::uint32_t gpu) const {
        GPUPACK_EXPECTS(gpu < chain_.gpus(), "a GPU of the chain");
        return bad_[cell{0, gpu}] != 0;
    }

    /// Whether the lease is live here, and which cell it is for.
    [[nodiscard]] bool holds(cell_lease lease) const { return leases_.holds(lease); }
    /// Who holds a GPU of the chain.
    [[nodiscard]] std::optional<cell_lease> holder_of(std::uint32_t gpu) const {
        GPUPACK_EXPECTS(gpu < chain_.gpus(), "a GPU of the chain");
        return leases_.holder(gpu);
    }
    /// Puts another node in the place of a cell that nobody holds any of: see cell_chain::with_node.
    ///
    /// Errors: those of with_node(); a cell that somebody holds some of.
    [[nodiscard]] expected<void, input_error> seat(cell where, node_id node);

    /// The cell of a lease.
    [[nodiscard]] cell cell_of(cell_lease lease) const {
        GPUPACK_EXPECTS(holds(lease), "a live lease");
        return leases_[lease].where;
    }
    /// The promised cell that is bound around a GPU, if any.
    [[nodiscard]] std::optional<bound_cell> bound_at(std::uint32_t gpu) const {
        GPUPACK_EXPECTS(gpu < chain_.gpus(), "a GPU of the chain");
        const auto found = promises_.bound_at(gpu);
        if (!found) return std::nullopt;
        return bound_cell{found->whole, found->tenant};
    }

    /// How many more cells of the level the tenant may have out of its promise, after which allocate() says that it
    /// is used up. Bad GPUs are not taken off.
    [[nodiscard]] std::int64_t claimable(std::size_t tenant, int level) const {
        GPUPACK_EXPECTS(tenant < tenants_.size(), "the number of a tenant");
        return promises_.claimable(tenant, level);
    }
    /// How many cells of the level nobody was promised: what is left of it and above beyond all that tenants may
    /// still claim there. Bad GPUs are not taken off.
    [[nodiscard]] std::int64_t spare(int level) const {
        GPUPACK_EXPECTS(level >= 0 && level < chain_.levels(), "a level of the chain");
        return promises_.spare()[static_cast<std::size_t>(level)];
    }
    /// How many cells of the level could be borrowed now.
    [[nodiscard]] std::int64_t idle(int level) const { return idle_.count(level); }

    /// How many of the promised cells of each level cannot be had in full, because of bad GPUs: those bound to a
    /// cell with a bad GPU, and those for which no good cell is left once larger ones are served.
    ///
    /// @return [levels] all 0 while all GPUs are good
    [[nodiscard]] std::vector<std::int64_t> shortfall() const { return promises_.shortfall(bad_); }
    /// How many of the promised cells of each level can be had in full.
    [[nodiscard]] std::vector<std::int64_t> kept_promises() const;
    /// Whether all that tenants may still claim can be satisfied from the cells nobody is bound to, by splitting,
    /// and no promise falls short.
    [[nodiscard]] bool safe() const {
        const std::vector<std::int64_t> missing = shortfall();
        return std::all_of(missing.begin(), missing.end(), [](std::int64_t each) { return each == 0; });
    }

  private:
    /// A cell that could be allocated.
    struct option {
        cell piece{};                 // the cell
        cell split{};                 // the free cell that it is a part of
        std::optional<cell> promised; // the promised cell that would be bound for it, if any
        std::int64_t damage = 0;      // bad GPUs of that
        std::int64_t evicted = 0;     // GPUs that borrowers would lose
    };

    virtual_clusters(cell_chain chain, std::vector<tenant> tenants)
        : chain_{std::move(chain)}, tenants_{std::move(tenants)}, promises_{chain_}, idle_{promises_.unbound()},
          leases_{chain_}, bad_{chain_} {
        for (const tenant& each : tenants_) promises_.add(each.promised);
    }

    static expected<void, input_error> check_names(const cell_chain& chain, const std::vector<tenant>& tenants);
    [[nodiscard]] expected<void, input_error> check_promises() const;

    [[nodiscard]] std::optional<cell> smallest_idle(int level) const;
    bool add_options(std::vector<option>& found, cell split, int level, std::optional<int> promised) const;
    [[nodiscard]] std::vector<option> options(std::size_t tenant, int level, int source) const;
    [[nodiscard]] std::optional<option> choose(std::size_t tenant, int level, int source);
    [[nodiscard]] cell_grant grant(std::size_t tenant, const option& chosen);
    void make_idle(cell piece);

    cell_chain chain_;
    std::vector<tenant> tenants_;
    detail::promised_cells promises_;
    buddy_cells idle_; // what nobody holds, without bad GPUs
    detail::cell_leases leases_;
    detail::cell_tally bad_;
};

inline expected<void, input_error> virtual_clusters::check_names(const cell_chain& chain,
                                                                 const std::vector<tenant>& tenants) {
    std::map<std::string, int> seen;
    for (const tenant& each : tenants) {
        if (each.name.empty()) return bad_input("tenant", each.name, "a name");
        if (++seen[each.name] > 1) return bad_input("tenant", each.name, "a name that no other tenant has");
        if (std::cmp_not_equal(each.promised.size(), chain.levels()))
            return bad_input(std::string{"levels promised to "}.append(each.name), std::to_string(each.promised.size()),
                             std::to_string(chain.levels()));
        for (int level = 0; level < chain.levels(); ++level) {
            const std::int64_t count = each.promised[static_cast<std::size_t>(level)];
            if (count >= 0 && count <= chain.count(level)) continue; // so that no sum overflows
            return bad_input(std::string{chain.name_of(level)}.append(" cells promised to ").append(each.name),
                             std::to_string(count), std::string{"0 to "}.append(std::to_string(chain.count(level))));
        }
    }
    return {};
}

inline expected<void, input_error> virtual_clusters::check_promises() const {
    const std::vector<std::int64_t> left = promises_.spare();
    for (int level = chain_.top(); level >= 0; --level) {
        const std::int64_t claimed = promises_.claims()[static_cast<std::size_t>(level)];
        const std::int64_t there = left[static_cast<std::size_t>(level)] + claimed;
        if (claimed <= there) continue;
        std::string most{"at most "};
        most.append(std::to_string(there)).append(", what larger promises leave of ");
        return bad_input(std::string{chain_.name_of(level)}.append(" cells promised to all tenants"),
                         std::to_string(claimed), most.append(std::to_string(chain_.count(level))));
    }
    return {};
}

inline expected<virtual_clusters, input_error> virtual_clusters::make(cell_chain chain, std::vector<tenant> tenants) {
    if (const auto valid = check_names(chain, tenants); !valid) return unexpected<input_error>{valid.error()};
    virtual_clusters clusters{std::move(chain), std::move(tenants)};
    if (const auto valid = clusters.check_promises(); !valid) return unexpected<input_error>{valid.error()};
    return clusters;
}

inline expected<cell_grant, no_cell> virtual_clusters::allocate(std::size_t tenant, int level) {
    GPUPACK_EXPECTS(tenant < tenants_.size(), "the number of a tenant");
    GPUPACK_EXPECTS(level >= 0 && level < chain_.levels(), "a level of the chain");
    for (int source = level; source < chain_.levels(); ++source)
        if (const auto chosen = choose(tenant, level, source)) return grant(tenant, *chosen);
    const bool used_up = claimable(tenant, level) == 0;
    return unexpected<no_cell>{no_cell{used_up ? no_cell::reason::promise_used_up : no_cell::reason::bad_gpus,
                                       tenants_[tenant].name, chain_.name_of(level)}};
}

inline expected<cell_grant, no_cell> virtual_clusters::borrow(int level) {
    GPUPACK_EXPECTS(level >= 0 && level < chain_.levels(), "a level of the chain");
    const std::optional<cell> split = smallest_idle(level);
    if (!split) return unexpected<no_cell>{no_cell{no_cell::reason::none_idle, {}, chain_.name_of(level)}};
    const cell borrowed = chain_.first_inside(*split, level);
    idle_.take(borrowed);
    return cell_grant{leases_.enter(borrowed, detail::cell_leases::a_borrower), borrowed, {}};
}

/// The idle cell to borrow one of the level from.
inline std::optional<cell> virtual_clusters::smallest_idle(int level) const {
    std::optional<cell> in_bound; // some of a bound cell is always allocated, so no idle cell reaches beyond one
    for (int source = level; source < chain_.levels(); ++source)
        for (const std::uint32_t index : idle_.at(source)) {
            const cell candidate{source, index};
            if (!promises_.bound_at(chain_.first_gpu(candidate))) return candidate;
            if (!in_bound) in_bound = candidate;
        }
    return in_bound;
}

inline expected<void, input_error> virtual_clusters::seat(cell where, node_id node) {
    auto changed = chain_.with_node(where, node);
    if (!changed) return unexpected<input_error>{changed.error()};
    for (std::uint32_t i = 0; i < chain_.size_of(where.level); ++i)
        if (leases_.holder(chain_.first_gpu(where) + i))
            return bad_input("cell", std::to_string(where.index), "a cell that nobody holds any of: release it first");
    chain_ = *std::move(changed);
    return {};
}

inline void virtual_clusters::release(cell_lease lease) {
    const detail::cell_leases::held ended = leases_.strike(lease);
    make_idle(ended.where);
    if (ended.tenant != detail::cell_leases::a_borrower) promises_.give(ended.tenant, ended.where);
}

inline std::optional<cell_lease> virtual_clusters::mark_bad(std::uint32_t gpu) {
    const bool was_bad = is_bad(gpu);
    const std::optional<cell_lease> holder = leases_.holder(gpu);
    if (was_bad) return holder;
    bad_.add({0, gpu}, 1);
    if (!holder) idle_.take({0, gpu});
    return holder;
}

inline void virtual_clusters::mark_good(std::uint32_t gpu) {
    if (!is_bad(gpu)) return;
    bad_.add({0, gpu}, -1);
    if (!leases_.holder(gpu)) idle_.give({0, gpu});
}

inline std::vector<std::int64_t> virtual_clusters::kept_promises() const {
    std::vector<std::int64_t> kept = shortfall();
    for (std::size_t level = 0; level < kept.size(); ++level) {
        kept[level] = -kept[level];
        for (const tenant& each : tenants_) kept[level] += each.promised[level];
    }
    return kept;
}

/// Adds the cells of the level inside a free one that could be allocated; promised is the level of the promised
/// cell that would be bound for it, if any. Returns false once there is one that no other can beat. While all GPUs
/// are good, only the best one is kept.
inline bool virtual_clusters::add_options(std::vector<option>& found, cell split, int level,
                                          std::optional<int> promised) const {
    const std::uint32_t first = chain_.first_inside(split, level).index;
    const std::uint32_t end = first + chain_.size_of(split.level) / chain_.size_of(level);
    for (std::uint32_t index = first; index < end; ++index) {
        const cell piece{level, index};
        if (bad_[piece] != 0) continue;
        option each{piece, split, std::nullopt, 0, leases_.evicted_by(piece)};
        if (promised) {
            each.promised = chain_.ancestor(piece, *promised);
            each.damage = bad_[*each.promised];
        }
        if (bad_.total() != 0) {
            found.push_back(each);
            continue;
        }
        if (found.empty()) found.push_back(each);
        if (each.evicted < found.front().evicted) found.front() = each;
        if (found.front().evicted == 0) return false;
    }
    return true;
}

/// The cells of a level that a tenant could be given out of its promised cells, or rests of them, of the level `source`;
/// best first.
inline std::vector<virtual_clusters::option> virtual_clusters::options(std::size_t tenant, int level,
                                                                       int source) const {
    std::vector<option> found;
    bool more = true;
    for (const std::uint32_t index : promises_.parts(tenant).at(source))
        more = more && add_options(found, {source, index}, level, std::nullopt);
    if (promises_.unclaimed(tenant, source) != 0) {
        const std::vector<std::int64_t> left = promises_.spare();
        for (int split = source; split < chain_.levels() && more; ++split) {
            // Splitting a cell takes one of its level and of each below, down to the promised one.
            if (split > source && left[static_cast<std::size_t>(split)] < 1) break;
            for (const std::uint32_t index : promises_.unbound().at(split))
                more = more && add_options(found, {split, index}, level, source);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const option& a, const option& b) {
        return a.damage != b.damage ? a.damage < b.damage : a.evicted < b.evicted;
    });
    return found;
}

inline std::optional<virtual_clusters::option> virtual_clusters::choose(std::size_t tenant, int level, int source) {
    std::vector<bool> no_use(static_cast<std::size_t>(chain_.levels())); // good cells of a level are all alike
    for (const option& each : options(tenant, level, source)) {
        if (!each.promised) return each;
        const bool is_good = bad_[each.split] == 0;
        const auto split_level = static_cast<std::size_t>(each.split.level);
        if (is_good && no_use[split_level]) continue;
        if (!promises_.breaks_a_promise(*each.promised, bad_)) return each;
        if (is_good) no_use[split_level] = true;
    }
    return std::nullopt;
}

inline cell_grant virtual_clusters::grant(std::size_t tenant, const option& chosen) {
    cell_grant grant{{}, chosen.piece, leases_.borrowers(chosen.piece)};
    for (const cell_lease each : grant.evicted) release(each);
    idle_.take(chosen.piece);
    if (chosen.promised) promises_.bind(tenant, *chosen.promised);
    promises_.take(tenant, chosen.piece);
    grant.lease = leases_.enter(chosen.piece, static_cast<std::uint32_t>(tenant));
    return grant;
}

inline void virtual_clusters::make_idle(cell piece) {
    if (bad_[piece] == 0) return idle_.give(piece);
    if (piece.level == 0) return;
    for (std::uint32_t i = 0; i < chain_.radix(piece.level); ++i) make_idle(chain_.child(piece, i));
}

} // namespace gpupack::plan
