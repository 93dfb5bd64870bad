// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/hami/device_policy.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What the pods of a namespace may use of GPUs together (a ResourceQuota of limits.nvidia.com/gpumem and gpucores), and what they
/// use now: see hami_usage_of.
struct hami_quota {
    std::optional<std::int64_t> memory{}; ///< MiB; nothing: no limit, 0: none may be used.
    std::optional<std::int64_t> cores{};  ///< Percent of GPUs.
    std::int64_t memory_used = 0;         ///< MiB in use.
    std::int64_t cores_used = 0;          ///< Percent of GPUs in use.

    /// Whether so much more is within the limits.
    [[nodiscard]] constexpr bool holds(std::int64_t more_memory, std::int64_t more_cores) const noexcept {
        return (!memory || memory_used + more_memory <= *memory) && (!cores || cores_used + more_cores <= *cores);
    }
    friend bool operator==(const hami_quota&, const hami_quota&) = default;
};

/// A pod as HAMi schedules it: several containers, which may share GPUs, and how they choose them.
struct hami_pod {
    std::vector<hami_demand> init{};       ///< Of init containers, which run one after the other; count 0: no GPUs.
    std::vector<hami_demand> containers{}; ///< Of containers, which run together; count 0: no GPUs.
    milli_cpu cpu{};                       ///< Of the host, for all of them.
    mebibytes memory{};                    ///< Of the host, for all of them.
    policy::strategy nodes = policy::strategy::binpack; ///< hami_node_policy_of.
    hami_device_policy devices =
        hami_device_policy_of("spread");   ///< hami_device_policy_of, which takes numa_bind, too.
    bool numa_bind = false;                ///< GPUs of a container on one NUMA node.
    hami_weights weights{};                ///< Of the device score.
    model_set models = model_set::any();   ///< models_by_type of use-gputype and nouse-gputype.
    std::vector<std::string> use_ids{};    ///< use-gpuuuid: the only GPUs; empty: any.
    std::vector<std::string> no_use_ids{}; ///< nouse-gpuuuid: GPUs that will not do.
    /// vgpu-mode: a GPU will do whose mode stands in it, `mig` where it is shared by MIG alone, else `hami-core`.
    std::optional<std::string> mode{};
    std::optional<hami_quota> quota{}; ///< Of its namespace, other pods counted in.
    /// A fault of HAMi: containers are counted without those that ask for no GPUs, and in a quota without init containers, but
    /// as many of the first as there are init containers count as such, of which the largest counts and not the sum.
    bool miscounts_init = false;
    /// Whether device scores are computed in 32-bit floating point as there, where nearly equal ones may be ordered otherwise.
    bool rounds_scores = false;
};

} // namespace gpupack::dialect
