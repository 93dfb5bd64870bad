// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/plan/tenant_quota.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Why a tenant may not use more.
struct quota_refusal {
    /// The rule, in the order in which they are asked.
    enum class rule : std::uint8_t {
        limit,           ///< Its limit.
        nominal,         ///< Its nominal quota: it has no cohort to borrow from.
        borrowing_limit, ///< Its nominal quota and its borrowing limit together.
        cohort           ///< Others use what it could borrow.
    };

    rule why = rule::limit;                         ///< The first rule that is in the way.
    quota_resource resource = quota_resource::gpus; ///< The first resource of which there is too little by that rule.
    std::int64_t missing = 0;                       ///< How much of it.
};

/// Counts what tenants use, and says what they may: never more than their limits, and of others' nominal quotas only what these
/// do not use.
///
/// A tenant that stays within its nominal quota has a right to it; where others have borrowed it, reclaims() says whose
/// tasks may end for it. virtual_clusters is the strict form: a promise of certain cells, which is kept without ending anybody
/// but borrowers, and which fragmentation cannot break. A quota is a number: it does not say that there is a place.
///
/// Cost: constant, but for make() and find().
class quota_book {
  public:
    /// A book in which nobody uses anything.
    ///
    /// @param tenants  who has quotas
    /// @return         the book; or an error: a name that is empty or taken, an amount below 0, a weight out of its range
    [[nodiscard]] static expected<quota_book, input_error> make(std::vector<tenant_quota> tenants);

    /// The tenants, by their numbers.
    [[nodiscard]] const std::vector<tenant_quota>& tenants() const noexcept { return tenants_; }
    /// The number of the tenant of that name.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
        const auto found = numbers_.find(name);
        return found == numbers_.end() ? std::nullopt : std::optional{found->second};
    }

    /// Why a tenant may not use so much more now; nothing where it may.
    [[nodiscard]] std::optional<quota_refusal> refusal_of(std::size_t tenant, const quota_amounts& more) const {
        return refusal(tenant, more, used(tenant), pool_used(tenant));
    }
    /// Whether it may.
    [[nodiscard]] bool admits(std::size_t tenant, const quota_amounts& more) const { return !refusal_of(tenant, more); }
    /// Whether it might if nobody used anything.
    [[nodiscard]] bool could_admit(std::size_t tenant, const quota_amounts& more) const {
        return !refusal(tenant, more, {}, {});
    }
    /// Whether it would stay within its nominal quota and its limit: then it has a right to it.
    [[nodiscard]] bool is_entitled(std::size_t tenant, const quota_amounts& more) const;
    /// Whether a task of a borrower may end so that a tenant gets what it is entitled to: they share a cohort, and the task has
    /// something of which the borrower uses more than its nominal quota, and of which the tenant wants more. Who ends such tasks
    /// one by one, giving each back before the next, always gets there.
    ///
    /// @param tenant    who wants more
    /// @param more      how much
    /// @param borrower  another tenant
    /// @param held      what the task of that one uses
    [[nodiscard]] bool reclaims(std::size_t tenant, const quota_amounts& more, std::size_t borrower,
                                const quota_amounts& held) const;

    /// A tenant uses so much more, whether or not it may.
    void take(std::size_t tenant, const quota_amounts& more) { change(tenant, more, 1); }
    /// A tenant uses so much less. It must have used it.
    void give_back(std::size_t tenant, const quota_amounts& less) { change(tenant, less, -1); }

    /// What a tenant uses.
    [[nodiscard]] quota_amounts usage(std::size_t tenant) const;
    /// What a tenant uses beyond its nominal quota.
    [[nodiscard]] quota_amounts borrowed(std::size_t tenant) const;
    /// Of what a tenant borrows, the largest part of what its cohort lends, in millionths, by its weight: who has the least may go
    /// first (Kueue's dominant resource share). 0 where it borrows nothing.
    [[nodiscard]] std::int64_t dominant_share(std::size_t tenant) const;

  private:
    using amounts = std::array<std::int64_t, quota_resources>;

    /// Tenants that lend to each other. Each lends a part of its quota, and keeps the rest for itself.
    struct cohort {
        amounts pool{};    // what is lent together
        amounts nominal{}; // of all of them
        amounts used{};    // of the pool, by its own and by others
        bool lends = true; // false for a tenant alone
    };

    [[nodiscard]] static std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
        return std::min(a + b, quota_amounts::unlimited);
    }
    [[nodiscard]] std::int64_t kept(std::size_t tenant, std::size_t r) const noexcept {
        const std::int64_t nominal = tenants_[tenant].nominal[r];
        return nominal - std::min(nominal, tenants_[tenant].lending_limit[r]);
    }
    [[nodiscard]] const amounts& used(std::size_t tenant) const {
        GPUPACK_EXPECTS(tenant < used_.size(), "the number of a tenant");
        return used_[tenant];
    }
    [[nodiscard]] const amounts& pool_used(std::size_t tenant) const { return cohorts_[cohort_of_[tenant]].used; }
    [[nodiscard]] std::optional<quota_refusal> refusal(std::size_t tenant, const quota_amounts& more,
                                                       const amounts& used, const amounts& pool_used) const;
    void change(std::size_t tenant, const quota_amounts& amount, int sign);

    std::vector<tenant_quota> tenants_;
    std::map<std::string, std::size_t, std::less<>> numbers_;
    std::vector<cohort> cohorts_;
    std::vector<std::size_t> cohort_of_; // [tenants]
    std::vector<amounts> used_;          // [tenants]
};

