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

/// What a container asks of Volcano's vGPU devices, as its limits say; absent is not written.
struct volcano_limits {
    std::optional<std::int64_t> count{};   ///< vgpu-number: GPUs; one where only memory is written.
    std::optional<std::int64_t> memory{};  ///< vgpu-memory: MiB of each.
    std::optional<std::int64_t> percent{}; ///< vgpu-memory-percentage: percent of the memory of each; wins over MiB.
    std::optional<std::int64_t> cores{};   ///< vgpu-cores: percent of the compute of each.
};

/// The request that Volcano's vGPU devices would serve: all memory where none is written; without cores on a GPU with
/// some left, with 100 on a GPU without tasks, of which it takes only the memory asked for.
///
/// A container that writes neither a number nor memory asks for no GPU.
///
/// Errors: what no GPU can serve: a count beyond 32, amounts below 0 or beyond a GPU; 0 percent and no cores.
/// Source: Volcano's ExtractResourceRequest and checkNodeGPUSharingPredicateAndScore (docs/sources.md#volcano).
[[nodiscard]] inline expected<request, input_error> volcano_request(const volcano_limits& limits) {
    const auto wrong = [](const char* field, std::int64_t value, const char* rule) {
        return bad_input(field, std::to_string(value), rule);
    };
    gpupack::request made{};
    if (!limits.count && !limits.memory) return made;
    const std::int64_t count = limits.count.value_or(1);
    if (count < 0 || count > max_gpus_per_node) return wrong("vgpu-number", count, "from 0 to 32");
    const std::int64_t cores = limits.cores.value_or(0);
    if (cores < 0 || cores > 100) return wrong("vgpu-cores", cores, "from 0 to 100");
    slice part{.compute = milli_gpu{10 * cores}, .rule = {.compute_alone = true}};
    const std::int64_t memory = limits.memory.value_or(0);
    if (memory < 0 || memory > max_amount) return wrong("vgpu-memory", memory, "from 0 to 2147483647 MiB");
    if (limits.percent || memory == 0) {
        const std::int64_t percent = limits.percent.value_or(100);
        if (percent < 0 || percent > 100) return wrong("vgpu-memory-percentage", percent, "from 0 to 100");
        if (percent == 0 && cores == 0) return wrong("vgpu-memory-percentage", percent, "above 0, or cores");
        part.memory_percent = static_cast<int>(percent);
    } else {
        part.memory = mebibytes{memory};
    }
    made.gpus = static_cast<int>(count);
    made.share = part;
    return made;
}

} // namespace gpupack::dialect
