// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace tag {
/// Tag of tokens of holds.
struct hold {};
} // namespace tag

/// The token of a hold; no hold gets the same one again.
using hold_token = id<tag::hold, std::uint64_t>;

/// Placements that are held for a while: each is committed, given up, or expires.
///
/// Whoever keeps the book makes the placements and releases those that it hands back. Times are numbers of the caller's
/// choice, seconds for example; nothing here reads a clock. Cost: logarithmic in the number of holds.
class hold_book {
  public:
    /// Holds a live placement until a time: from then on expire() hands it back.
    hold_token add(const placement& placement, std::int64_t expiry) {
        const hold_token token{++last_};
        holds_.emplace(token.number(), entry{placement, expiry, false});
        by_expiry_.emplace(expiry, token.number());
        if (placement.slot >= by_slot_.size()) by_slot_.resize(placement.slot + std::size_t{1});
        by_slot_[placement.slot] = token.number();
        return token;
    }

    /// Makes the placement of a hold one that stays. A second time changes nothing.
    ///
    /// @return the placement; or expired, where the hold has expired, was given up, or its placement was released; or
    ///     not_live, where there never was such a token
    expected<placement, refusal> commit(hold_token token) {
        const auto found = holds_.find(token.number());
        if (found == holds_.end())
            return unexpected<refusal>{token.number() > last_ || token.number() == 0 ? refusal::not_live
                                                                                     : refusal::expired};
        if (!found->second.committed) by_expiry_.erase({found->second.expiry, token.number()});
        found->second.committed = true;
        return found->second.held;
    }

    /// Gives a hold up. A second time changes nothing.
    ///
    /// @return the placement to release, nothing where it is gone already; or committed, where the hold was; or not_live,
    ///     where there never was such a token
    expected<std::optional<placement>, refusal> abort(hold_token token) {
        const auto found = holds_.find(token.number());
        if (found == holds_.end()) {
            if (token.number() > last_ || token.number() == 0) return unexpected<refusal>{refusal::not_live};
            return std::optional<placement>{};
        }
        if (found->second.committed) return unexpected<refusal>{refusal::committed};
        const placement held = found->second.held;
        drop(token.number());
        return std::optional{held};
    }

    /// Takes out the holds whose time has come, earliest first.
    ///
    /// @param now  a time; a hold that expires now does
    /// @return     the placements to release
    [[nodiscard]] std::vector<placement> expire(std::int64_t now) {
        std::vector<placement> late;
        while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
            const std::uint64_t token = by_expiry_.begin()->second;
            late.push_back(holds_.at(token).held);
            drop(token);
        }
        return late;
    }

    /// A placement is gone: its hold, if it has one, is so, too.
    void forget(const placement& placement) {
        if (const entry* const hold = hold_of(placement)) drop(by_slot_[hold->held.slot]);
    }

    /// The placement of a hold that is not gone.
    [[nodiscard]] std::optional<placement> find(hold_token token) const {
        const auto found = holds_.find(token.number());
        return found == holds_.end() ? std::nullopt : std::optional{found->second.held};
    }
    /// The holds that are neither committed nor gone.
    [[nodiscard]] std::size_t open() const noexcept { return by_expiry_.size(); }
    /// Whether the placement is held and not committed.
    [[nodiscard]] bool is_held(const placement& placement) const {
        const entry* const hold = hold_of(placement);
        return hold != nullptr && !hold->committed;
    }

  private:
    struct entry {
        placement held;
        std::int64_t expiry = 0;
        bool committed = false;
    };

    /// The hold of a placement, whose MIG slots may be numbered otherwise since its node was changed; null: none.
    [[nodiscard]] const entry* hold_of(const placement& placement) const {
        if (placement.slot >= by_slot_.size() || by_slot_[placement.slot] == 0) return nullptr;
        const entry& hold = holds_.at(by_slot_[placement.slot]);
        return hold.held.generation == placement.generation && hold.held.cluster == placement.cluster ? &hold : nullptr;
    }

    void drop(std::uint64_t token) {
        const auto found = holds_.find(token);
        by_expiry_.erase({found->second.expiry, token});
        if (std::uint64_t& known = by_slot_[found->second.held.slot]; known == token) known = 0;
        holds_.erase(found);
    }

    std::unordered_map<std::uint64_t, entry> holds_; // by token; committed ones until their placement is gone
    std::set<std::pair<std::int64_t, std::uint64_t>> by_expiry_;
    std::vector<std::uint64_t> by_slot_; // tokens by the ledger's slot of the placement; 0: none
    std::uint64_t last_ = 0;
};

} // namespace gpupack
