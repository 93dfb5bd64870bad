// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a pod asks of Koordinator; absent is not written.
struct koordinator_resources {
    std::optional<std::int64_t> core{};         ///< gpu-core: percent of compute, over all GPUs together.
    std::optional<std::int64_t> memory_ratio{}; ///< gpu-memory-ratio: percent of memory, over all GPUs together.
    std::optional<std::int64_t> shared{};       ///< gpu.shared: on how many GPUs.
    std::optional<std::int64_t> memory{};       ///< gpu-memory: MiB, over all GPUs together.
    std::optional<std::int64_t> gpu{};          ///< koordinator.sh/gpu: percent of both.
    std::optional<std::int64_t> whole{};        ///< nvidia.com/gpu: whole GPUs.
};

/// How Koordinator splits what a pod asks for over GPUs.
struct koordinator_demand {
    std::int64_t count = 0;  ///< GPUs.
    std::int64_t core = 0;   ///< Percent of the compute of each.
    std::int64_t ratio = 0;  ///< Percent of the memory of each; 0 where MiB are asked for.
    std::int64_t memory = 0; ///< MiB of each.
    bool is_shared = false;  ///< Whether each is only a part of a GPU to Koordinator: less than all of its memory.

    friend bool operator==(const koordinator_demand&, const koordinator_demand&) = default;
};

/// Checks what is written and splits it, as Koordinator does: the number of GPUs is gpu.shared, or the memory ratio in
/// hundreds, else 1; what does not divide evenly is rounded down. An amount of 0 is as none, and a pod without amounts asks for
/// no GPU.
///
/// Errors: amounts together that Koordinator does not take, as cores without memory; amounts below 0; without gpu.shared,
/// more than 100 that is no multiple of 100; with it, cores or a ratio that it does not divide, or of more than 100 a GPU.
/// Source: DeviceShare's ValidateDeviceRequest and calcDesiredRequestsAndCountForGPU (docs/sources.md#koordinator).
[[nodiscard]] inline expected<koordinator_demand, input_error> koordinator_split(koordinator_resources resources) {
    const auto wrong = [](const char* field, std::int64_t value, const char* rule) {
        return bad_input(field, std::to_string(value), rule);
    };
    for (std::optional<std::int64_t>* amount : {&resources.core, &resources.memory_ratio, &resources.shared,
                                                &resources.memory, &resources.gpu, &resources.whole}) {
        if (*amount && **amount < 0) return wrong("amount", **amount, "0 or more");
        if (*amount == 0) amount->reset();
    }
    const bool others = resources.core || resources.memory_ratio || resources.shared || resources.memory;
    if (resources.whole) {
        if (others || resources.gpu) return wrong("nvidia.com/gpu", *resources.whole, "nothing beside it");
        return koordinator_demand{*resources.whole, 100, 100, 0, false};
    }
    if (!others && !resources.gpu) return koordinator_demand{};
    std::optional<std::int64_t> core = resources.core;
    std::optional<std::int64_t> ratio = resources.memory_ratio;
    if (resources.gpu) {
        if (others) return wrong("koordinator.sh/gpu", *resources.gpu, "nothing beside it");
        core = ratio = resources.gpu;
    } else if (ratio.has_value() == resources.memory.has_value()) {
        return wrong("gpu-memory-ratio", ratio.value_or(0), "either it or gpu-memory");
    }
    for (const auto& amount : {core, ratio}) {
        if (!amount) continue;
        if (!resources.shared && *amount > 100 && *amount % 100 != 0)
            return wrong("gpu-core or gpu-memory-ratio", *amount, "at most 100, or a multiple of 100");
        if (!resources.shared) continue;
        if (*amount % *resources.shared != 0 || *amount / *resources.shared > 100)
            return wrong("gpu.shared", *resources.shared, "a divisor of each amount, which leaves at most 100 a GPU");
    }
    std::int64_t count = ratio.value_or(0) > 100 ? *ratio / 100 : 1;
    if (resources.shared) count = *resources.shared;
    koordinator_demand made{count, core.value_or(0) / count, ratio.value_or(0) / count,
                            resources.memory.value_or(0) / count};
    made.is_shared = !ratio || made.ratio < 100;
    return made;
}

/// The request that Koordinator would serve: whole GPUs, or parts of GPUs that count percent and MiB.
///
/// Errors: as koordinator_split; more than 32 GPUs; more than 100 cores of a GPU, which never fit; nothing at all of one.
/// Source: Koordinator's DeviceShare (docs/sources.md#koordinator).
[[nodiscard]] inline expected<request, input_error> koordinator_request(const koordinator_resources& resources) {
    const auto split = koordinator_split(resources);
    if (!split) return unexpected<input_error>{split.error()};
    if (split->count > max_gpus_per_node)
        return bad_input("gpu-memory-ratio", std::to_string(split->count), "at most 32 GPUs");
    gpupack::request made{.gpus = static_cast<int>(split->count)};
    if (split->count == 0 || (split->core == 100 && split->ratio == 100)) return made;
    if (split->core > 100) return bad_input("gpu-core", std::to_string(split->core), "at most 100 a GPU");
    if (split->core == 0 && split->ratio == 0 && split->memory == 0)
        return bad_input("gpu-memory", "0", "1 MiB or 1 percent of a GPU at least");
    if (split->memory > max_amount)
        return bad_input("gpu-memory", std::to_string(split->memory), "at most 2147483647 MiB");
    made.share = slice{.memory = mebibytes{split->memory},
                       .compute = milli_gpu{split->core * 10},
                       .memory_percent = static_cast<int>(split->ratio),
                       .rule = {.counts_percent = true}};
    return made;
}

} // namespace gpupack::dialect
