// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/hami/detail/pod_devices.hpp>
#include <gpupack/dialect/hami/detail/pod_use.hpp>
#include <gpupack/dialect/hami/pod.hpp>
#include <gpupack/dialect/hami/pod_option.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/topology/link_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// Gives containers their GPUs on one node, one after the other, as HAMi's Fit does.
class hami_node_fit {
  public:
    /// @param pod      must outlive it
    /// @param type     of the node; must outlive it
    /// @param devices  of the node, as they are before
    /// @param is_init  whether init containers are placed
    hami_node_fit(const hami_pod& pod, const node_type& type, std::vector<hami_device> devices, bool is_init)
        : pod_{pod}, type_{type}, devices_{std::move(devices)}, is_init_{is_init} {}

    /// What the next container gets; nothing where it does not fit. What it gets is in use from then on.
    [[nodiscard]] std::optional<std::vector<hami_grant>> place(const hami_demand& demand) {
        if (demand.count <= 0) return std::vector<hami_grant>{};
        for (hami_device& each : devices_)
            each.score = pod_.rounds_scores ? hami_rounded_score(hami_load_of(each), pod_.weights)
                                            : hami_score(hami_load_of(each), pod_.weights);
        // Stable as there, where a node has no more than 12 GPUs.
        std::stable_sort(devices_.begin(), devices_.end(), [&](const hami_device& a, const hami_device& b) {
            return pod_.devices.comes_before(a.ordered(), b.ordered());
        });
        auto grants = choose(demand);
        if (!grants || !book(*grants)) return std::nullopt;
        use_.add(*grants, next_is_init());
        ++counted_;
        return grants;
    }

    /// The same on the devices as they were before, for containers that run one after the other.
    [[nodiscard]] std::optional<std::vector<hami_grant>> place_alone(const hami_demand& demand,
                                                                     const std::vector<hami_device>& devices) {
        devices_ = devices;
        return place(demand);
    }

  private:
    /// Walks the devices from the last to the first and takes those that fit.
    [[nodiscard]] std::optional<std::vector<hami_grant>> choose(const hami_demand& demand) const {
        std::vector<hami_grant> shares;
        int numa = -1;
        for (std::size_t i = devices_.size(); i-- > 0;) {
            const hami_device& device = devices_[i];
            if (!device.will_do) continue;
            if (pod_.numa_bind && numa != device.capacity->numa) {
                numa = device.capacity->numa;
                shares.clear();
            }
            if (!device.is_named) continue;
            std::uint64_t occupied = device.occupied;
            while (const auto grant = grant_on(device, demand, shares, occupied)) {
                shares.push_back(*grant);
                const bool suffices = static_cast<std::int64_t>(shares.size()) == demand.count;
                if (suffices && !pod_.devices.topology) return shares;
                if (!device.is_mig()) break; // one instance of MIG after the other, but one share
            }
        }
        if (!pod_.devices.topology || static_cast<std::int64_t>(shares.size()) < demand.count) return std::nullopt;
        if (static_cast<std::int64_t>(shares.size()) == demand.count) return shares;
        return demand.count == 1 ? weakest_of(shares) : strongest_of(shares, static_cast<std::size_t>(demand.count));
    }

    /// What a container would get of a device now; nothing where it does not fit.
    ///
    /// @param occupied  what instances take of it, and from then on that of the one that is granted
    [[nodiscard]] std::optional<hami_grant> grant_on(const hami_device& device, const hami_demand& demand,
                                                     const std::vector<hami_grant>& shares,
                                                     std::uint64_t& occupied) const {
        const gpu_capacity& capacity = *device.capacity;
        if (device.used >= capacity.max_sharers || (pod_.devices.mutex && device.used > 0)) return std::nullopt;
        const std::int64_t compute = std::min<std::int64_t>(demand.cores, 100) * 10;
        const std::int64_t memory = demand.memory > 0 ? demand.memory : capacity.memory * demand.percent / 100;
        const hami_grant grant{device.gpu, mebibytes{memory}, milli_gpu{compute}};
        if (!within_quota(shares, grant)) return std::nullopt;
        if (capacity.memory - device.memory_used < memory || capacity.compute - device.compute_used < compute)
            return std::nullopt;
        if (capacity.compute == whole_gpu.count() && compute == whole_gpu.count() && device.used > 0)
            return std::nullopt;
        if (capacity.compute != 0 && device.compute_used == capacity.compute && compute == 0) return std::nullopt;
        if (!device.is_mig()) return grant;
        const int slot = hami_slot(*capacity.mig, occupied, memory);
        if (slot < 0) return std::nullopt;
        occupied |= capacity.mig->slots[slot].taken;
        return grant;
    }

