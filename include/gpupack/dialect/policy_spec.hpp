// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A number by which a policy is tuned.
struct policy_option {
    std::string name;       ///< One of policy_option_ranges.
    std::int64_t value = 0; ///< In its unit.

    friend std::strong_ordering operator<=>(const policy_option&, const policy_option&) = default;
    friend bool operator==(const policy_option&, const policy_option&) = default;
};

/// A policy by name, with options: what a command line or a configuration says. make_preset() makes it.
struct policy_spec {
    std::string name;                     ///< A name of the table of presets.
    std::vector<policy_option> options{}; ///< By name; each once.

    friend std::strong_ordering operator<=>(const policy_spec&, const policy_spec&) = default;
    friend bool operator==(const policy_spec&, const policy_spec&) = default;
};

/// What an option may be.
struct policy_option_range {
    std::string_view name;    ///< As it is written.
    std::int64_t least = 0;   ///< Its lowest value.
    std::int64_t most = 0;    ///< Its highest.
    std::string_view summary; ///< What it is.
};

/// The options that there are. Which of them a preset has is said by its row.
inline constexpr std::array policy_option_ranges{
    policy_option_range{"cpu_scarcity", 0, 10'000,
                        "price of the CPU that a task leaves on its node where CPU is short, in thousandths"},
    policy_option_range{"gpu_memory", 1, std::numeric_limits<std::int32_t>::max(),
                        "MiB of a GPU whose memory is not known"},
    policy_option_range{"leave", 0, 1, "whether tasks leave again"},
    policy_option_range{"model_scarcity", 0, 10'000,
                        "price of compute of models that other tasks name, in thousandths"},
    policy_option_range{"offers", 1, 10'000, "tasks offered to a node before the outlook ends"},
    policy_option_range{"reserve", 0, 10'000, "percent of the room that scarce tasks are expected to want"},
    policy_option_range{"scarcity", 0, 10'000,
                        "thousandths of its size that a place for several GPUs costs where no other is left"},
    policy_option_range{"seed", 0, std::numeric_limits<std::int64_t>::max(), "seed of the random choice"},
    policy_option_range{"step", 1, 1'000, "milli-GPUs within which scores are alike"},
    policy_option_range{"typical", 1, 100, "percent of the expected tasks that the typical ones make up"}};

/// "lookahead:reserve=150:step=20": name, then options by name.
[[nodiscard]] inline std::string to_text(const policy_spec& spec) {
    std::string text = spec.name;
    for (const policy_option& each : spec.options)
        text.append(":").append(each.name).append("=").append(std::to_string(each.value));
    return text;
}

/// The policy that a text says: "fgd", "lookahead:reserve=150". Whether there is such a preset, and whether it has the options,
/// is asked by make_preset().
///
/// Errors: an option that is not known, stands twice, or has a value out of its range; the error names its column.
[[nodiscard]] inline expected<policy_spec, input_error> policy_spec_from_text(std::string_view text) {
    std::size_t end = std::min(text.find(':'), text.size());
    policy_spec spec{std::string{text.substr(0, end)}, {}};
    while (end < text.size()) {
        const std::size_t begin = end + 1;
        end = std::min(text.find(':', begin), text.size());
        const std::string_view option = text.substr(begin, end - begin);
        const auto wrong = [&](std::string expected) {
            return bad_input(std::string{"policy, column "}.append(std::to_string(begin + 1)), std::string{option},
                             std::move(expected));
        };
        const std::size_t mark = std::min(option.find('='), option.size());
        const std::string_view name = option.substr(0, mark);
        const auto* const range = std::find_if(policy_option_ranges.begin(), policy_option_ranges.end(),
                                               [&](const policy_option_range& each) { return each.name == name; });
        if (range == policy_option_ranges.end()) {
            std::string names;
            for (const policy_option_range& each : policy_option_ranges)
                names.append(names.empty() ? "" : ", ").append(each.name);
            return wrong(std::string{"one of "}.append(names).append(" with an equals sign and a number"));
        }
        const auto value =
            mark == option.size() ? std::nullopt : number_from_text(option.substr(mark + 1), range->least, range->most);
        if (!value)
            return wrong(std::string{name}
                             .append("= from ")
                             .append(std::to_string(range->least))
                             .append(" to ")
                             .append(std::to_string(range->most)));
        for (const policy_option& each : spec.options)
            if (each.name == name) return wrong("each option once");
        spec.options.push_back({std::string{name}, *value});
    }
    std::sort(spec.options.begin(), spec.options.end());
    return spec;
}

} // namespace gpupack

/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::policy_spec> {
    [[nodiscard]] std::size_t operator()(const gpupack::policy_spec& spec) const {
        return std::hash<std::string>{}(to_text(spec));
    }
};
