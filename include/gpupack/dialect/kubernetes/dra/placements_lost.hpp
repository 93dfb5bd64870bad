// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Counts what an allocation costs a node: the devices, partitions as a rule, that nobody could take any more.
///
/// A device can be taken if it is free and its pool's counters suffice. Shareable devices count until somebody has all of
/// one. This is what a node is scored by that a scheduler will allocate from on its own.
class placements_lost {
  public:
    /// Looks at a node as it is.
    ///
    /// @param devices  of the node
    /// @param use      what is in use of them
    placements_lost(const node_devices& devices, const node_use& use)
        : devices_{devices}, exclusive_(devices.devices().size()), free_(devices.counters()) {
        for (std::size_t i = 0; i < exclusive_.size(); ++i) exclusive_[i] = use.exclusive(i);
        for (std::size_t pool = 0; pool < devices.pools().size(); ++pool) {
            const auto& counters = devices.pools()[pool].counters;
            for (std::size_t i = 0; i < counters.size(); ++i) free_[counters[i].first] = use.free(pool)[i];
        }
        for (std::size_t i = 0; i < exclusive_.size(); ++i)
            if (use.shared(i)) shared_.push_back(i);
        takeable_ = count();
    }

    /// The devices that can be taken now.
    [[nodiscard]] std::int64_t takeable() const noexcept { return takeable_; }

    /// How many fewer there would be if some devices were taken.
    ///
    /// @param chosen  the numbers of the devices
    /// @return the loss, from 1 for a device of its own
    [[nodiscard]] std::int64_t loss(std::span<const std::size_t> chosen) {
        for (const std::size_t device : chosen) change(device, true);
        const std::int64_t rest = count();
        for (const std::size_t device : chosen) change(device, false);
        return takeable_ - rest;
    }

  private:
    void change(std::size_t device, bool taking) {
        const node_device& one = devices_.devices()[device];
        const bool counted = one.content->shareable && std::ranges::find(shared_, device) != shared_.end();
        if (!one.content->shareable) exclusive_[device] = taking;
        if (counted) return; // a further share takes no counters
        for (const counter_need& need : one.needs) free_[need.counter] += taking ? -need.amount : need.amount;
    }
    [[nodiscard]] std::int64_t count() const {
        std::int64_t total = 0;
        for (std::size_t i = 0; i < exclusive_.size(); ++i) {
            if (exclusive_[i] != 0) continue;
            const auto& needs = devices_.devices()[i].needs;
            total += std::ranges::all_of(
                needs, [this](const counter_need& need) { return need.amount <= free_[need.counter]; });
        }
        return total;
    }

    const node_devices& devices_;
    std::vector<std::uint8_t> exclusive_;
    std::vector<detail::wide> free_; // by counter
    std::vector<std::size_t> shared_;
    std::int64_t takeable_ = 0;
};

} // namespace gpupack::dialect::dra
