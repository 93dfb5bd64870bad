#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace gpupack {

/// What a pod asks of Koordinator.
///
/// core          gpu-core: percent of compute, over all GPUs together
/// memory_ratio  gpu-memory-ratio: percent of memory, over all GPUs together
/// shared        gpu.shared: on how many GPUs; 0 where the label is not there
struct koordinator_resources {
    std::int64_t core = 0;
    std::int64_t memory_ratio = 0;
    std::int64_t shared = 0;
};

/// The request that Koordinator would serve: equal parts of `shared` GPUs, or without it a part of one, or whole
/// ones.
///
/// errors  amounts below 0, or none; without gpu.shared, more than 100 that is no multiple of 100; with it, amounts
///         that it does not divide, or more than 100 a GPU; more than 32 GPUs
/// source  Koordinator's DeviceShare (docs/sources.md#koordinator)
[[nodiscard]] inline expected<request, input_error> koordinator_request(const koordinator_resources& asked) {
    const auto wrong = [](const char* field, std::int64_t value, const char* wanted) {
        return bad_input(field, std::to_string(value), wanted);
    };
    if (asked.shared < 0 || asked.shared > max_gpus_per_node)
        return wrong("gpu.shared", asked.shared, "from 1 to 32 GPUs");
    if (asked.core < 0) return wrong("gpu-core", asked.core, "0 or more");
    if (asked.memory_ratio < 0) return wrong("gpu-memory-ratio", asked.memory_ratio, "0 or more");
    if (asked.core == 0 && asked.memory_ratio == 0) return wrong("gpu-core", 0, "cores or memory");
    const std::int64_t larger = asked.memory_ratio > asked.core ? asked.memory_ratio : asked.core;
    std::int64_t gpus = asked.shared > 0 ? asked.shared : larger > 100 ? larger / 100 : 1;
    for (const auto& [field, amount] :
         {std::pair{"gpu-core", asked.core}, std::pair{"gpu-memory-ratio", asked.memory_ratio}}) {
        if (asked.shared == 0 && amount > 100 && amount % 100 != 0)
            return wrong(field, amount, "at most 100, or a multiple of 100");
        if (amount % gpus != 0) return wrong(field, amount, "an amount that the number of GPUs divides");
        if (amount / gpus > 100) return wrong(field, amount, "at most 100 a GPU");
    }
    if (gpus > max_gpus_per_node) return wrong("gpu-memory-ratio", asked.memory_ratio, "at most 32 GPUs");
    request made{.gpus = static_cast<int>(gpus)};
    if (asked.core / gpus == 100 && asked.memory_ratio / gpus == 100) return made;
    made.share = slice{.compute = milli_gpu{asked.core / gpus * 10},
                       .memory_percent = static_cast<int>(asked.memory_ratio / gpus)};
    return made;
}

} // namespace gpupack