    /// Whether the quota holds one more share beside what the pod has so far.
    [[nodiscard]] bool within_quota(const std::vector<hami_grant>& shares, const hami_grant& grant) const {
        if (!pod_.quota) return true;
        hami_pod_use use = use_;
        std::vector<hami_grant> more = shares;
        more.push_back(grant);
        use.add(more, next_is_init());
        const hami_usage all = use.total();
        return pod_.quota->holds(all.memory, all.cores);
    }

    /// Of some devices that fit, the first with the weakest links to the others.
    [[nodiscard]] std::vector<hami_grant> weakest_of(const std::vector<hami_grant>& shares) const {
        const hami_grant* best = nullptr;
        std::int64_t lowest = 0;
        for (const hami_grant& one : shares) {
            std::int64_t sum = 0;
            for (const hami_grant& other : shares) sum += link(one.gpu, other.gpu);
            if (best != nullptr && sum >= lowest) continue;
            best = &one;
            lowest = sum;
        }
        return {*best};
    }

    /// Of all sets of so many devices that fit, the first with the strongest links.
    [[nodiscard]] std::vector<hami_grant> strongest_of(const std::vector<hami_grant>& shares, std::size_t count) const {
        std::vector<std::size_t> chosen(count);
        for (std::size_t k = 0; k < count; ++k) chosen[k] = k;
        std::vector<std::size_t> best;
        std::int64_t highest = -1;
        for (;;) {
            std::int64_t sum = 0;
            for (std::size_t a = 0; a < count; ++a)
                for (std::size_t b = a + 1; b < count; ++b) sum += link(shares[chosen[a]].gpu, shares[chosen[b]].gpu);
            if (sum > highest) {
                best = chosen;
                highest = sum;
            }
            std::size_t last = count;
            while (last > 0 && chosen[last - 1] == shares.size() - count + last - 1) --last;
            if (last == 0) break;
            ++chosen[last - 1];
            for (std::size_t k = last; k < count; ++k) chosen[k] = chosen[k - 1] + 1;
        }
        std::vector<hami_grant> grants;
        for (const std::size_t each : best) grants.push_back(shares[each]);
        return grants;
    }

    [[nodiscard]] std::int64_t link(int one, int other) const {
        return type_.links == nullptr || one == other ? 0 : type_.links->pair(one, other, nvlink_count::all);
    }

    /// Books what a container gets, and says which slots and how much that is; false where no instance can be made.
    [[nodiscard]] bool book(std::vector<hami_grant>& grants) {
        for (hami_grant& grant : grants) {
            const auto found = std::find_if(devices_.begin(), devices_.end(),
                                            [&](const hami_device& each) { return each.gpu == grant.gpu; });
            if (found->is_mig()) {
                const partition_table& table = *found->capacity->mig;
                grant.slot = hami_slot(table, found->occupied, grant.memory.count());
                if (grant.slot < 0) return false;
                const partition_profile& profile = table.profiles[table.slots[grant.slot].profile];
                found->occupied |= table.slots[grant.slot].taken;
                grant.memory = mebibytes{profile.memory};
                grant.compute = milli_gpu{(profile.compute + 9) / 10 * 10};
            }
            ++found->used;
            found->memory_used += grant.memory.count();
            found->compute_used += grant.compute.count();
        }
        return true;
    }

    /// Whether the next container counts as an init container in a quota.
    [[nodiscard]] bool next_is_init() const { return pod_.miscounts_init ? counted_ < pod_.init.size() : is_init_; }

    const hami_pod& pod_;
    const node_type& type_;
    std::vector<hami_device> devices_;
    bool is_init_;
    hami_pod_use use_{};      // by the containers so far
    std::size_t counted_ = 0; // containers so far that ask for GPUs
};

} // namespace gpupack::dialect::detail