inline expected<quota_book, input_error> quota_book::make(std::vector<tenant_quota> tenants) {
    quota_book book;
    std::map<std::string, std::size_t> cohorts;
    for (tenant_quota& each : tenants) {
        if (each.name.empty()) return bad_input("tenant", each.name, "a name");
        if (!book.numbers_.try_emplace(each.name, book.tenants_.size()).second)
            return bad_input("tenant", each.name, "a name that no other tenant has");
        if (each.weight < 1 || each.weight > 1'000'000)
            return bad_input("weight", std::to_string(each.weight), "from 1 to 1000000");
        for (quota_amounts* const part : {&each.nominal, &each.borrowing_limit, &each.lending_limit, &each.limit})
            for (std::size_t r = 0; r < quota_resources; ++r)
                if ((*part)[r] < 0 || (*part)[r] > quota_amounts::unlimited)
                    return bad_input(std::string{quota_resource_names[r]}.append(" of ").append(each.name),
                                     std::to_string((*part)[r]), "an amount from 0 on");
        std::size_t number = book.cohorts_.size();
        if (!each.cohort.empty()) number = cohorts.try_emplace(each.cohort, number).first->second;
        if (number == book.cohorts_.size()) book.cohorts_.push_back({.lends = !each.cohort.empty()});
        book.cohort_of_.push_back(number);
        book.tenants_.push_back(std::move(each));
        const std::size_t tenant = book.tenants_.size() - 1;
        cohort& own = book.cohorts_[number];
        for (std::size_t r = 0; r < quota_resources; ++r) {
            own.nominal[r] = sum(own.nominal[r], book.tenants_[tenant].nominal[r]);
            own.pool[r] = sum(own.pool[r], book.tenants_[tenant].nominal[r] - book.kept(tenant, r));
        }
    }
    book.used_.resize(book.tenants_.size());
    return book;
}

