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
    std::int64_t count = 1;                ///< GPUs.
    std::optional<std::int64_t> memory{};  ///< Memory of each, in units of hami_defaults::memory_factor MiB.
    std::optional<std::int64_t> percent{}; ///< Percent of the memory of each.
    std::optional<std::int64_t> cores{};   ///< Percent of the compute of each.
};

/// How HAMi was installed.
struct hami_defaults {
    std::int64_t memory = 0; ///< Memory where neither memory nor percent is asked for; 0: all of it.
    std::int64_t cores = 0; ///< Cores where none are asked for.
    std::int64_t memory_factor = 1; ///< MiB that one unit of memory stands for.
    bool webhook = true; ///< Whether its admission webhook makes a request exclusive that limits nothing.
};

/// What HAMi makes of the limits.
struct hami_demand {
    std::int64_t count = 0; ///< GPUs.
    std::int64_t memory = 0;    ///< MiB; 0 where the percentage counts.
    std::int64_t percent = 101; ///< 1 to 100; 101 where it is not set.
    std::int64_t cores = 0;     ///< Percent.

    friend bool operator==(const hami_demand&, const hami_demand&) = default;
};

/// Fills in what the limits leave out, as HAMi does: more than 100 percent is 100, 0 or less is not set, and
/// without memory and percent the default memory is asked for, or all.
///
/// Errors: a factor below 1; a count below 0; memory below 0 or, times the factor, beyond 32 bits: HAMi drops the whole request then.
/// Source: HAMi's GenerateResourceRequests (docs/sources.md#hami).
[[nodiscard]] inline expected<hami_demand, input_error> hami_normalise(const hami_limits& request,
                                                                       const hami_defaults& defaults = {}) {
    if (request.count < 0) return bad_input("GPU count", std::to_string(request.count), "0 or more");
    if (defaults.memory_factor < 1)
        return bad_input("memory_factor", std::to_string(defaults.memory_factor), "1 MiB or more");
    const std::int64_t most = std::numeric_limits<std::int32_t>::max() / defaults.memory_factor;
    const std::int64_t memory = request.memory.value_or(0);
    if (memory < 0 || memory > most)
        return bad_input("GPU memory", std::to_string(memory),
                         std::string{"from 0 to "}.append(std::to_string(most)));
    hami_demand made{request.count, memory * defaults.memory_factor, 101, request.cores.value_or(defaults.cores)};
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
/// cores; all the cores of a GPU are the GPU, which nobody else may use then.
///
/// Errors: as hami_normalise; more than 32 GPUs; cores below 0.
/// Source: HAMi's Fit and its admission webhook (docs/sources.md#hami).
[[nodiscard]] inline expected<request, input_error> hami_request(const hami_limits& request,
                                                                 const hami_defaults& defaults = {}) {
    auto demand = hami_normalise(request, defaults);
    if (!demand) return unexpected<input_error>{demand.error()};
    if (demand->count > max_gpus_per_node)
        return bad_input("GPU count", std::to_string(demand->count), "from 0 to 32");
    if (demand->cores < 0) return bad_input("GPU cores", std::to_string(demand->cores), "0 or more");
    const bool limits_nothing = !request.cores && demand->percent == 100;
    gpupack::request made{.gpus = static_cast<int>(demand->count)};
    if (demand->cores >= 100 || (defaults.webhook && limits_nothing)) return made;
    slice part{.compute = milli_gpu{demand->cores * 10}};
    if (demand->memory > 0)
        part.memory = mebibytes{demand->memory};
    else
        part.memory_percent = static_cast<int>(demand->percent);
    made.share = part;
    return made;
}

} // namespace gpupack::dialect
