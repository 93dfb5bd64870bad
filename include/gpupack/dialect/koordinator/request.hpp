// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a pod asks of Koordinator.
struct koordinator_resources {
    std::int64_t core = 0;         ///< gpu-core: percent of compute, over all GPUs together.
    std::int64_t memory_ratio = 0; ///< gpu-memory-ratio: percent of memory, over all GPUs together.
    std::int64_t shared = 0;       ///< gpu.shared: on how many GPUs; 0 where the label is not there.
};

/// The request that Koordinator would serve: equal parts of `shared` GPUs, or without it a part of one, or whole
/// ones.
///
/// Errors: amounts below 0, or none; without gpu.shared, more than 100 that is no multiple of 100; with it, amounts
/// that it does not divide, or more than 100 a GPU; more than 32 GPUs.
/// Source: Koordinator's DeviceShare (docs/sources.md#koordinator).
[[nodiscard]] inline expected<request, input_error> koordinator_request(const koordinator_resources& request) {
    const auto wrong = [](const char* field, std::int64_t value, const char* rule) {
        return bad_input(field, std::to_string(value), rule);
    };
    if (request.shared < 0 || request.shared > max_gpus_per_node)
        return wrong("gpu.shared", request.shared, "from 1 to 32 GPUs");
    if (request.core < 0) return wrong("gpu-core", request.core, "0 or more");
    if (request.memory_ratio < 0) return wrong("gpu-memory-ratio", request.memory_ratio, "0 or more");
    if (request.core == 0 && request.memory_ratio == 0) return wrong("gpu-core", 0, "cores or memory");
    const std::int64_t larger = request.memory_ratio > request.core ? request.memory_ratio : request.core;
    std::int64_t gpus = request.shared > 0 ? request.shared : larger > 100 ? larger / 100 : 1;
    for (const auto& [field, amount] :
         {std::pair{"gpu-core", request.core}, std::pair{"gpu-memory-ratio", request.memory_ratio}}) {
        if (request.shared == 0 && amount > 100 && amount % 100 != 0)
            return wrong(field, amount, "at most 100, or a multiple of 100");
        if (amount % gpus != 0) return wrong(field, amount, "an amount that the number of GPUs divides");
        if (amount / gpus > 100) return wrong(field, amount, "at most 100 a GPU");
    }
    if (gpus > max_gpus_per_node) return wrong("gpu-memory-ratio", request.memory_ratio, "at most 32 GPUs");
    gpupack::request made{.gpus = static_cast<int>(gpus)};
    if (request.core / gpus == 100 && request.memory_ratio / gpus == 100) return made;
    made.share = slice{.compute = milli_gpu{request.core / gpus * 10},
                       .memory_percent = static_cast<int>(request.memory_ratio / gpus)};
    return made;
}

} // namespace gpupack::dialect