inline std::optional<quota_refusal> quota_book::refusal(std::size_t tenant, const quota_amounts& more,
                                                        const amounts& used, const amounts& pool_used) const {
    GPUPACK_EXPECTS(tenant < tenants_.size(), "the number of a tenant");
    using rule = quota_refusal::rule;
    const tenant_quota& own = tenants_[tenant];
    const cohort& lenders = cohorts_[cohort_of_[tenant]];
    for (const rule why : {rule::limit, rule::nominal, rule::borrowing_limit, rule::cohort})
        for (std::size_t r = 0; r < quota_resources; ++r) {
            if (more[r] == 0) continue; // who wants nothing of it is not in anybody's way
            const std::int64_t then = used[r] + more[r];
            std::int64_t most = quota_amounts::unlimited;
            if (why == rule::limit) most = own.limit[r];
            if (why == rule::nominal && !lenders.lends) most = own.nominal[r];
            if (why == rule::borrowing_limit && lenders.lends) most = sum(own.nominal[r], own.borrowing_limit[r]);
            if (why == rule::cohort && lenders.lends && lenders.pool[r] != quota_amounts::unlimited) {
                // What it keeps for itself comes first, then what is left of the pool.
                const std::int64_t from_pool = std::max<std::int64_t>(used[r] - kept(tenant, r), 0);
                most = kept(tenant, r) + from_pool + std::max<std::int64_t>(lenders.pool[r] - pool_used[r], 0);
            }
            if (most < quota_amounts::unlimited && then > most)
                return quota_refusal{why, static_cast<quota_resource>(r), then - most};
        }
    return std::nullopt;
}

inline bool quota_book::is_entitled(std::size_t tenant, const quota_amounts& more) const {
    for (std::size_t r = 0; r < quota_resources; ++r)
        if (more[r] > 0 && used(tenant)[r] + more[r] > std::min(tenants_[tenant].nominal[r], tenants_[tenant].limit[r]))
            return false;
    return true;
}

inline bool quota_book::reclaims(std::size_t tenant, const quota_amounts& more, std::size_t borrower,
                                 const quota_amounts& held) const {
    if (tenant == borrower || cohort_of_[tenant] != cohort_of_[borrower] || !is_entitled(tenant, more)) return false;
    for (std::size_t r = 0; r < quota_resources; ++r)
        if (more[r] > 0 && held[r] > 0 && used(borrower)[r] > tenants_[borrower].nominal[r]) return true;
    return false;
}

inline void quota_book::change(std::size_t tenant, const quota_amounts& amount, int sign) {
    GPUPACK_EXPECTS(tenant < tenants_.size(), "the number of a tenant");
    for (std::size_t r = 0; r < quota_resources; ++r) {
        const auto from_pool = [&] { return std::max<std::int64_t>(used_[tenant][r] - kept(tenant, r), 0); };
        const std::int64_t before = from_pool();
        used_[tenant][r] += sign * amount[r];
        GPUPACK_EXPECTS(used_[tenant][r] >= 0, "no more given back than was taken");
        cohorts_[cohort_of_[tenant]].used[r] += from_pool() - before;
    }
}

inline quota_amounts quota_book::usage(std::size_t tenant) const {
    return {milli_gpu{used(tenant)[0]}, milli_cpu{used(tenant)[1]}, mebibytes{used(tenant)[2]}};
}

inline quota_amounts quota_book::borrowed(std::size_t tenant) const {
    const auto beyond = [&](std::size_t r) {
        return std::max<std::int64_t>(used(tenant)[r] - tenants_[tenant].nominal[r], 0);
    };
    return {milli_gpu{beyond(0)}, milli_cpu{beyond(1)}, mebibytes{beyond(2)}};
}

inline std::int64_t quota_book::dominant_share(std::size_t tenant) const {
    constexpr double millionths = 1e6;
    const quota_amounts beyond = borrowed(tenant);
    std::int64_t largest = 0;
    for (std::size_t r = 0; r < quota_resources; ++r) {
        const std::int64_t lent = cohorts_[cohort_of_[tenant]].pool[r];
        if (beyond[r] == 0) continue;
        // Nothing is lent, and yet it uses more: nobody is further beyond what is its own.
        const double part = lent == 0 ? millionths : static_cast<double>(beyond[r]) / static_cast<double>(lent);
        largest = std::max(largest,
                           static_cast<std::int64_t>(part * millionths / static_cast<double>(tenants_[tenant].weight)));
    }
    return largest;
}

} // namespace gpupack::inline GPUPACK_ABI::plan
