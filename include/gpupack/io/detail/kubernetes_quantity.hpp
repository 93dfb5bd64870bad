// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/number_text.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A quantity of Kubernetes (500m, 2, 1.5Gi, 1e3, 128974848), times a number, rounded up.
[[nodiscard]] inline std::optional<std::int64_t> parse_quantity(std::string_view text, std::int64_t times) noexcept {
    struct suffix {
        std::string_view text;
        std::int64_t up;
        std::int64_t down;
    };
    constexpr std::int64_t kibi = 1024;
    constexpr std::array<suffix, 16> suffixes{{{"Ki", kibi, 1},
                                               {"Mi", kibi * kibi, 1},
                                               {"Gi", kibi * kibi * kibi, 1},
                                               {"Ti", kibi * kibi * kibi * kibi, 1},
                                               {"Pi", kibi * kibi * kibi * kibi * kibi, 1},
                                               {"Ei", kibi * kibi * kibi * kibi * kibi * kibi, 1},
                                               {"m", 1, 1'000},
                                               {"u", 1, 1'000'000},
                                               {"n", 1, 1'000'000'000},
                                               {"k", 1'000, 1},
                                               {"M", 1'000'000, 1},
                                               {"G", 1'000'000'000, 1},
                                               {"T", 1'000'000'000'000, 1},
                                               {"P", 1'000'000'000'000'000, 1},
                                               {"E", 1'000'000'000'000'000'000, 1},
                                               {"", 1, 1}}};
    for (const suffix& each : suffixes) {
        if (!text.ends_with(each.text)) continue;
        const auto number = parse_decimal(text.substr(0, text.size() - each.text.size()));
        if (!number) return std::nullopt;
        if (each.up == 1) return number->scaled(times, each.down, true);
        const auto whole = number->scaled(each.up, 1, true);
        return whole && *whole <= (std::int64_t{1} << 62) / times ? std::optional{*whole * times} : std::nullopt;
    }
    return std::nullopt;
}

/// The text of a JSON scalar.
[[nodiscard]] inline std::string scalar_text(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_number() ? value.dump() : std::string{};
}

/// A member of an object, or null.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
