// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/dialect/hami/device_policy.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/dialect/hami/pod.hpp>
#include <gpupack/dialect/hami/pod_option.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/gpu_names.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// One GPU as HAMi's scheduler sees it.
struct hami_device {
    const gpu_capacity* capacity = nullptr; ///< What it has.
    int gpu = 0;                            ///< Its number.
    int used = 0;                           ///< Tasks on it.
    std::int64_t memory_used = 0;           ///< MiB.
    std::int64_t compute_used = 0;          ///< Milli-GPUs.
    std::uint64_t occupied = 0;             ///< What MIG instances take.
    bool will_do = false;                   ///< Whether it is open, of a model and a mode that the pod accepts.
    bool is_named = false;                  ///< Whether the pod's lists of ids accept it.
    policy::score score = 0;                ///< hami_score, for the container that is placed.

    /// Whether MIG is the only way to share it.
    [[nodiscard]] bool is_mig() const noexcept { return capacity->only == sharing::mig && capacity->mig != nullptr; }
    /// By what it is ordered.
    [[nodiscard]] hami_ordered ordered() const noexcept { return {score, capacity->numa, used, gpu}; }
};

/// Which GPUs the lists of ids of a pod accept.
class hami_id_lists {
  public:
    hami_id_lists(const cluster& cluster, const hami_pod& pod)
        : only_{gpus_named(cluster, pod.use_ids)}, never_{gpus_named(cluster, pod.no_use_ids)},
          has_only_{!pod.use_ids.empty()} {}

    /// Whether a GPU will do.
    [[nodiscard]] bool accept(node_id node, int gpu) const {
        return (!has_only_ || is_in(only_, node, gpu)) && !is_in(never_, node, gpu);
    }

  private:
    using gpus_by_node = std::map<std::uint32_t, gpu_set>;

    static gpus_by_node gpus_named(const cluster& cluster, const std::vector<std::string>& ids) {
        gpus_by_node found;
        for (const std::string& id : ids)
            if (const auto address = cluster.gpu_ids().find(id)) found[address->node.number()].insert(address->gpu);
        return found;
    }
    static bool is_in(const gpus_by_node& gpus, node_id node, int gpu) {
        const auto found = gpus.find(node.number());
        return found != gpus.end() && found->second.contains(gpu_set::of(gpu));
    }

    gpus_by_node only_;
    gpus_by_node never_;
    bool has_only_;
};

/// The slot that HAMi takes for an instance with so much memory: of the smallest profile that has it and a place.
///
/// @return -1 where there is none
[[nodiscard]] inline int hami_slot(const partition_table& table, std::uint64_t occupied, std::int64_t memory) noexcept {
    for (int p = 0; p < table.profile_count; ++p) {
        const partition_profile& profile = table.profiles[p];
        if (!profile.plain || profile.memory < memory) continue;
        int best = -1;
        for (int slot = profile.first_slot; slot < profile.first_slot + profile.slot_count; ++slot)
            if (table.is_free(slot, occupied) && (best < 0 || hami_start(table, slot) > hami_start(table, best)))
                best = slot;
        if (best >= 0) return best;
    }
    return -1;
}

/// The GPUs of a node, in HAMi's order of registration: by number.
[[nodiscard]] inline std::vector<hami_device> hami_devices(const node_view& node, const hami_pod& pod,
                                                           const hami_id_lists& ids) {
    const gpu_set models = node.type().gpus_of(pod.models);
    std::vector<hami_device> devices;
    for (int i = 0; i < node.gpu_count(); ++i) {
        const gpu_state& gpu = node.gpu(i);
        hami_device one{.capacity = &node.capacity(i), .gpu = i, .used = gpu.sharers()};
        one.memory_used = one.capacity->memory - gpu.memory_free;
        one.compute_used = one.capacity->compute - gpu.compute_free;
        one.occupied = in_profiles(gpu.way) ? gpu.occupied() : 0;
        const std::string_view mode = one.is_mig() ? "mig" : "hami-core";
        one.will_do =
            !gpu.closed && models.contains(gpu_set::of(i)) && (!pod.mode || pod.mode->find(mode) != std::string::npos);
        one.is_named = ids.accept(node.id(), i);
        devices.push_back(one);
    }
    return devices;
}

/// What is in use of a device.
[[nodiscard]] inline hami_load hami_load_of(const hami_device& device) noexcept {
    hami_load load{.slots_used = device.used, .slots = device.capacity->max_sharers};
    load.cores_used = device.compute_used;
    load.cores = device.capacity->compute;
    load.memory_used = device.memory_used;
    load.memory = device.capacity->memory;
    return load;
}

/// hami_score as HAMi computes it, as a number that is ordered alike.
[[nodiscard]] inline policy::score hami_rounded_score(const hami_load& load, const hami_weights& weights) noexcept {
    if (load.slots == 0 || load.cores == 0 || load.memory == 0) return 0;
    const auto part = [](policy::score used, policy::score all) {
        return static_cast<float>(used) / static_cast<float>(all);
    };
    const float slots = static_cast<float>(weights.slots) * part(load.slots_used, load.slots);
    const float cores = static_cast<float>(weights.cores) * part(load.cores_used / 10, load.cores / 10);
    const float memory = static_cast<float>(weights.memory) * part(load.memory_used, load.memory);
    const float slots_and_cores = slots + cores;
    return std::bit_cast<std::int32_t>(10.0F * (slots_and_cores + memory)); // none is below 0
}

} // namespace gpupack::dialect::detail
