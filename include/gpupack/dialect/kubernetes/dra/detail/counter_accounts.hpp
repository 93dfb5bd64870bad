// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>

#include <cstddef>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// The counters of all pools during one search.
///
/// A device fits if no counter of its pool falls below zero, whoever made it fall: one negative counter refuses every
/// device of the pool that takes of any counter.
class counter_accounts {
  public:
    counter_accounts(const node_devices& devices, const node_use& use)
        : devices_{devices}, use_{use}, limits_(devices.counters(), no_limit), spent_(devices.counters()),
          overdrawn_(devices.pools().size()), open_(devices.pools().size()) {}

    /// Takes what a device needs; false, and nothing taken, where it is not there.
    bool charge(const node_device& one) {
        const node_pool& pool = devices_.pools()[one.pool];
        if (!open_[pool.account]) open(one.pool);
        for (const counter_need& need : one.needs) move(pool.account, need.counter, need.amount);
        if (overdrawn_[pool.account] == 0) return true;
        refund(one);
        return false;
    }

    /// Gives back what charge() took.
    void refund(const node_device& one) {
        const std::size_t account = devices_.pools()[one.pool].account;
        for (const counter_need& need : one.needs) move(account, need.counter, -need.amount);
    }

    /// What is left of a counter; for the bounds of the search.
    [[nodiscard]] wide left(std::size_t pool, std::size_t counter) {
        if (!open_[devices_.pools()[pool].account]) open(pool);
        return limits_[counter] - spent_[counter];
    }

  private:
    static constexpr wide no_limit = widest * 1000;

    /// Reads what is free of a pool's counters, when the first device of its account is looked at.
    void open(std::size_t number) {
        const node_pool& pool = devices_.pools()[number];
        open_[pool.account] = 1;
        for (std::size_t i = 0; i < pool.counters.size(); ++i) {
            const std::size_t counter = pool.counters[i].first;
            limits_[counter] = use_.free(number)[i];
            if (limits_[counter] < spent_[counter]) ++overdrawn_[pool.account];
        }
    }
    void move(std::size_t account, std::size_t counter, wide amount) {
        const bool before = limits_[counter] < spent_[counter];
        spent_[counter] += amount;
        const bool after = limits_[counter] < spent_[counter];
        if (after && !before) ++overdrawn_[account];
        if (before && !after) --overdrawn_[account];
    }

    const node_devices& devices_;
    const node_use& use_;
    std::vector<wide> limits_;
    std::vector<wide> spent_;
    std::vector<std::size_t> overdrawn_; // by account: counters below zero
    std::vector<char> open_;             // by account
};

} // namespace gpupack::dialect::dra::detail
