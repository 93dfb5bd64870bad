// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// What a pod asks of KAI; absent is not written.
struct kai_annotations {
    std::optional<std::int64_t> gpus{};         ///< nvidia.com/gpu of its containers together: whole GPUs.
    std::optional<std::string_view> fraction{}; ///< gpu-fraction: the part of a GPU's memory, 0.25.
    std::optional<std::string_view> memory{};   ///< gpu-memory: MiB.
    std::optional<std::string_view> devices{};  ///< gpu-fraction-num-devices: on how many GPUs it has that part.
};

/// The memory of a GPU that KAI shares: what its node label says, rounded down to 100 MiB.
///
/// Source: KAI's node_info (docs/sources.md#kai).
[[nodiscard]] constexpr mebibytes kai_gpu_memory(mebibytes label) noexcept {
    return mebibytes{label.count() / 100 * 100};
}

namespace detail {

/// A number as Go reads it: perhaps with a plus, perhaps hexadecimal (0x1p-2); -1 for anything else.
[[nodiscard]] inline double kai_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (is_hexadecimal) text.remove_prefix(2);
    if (text.starts_with('-') || (is_hexadecimal && text.find_first_of("pP") == std::string_view::npos)) return -1;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number,
                                              is_hexadecimal ? std::chars_format::hex : std::chars_format::general);
    return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}

} // namespace detail

/// The request that KAI would serve: whole GPUs, or a part of the memory of each of some GPUs. It knows no compute.
///
/// Errors: a fraction beside whole GPUs or MiB, MiB beside whole GPUs, devices without either; a fraction that is not between
/// 0 and 1, or has more than six decimals; amounts that are no whole numbers above 0; more than 32 GPUs.
/// Source: KAI's ValidateGpuRequests and pod_info (docs/sources.md#kai).
[[nodiscard]] inline expected<request, input_error> kai_request(const kai_annotations& annotations) {
    const auto whole_number = [](std::string_view text) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc{} && end == text.data() + text.size() ? number : std::int64_t{-1};
    };
    const auto wrong = [](const char* field, std::string_view value, const char* rule) {
        return bad_input(field, std::string{value}, rule);
    };
    if (annotations.fraction && (annotations.memory || annotations.gpus))
        return wrong("gpu-fraction", *annotations.fraction, "no gpu-memory and no whole GPUs beside it");
    if (annotations.memory && annotations.gpus)
        return wrong("gpu-memory", *annotations.memory, "no whole GPUs beside it");
    const bool shares = annotations.fraction || annotations.memory;
    if (annotations.devices && !shares)
        return wrong("gpu-fraction-num-devices", *annotations.devices, "gpu-fraction or gpu-memory beside it");
    const std::int64_t gpus = annotations.devices ? whole_number(*annotations.devices)
                              : shares            ? 1
                                                  : annotations.gpus.value_or(0);
    if (gpus < (annotations.devices ? 1 : 0) || gpus > max_gpus_per_node)
        return wrong("GPUs", std::to_string(gpus), "from 1 to 32");
    gpupack::request made{.gpus = static_cast<int>(gpus)};
    if (annotations.memory) {
        const std::int64_t memory = whole_number(*annotations.memory);
        if (memory < 1 || memory > max_amount) return wrong("gpu-memory", *annotations.memory, "MiB, 1 or more");
        made.share = slice{.memory = mebibytes{memory}};
    }
    if (!annotations.fraction) return made;
    const double part = detail::kai_number(*annotations.fraction);
    if (!(part > 0 && part < 1)) return wrong("gpu-fraction", *annotations.fraction, "a number between 0 and 1");
    const auto millionths = static_cast<int>(part * 1e6 + 0.5);
    if (millionths == 0 || millionths / 1e6 != part)
        return wrong("gpu-fraction", *annotations.fraction, "at most six decimals");
    made.share = slice{.memory_millionths = millionths, .rule = {.double_rounding = true}};
    return made;
}

} // namespace gpupack::dialect
