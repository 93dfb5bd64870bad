// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a container asks of HAMi, as its limits say; absent is not written.
struct hami_limits {
    std::optional<std::int64_t> count = 1; ///< GPUs.
    std::optional<std::int64_t> memory{};  ///< Memory of each, in units of hami_defaults::memory_factor MiB.
    std::optional<std::int64_t> percent{}; ///< Percent of the memory of each.
    std::optional<std::int64_t> cores{};   ///< Percent of the compute of each.
};

/// How HAMi was installed.
struct hami_defaults {
    std::int64_t memory = 0;        ///< Memory where neither memory nor percent is asked for; 0: all of it.
    std::int64_t cores = 0;         ///< Cores where none are asked for.
    std::int64_t memory_factor = 1; ///< MiB that one unit of memory stands for.
    bool webhook = true;            ///< Whether its admission webhook changes limits first: see hami_admit.
    std::int64_t count = 1;         ///< GPUs where only memory, percent or cores are asked for; the webhook writes it.
    /// Whether GPUs promise more cores than they have (deviceCoreScaling above 1), so that 100 cores are not a whole GPU.
    bool scales_cores = false;
};

/// What HAMi makes of the limits.
struct hami_demand {
    std::int64_t count = 0;     ///< GPUs.
    std::int64_t memory = 0;    ///< MiB; 0 where the percentage counts.
    std::int64_t percent = 101; ///< 1 to 100; 101 where it is not set.
    std::int64_t cores = 0;     ///< Percent.

    friend bool operator==(const hami_demand&, const hami_demand&) = default;
};

/// What HAMi's admission webhook makes of limits: the default count where only something else is written, and 100 cores where
/// none are written and either 100 percent of the memory or no memory at all is.
///
/// Errors: a percentage outside 0 to 100.
/// Source: HAMi's MutateAdmission (docs/sources.md#hami).
[[nodiscard]] inline expected<hami_limits, input_error> hami_admit(const hami_limits& request,
                                                                   const hami_defaults& defaults = {}) {
    if (request.percent && (*request.percent < 0 || *request.percent > 100))
        return bad_input("GPU memory percentage", std::to_string(*request.percent), "from 0 to 100");
    hami_limits admitted = request;
    if (!request.count && (request.memory || request.percent || request.cores) && defaults.count > 0)
        admitted.count = defaults.count;
    if (!admitted.count || request.cores) return admitted;
    if (request.percent ? *request.percent == 100 : !request.memory) admitted.cores = 100;
    return admitted;
}

/// Fills in what the limits leave out, as HAMi does: more than 100 percent is 100, 0 or less is not set, and
/// without memory and percent the default memory is asked for, or all.
///
/// Errors: a factor below 1; a count below 0; memory below 0 or, times the factor, beyond 32 bits: HAMi drops the whole request then.
/// Source: HAMi's GenerateResourceRequests (docs/sources.md#hami).
[[nodiscard]] inline expected<hami_demand, input_error> hami_normalise(const hami_limits& request,
                                                                       const hami_defaults& defaults = {}) {
    const std::int64_t count = request.count.value_or(0);
    if (count < 0) return bad_input("GPU count", std::to_string(count), "0 or more");
    if (defaults.memory_factor < 1)
        return bad_input("memory_factor", std::to_string(defaults.memory_factor), "1 MiB or more");
    const std::int64_t most = std::numeric_limits<std::int32_t>::max() / defaults.memory_factor;
    const std::int64_t memory = request.memory.value_or(0);
    if (memory < 0 || memory > most)
        return bad_input("GPU memory", std::to_string(memory), std::string{"from 0 to "}.append(std::to_string(most)));
    hami_demand made{count, memory * defaults.memory_factor, 101, request.cores.value_or(defaults.cores)};
    if (const std::int64_t percent = request.percent.value_or(0); percent > 0)
        made.percent = percent < 100 ? percent : 100;
    if (made.percent == 101 && made.memory == 0) {
        if (defaults.memory > 0)
            made.memory = defaults.memory;
        else
            made.percent = 100;
    }
    return made;
}

/// The request that HAMi would serve: slices of MiB (which win over percent when GPUs are fitted) or percent, and
/// cores. 100 cores want a GPU with no task, of which they take the memory that is asked for; without cores, one with some left.
///
/// Errors: as hami_admit and hami_normalise; more than 32 GPUs; cores below 0.
/// Source: HAMi's Fit and its admission webhook (docs/sources.md#hami).
[[nodiscard]] inline expected<request, input_error> hami_request(const hami_limits& request,
                                                                 const hami_defaults& defaults = {}) {
    const expected<hami_limits, input_error> admitted =
        defaults.webhook ? hami_admit(request, defaults) : expected<hami_limits, input_error>{request};
    if (!admitted) return unexpected<input_error>{admitted.error()};
    const auto demand = hami_normalise(*admitted, defaults);
    if (!demand) return unexpected<input_error>{demand.error()};
    if (demand->count > max_gpus_per_node) return bad_input("GPU count", std::to_string(demand->count), "from 0 to 32");
    if (demand->cores < 0) return bad_input("GPU cores", std::to_string(demand->cores), "0 or more");
    gpupack::request made{.gpus = static_cast<int>(demand->count)};
    const std::int64_t cores = demand->cores < 100 ? demand->cores : 100;
    if (cores == 100 && demand->memory == 0 && demand->percent == 100 && !defaults.scales_cores) return made;
    slice part{.compute = milli_gpu{cores * 10}, .rule = {.compute_alone = true}};
    if (demand->memory > 0)
        part.memory = mebibytes{demand->memory};
    else
        part.memory_percent = static_cast<int>(demand->percent);
    made.share = part;
    return made;
}

} // namespace gpupack::dialect
