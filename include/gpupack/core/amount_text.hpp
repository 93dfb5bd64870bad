// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/quantity.hpp>
#include <gpupack/core/units.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// "4000m" for thousandths of a core or of a GPU, "8192MiB" for memory.
template <class Unit> [[nodiscard]] std::string to_text(quantity<Unit> amount) {
    return std::to_string(amount.count()).append(std::is_same_v<Unit, unit::mebibyte> ? "MiB" : "m");
}
/// "0,2-5": the numbers of some GPUs; "none" for no GPU.
[[nodiscard]] inline std::string to_text(gpu_set gpus) {
    std::string text;
    for (int first = 0; first < max_gpus_per_node; ++first) {
        if (!gpus.contains(first)) continue;
        int last = first;
        while (last + 1 < max_gpus_per_node && gpus.contains(last + 1)) ++last;
        text.append(text.empty() ? "" : ",").append(std::to_string(first));
        if (last > first) text.append("-").append(std::to_string(last));
        first = last;
    }
    return text.empty() ? "none" : text;
}

/// A whole number from least to most; nothing where the text is none.
[[nodiscard]] inline std::optional<std::int64_t> number_from_text(std::string_view text, std::int64_t least,
                                                                  std::int64_t most) noexcept {
    std::int64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last || number < least || number > most) return std::nullopt;
    return number;
}

/// Thousandths: "2500m", "2.5" or "2"; nothing where the text is none, or more than max_amount.
[[nodiscard]] inline std::optional<std::int64_t> thousandths_from_text(std::string_view text) noexcept {
    if (text.ends_with('m')) return number_from_text(text.substr(0, text.size() - 1), 0, max_amount);
    const std::size_t point = text.find('.');
    const auto whole = number_from_text(text.substr(0, point), 0, max_amount / 1000);
    if (!whole || text.starts_with('-')) return std::nullopt;
    std::int64_t rest = 0;
    if (point != std::string_view::npos) {
        const std::string_view digits = text.substr(point + 1);
        const auto parsed = digits.size() > 3 ? std::nullopt : number_from_text(digits, 0, 999);
        if (!parsed || digits.starts_with('-')) return std::nullopt;
        rest = *parsed;
        for (std::size_t i = digits.size(); i < 3; ++i) rest *= 10;
    }
    const std::int64_t amount = *whole * 1000 + rest;
    return amount <= max_amount ? std::optional{amount} : std::nullopt;
}

/// CPU: "2500m", "2.5" cores; nothing where the text is none.
[[nodiscard]] inline std::optional<milli_cpu> cpu_from_text(std::string_view text) noexcept {
    const auto amount = thousandths_from_text(text);
    return amount ? std::optional{milli_cpu{*amount}} : std::nullopt;
}
/// GPU compute: "250m", "0.25"; nothing where the text is none.
[[nodiscard]] inline std::optional<milli_gpu> compute_from_text(std::string_view text) noexcept {
    const auto amount = thousandths_from_text(text);
    return amount ? std::optional{milli_gpu{*amount}} : std::nullopt;
}
/// Memory: "8192MiB", "8GiB"; nothing where the text is none.
[[nodiscard]] inline std::optional<mebibytes> memory_from_text(std::string_view text) noexcept {
    const std::int64_t factor = text.ends_with("GiB") ? 1024 : 1;
    if (!text.ends_with("GiB") && !text.ends_with("MiB")) return std::nullopt;
    const auto amount = number_from_text(text.substr(0, text.size() - 3), 0, max_amount / factor);
    return amount ? std::optional{mebibytes{*amount * factor}} : std::nullopt;
}
/// Some GPUs of a node: "0,2-5", "none"; nothing where the text is none.
[[nodiscard]] inline std::optional<gpu_set> gpus_from_text(std::string_view text) noexcept {
    gpu_set gpus;
    if (text == "none") return gpus;
    for (std::size_t begin = 0;;) {
        const std::size_t end = text.find(',', begin);
        const std::string_view part = text.substr(begin, end == std::string_view::npos ? end : end - begin);
        const std::size_t dash = part.find('-');
        const auto first = number_from_text(part.substr(0, dash), 0, max_gpus_per_node - 1);
        const auto last =
            dash == std::string_view::npos ? first : number_from_text(part.substr(dash + 1), 0, max_gpus_per_node - 1);
        if (!first || !last || *last < *first) return std::nullopt;
        for (auto i = static_cast<int>(*first); i <= static_cast<int>(*last); ++i) gpus.insert(i);
        if (end == std::string_view::npos) return gpus;
        begin = end + 1;
    }
}

} // namespace gpupack
