// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/buddy_cells.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/detail/cell_tally.hpp>
#include <gpupack/plan/detail/unkept_promises.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// What tenants were promised, and what they have of it: the cells that promised cells are bound to, what is left
/// of those, and what nothing is bound to. Whether a GPU is good makes no difference to that, so that what breaks
/// and is repaired again leaves nothing behind.
class promised_cells {
  public:
    /// A promised cell that is bound.
    struct binding {
        cell whole{};           ///< The cell that it is bound to.
        std::size_t tenant = 0; ///< Whose it is.
        std::int64_t used = 0;  ///< GPUs of it that are allocated; never 0.
    };

    explicit promised_cells(const cell_chain& chain)
        : chain_{chain}, claims_(static_cast<std::size_t>(chain.levels())), unbound_{chain} {
        for (std::uint32_t index = 0; index < chain.count(chain.top()); ++index) unbound_.give({chain.top(), index});
    }

    /// Promises cells, by level, to one more tenant.
    void add(const std::vector<std::int64_t>& promised) {
        rests_.push_back({promised, buddy_cells{chain_}});
        for (std::size_t level = 0; level < claims_.size(); ++level) claims_[level] += promised[level];
    }

    /// What all tenants together have not bound, by level, and what nothing is bound to.
    [[nodiscard]] const std::vector<std::int64_t>& claims() const noexcept { return claims_; }
    [[nodiscard]] const buddy_cells& unbound() const noexcept { return unbound_; }
    [[nodiscard]] std::vector<std::int64_t> spare() const { return spare_cells(chain_, unbound_, claims_); }

    /// How many promised cells of the level the tenant has not bound, and what is not allocated of those it has.
    [[nodiscard]] std::int64_t unclaimed(std::size_t tenant, int level) const {
        return rests_[tenant].unclaimed[static_cast<std::size_t>(level)];
    }
    [[nodiscard]] const buddy_cells& parts(std::size_t tenant) const noexcept { return rests_[tenant].parts; }

    /// How many cells of the level the tenant may still allocate.
    [[nodiscard]] std::int64_t claimable(std::size_t tenant, int level) const {
        std::int64_t sum = parts(tenant).count(level);
        for (int above = level; above < chain_.levels(); ++above)
            sum += unclaimed(tenant, above) * (chain_.size_of(above) / chain_.size_of(level));
        return sum;
    }

    /// The promised cell that is bound around that GPU.
    [[nodiscard]] std::optional<binding> bound_at(std::uint32_t gpu) const {
        const auto next = bound_.upper_bound(gpu);
        if (next == bound_.begin()) return std::nullopt;
        const binding& found = std::prev(next)->second;
        if (!chain_.covers(found.whole, {0, gpu})) return std::nullopt;
        return found;
    }

    /// Binds a promised cell of the tenant to a cell that nothing is bound to; some of it must be taken at once.
    void bind(std::size_t tenant, cell whole) {
        unbound_.take(whole);
        rests_[tenant].parts.give(whole);
        bound_.emplace(chain_.first_gpu(whole), binding{whole, tenant, 0});
        count(tenant, whole.level, -1);
    }

    /// Takes a cell out of what is bound to the tenant.
    void take(std::size_t tenant, cell piece) {
        rests_[tenant].parts.take(piece);
        around(piece).used += chain_.size_of(piece.level);
    }

    /// Gives it back, and unbinds the promised cell if that was the last of it.
    void give(std::size_t tenant, cell piece) {
        rests_[tenant].parts.give(piece);
        binding& bound = around(piece);
        bound.used -= chain_.size_of(piece.level);
        if (bound.used != 0) return;
        const cell whole = bound.whole;
        bound_.erase(chain_.first_gpu(whole));
        rests_[tenant].parts.take(whole);
        unbound_.give(whole);
        count(tenant, whole.level, 1);
    }

    /// How many promised cells of each level are bound to a cell with bad GPUs, or find no good one any more.
    [[nodiscard]] std::vector<std::int64_t> shortfall(const cell_tally& bad) const {
        std::vector<std::int64_t> missing = unkept_claims(chain_, unbound_, claims_, bad);
        for (const auto& [gpu, each] : bound_)
            if (bad[each.whole] != 0) ++missing[static_cast<std::size_t>(each.whole.level)];
        return missing;
    }

    /// Whether binding a promised cell to that cell, to which nothing is bound, would make more of them fall short,
    /// at any level. Afterwards all is as before.
    [[nodiscard]] bool breaks_a_promise(cell whole, const cell_tally& bad) {
        if (bad.total() == 0) return false;
        const auto level = static_cast<std::size_t>(whole.level);
        const std::vector<std::int64_t> before = unkept_claims(chain_, unbound_, claims_, bad);
        unbound_.take(whole);
        --claims_[level];
        std::vector<std::int64_t> after = unkept_claims(chain_, unbound_, claims_, bad);
        unbound_.give(whole);
        ++claims_[level];
        if (bad[whole] != 0) ++after[level];
        return !std::equal(after.begin(), after.end(), before.begin(), std::less_equal<>{});
    }

  private:
    /// What is left of a tenant's promise.
    struct rest {
        std::vector<std::int64_t> unclaimed; // [levels]  promised cells that are not bound
        // What is not allocated of the cells that are bound. As some of each is, none of them is in here whole, and so
        // nothing in here reaches beyond one of them.
        buddy_cells parts;
    };

    void count(std::size_t tenant, int level, std::int64_t more) {
        rests_[tenant].unclaimed[static_cast<std::size_t>(level)] += more;
        claims_[static_cast<std::size_t>(level)] += more;
    }
    [[nodiscard]] binding& around(cell piece) { return std::prev(bound_.upper_bound(chain_.first_gpu(piece)))->second; }

    cell_chain chain_;
    std::vector<rest> rests_;          // [tenants]
    std::vector<std::int64_t> claims_; // [levels]  the sum of what is unclaimed
    buddy_cells unbound_;
    std::map<std::uint32_t, binding> bound_; // by the first GPU of the cell
};

} // namespace gpupack::plan::detail
