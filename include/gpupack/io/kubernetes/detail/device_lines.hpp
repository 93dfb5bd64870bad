// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/kubernetes/gpu_inventory.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// How HAMi and Volcano write devices in annotations. Source: docs/sources.md#hami, docs/sources.md#volcano.
namespace gpupack::inline GPUPACK_ABI::io::detail {

[[nodiscard]] inline std::vector<std::string_view> split_fields(std::string_view text, char sign) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(sign);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

[[nodiscard]] inline std::optional<std::int64_t> whole_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || wrong != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

/// A GPU and its product.
struct annotated_gpu {
    inventory_gpu gpu;
    std::string product;
};

/// "uuid,count,MiB,cores,type,numa,health[,index,mode]:" for each GPU, 7 or 9 fields; nothing where it is not that.
[[nodiscard]] inline std::optional<std::vector<annotated_gpu>> read_hami_text(std::string_view text) {
    std::vector<annotated_gpu> made;
    for (const std::string_view one : split_fields(text, ':')) {
        if (one.empty()) continue;
        const std::vector<std::string_view> fields = split_fields(one, ',');
        if (fields.size() != 7 && fields.size() != 9) return std::nullopt;
        const auto slots = whole_of(fields[1]);
        const auto memory = whole_of(fields[2]);
        const auto cores = whole_of(fields[3]);
        if (!slots || !memory || !cores) return std::nullopt;
        made.push_back({{.uuid = std::string{fields[0]},
                         .memory = *memory,
                         .cores = *cores,
                         .slots = *slots,
                         .healthy = fields[6] == "true"},
                        std::string{fields[4]}});
    }
    return made;
}

/// HAMi's register as JSON; absent numbers are 0 and an absent health is false, as HAMi leaves both out.
[[nodiscard]] inline std::optional<std::vector<annotated_gpu>> read_hami_json(std::string_view text) {
    const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array()) return std::nullopt;
    std::vector<annotated_gpu> made;
    for (const nlohmann::json& one : list) {
        if (!one.is_object()) return std::nullopt;
        const auto number = [&](const char* name) -> std::optional<std::int64_t> {
            const auto found = one.find(name);
            if (found == one.end()) return 0;
            return found->is_number_integer() && found->get<std::int64_t>() >= 0
                       ? std::optional{found->get<std::int64_t>()}
                       : std::nullopt;
        };
        const auto word = [&](const char* name) {
            return one.contains(name) && one[name].is_string() ? one[name].get<std::string>() : std::string{};
        };
        const auto slots = number("count");
        const auto memory = number("devmem");
        const auto cores = number("devcore");
        const bool health = one.contains("health") && one["health"].is_boolean() && one["health"].get<bool>();
        if (!slots || !memory || !cores || word("id").empty()) return std::nullopt;
        made.push_back({{.uuid = word("id"), .memory = *memory, .cores = *cores, .slots = *slots, .healthy = health},
                        word("type")});
    }
    return made;
}

/// Volcano's "uuid,count,MiB,type,health[,mode]:", at least 5 fields; it does not say cores.
[[nodiscard]] inline std::optional<std::vector<annotated_gpu>> read_volcano_text(std::string_view text) {
    std::vector<annotated_gpu> made;
    for (const std::string_view one : split_fields(text, ':')) {
        if (one.empty()) continue;
        const std::vector<std::string_view> fields = split_fields(one, ',');
        if (fields.size() < 6) return std::nullopt;
        const auto slots = whole_of(fields[1]);
        const auto memory = whole_of(fields[2]);
        if (!slots || !memory) return std::nullopt;
        made.push_back(
            {{.uuid = std::string{fields[0]}, .memory = *memory, .slots = *slots, .healthy = fields[4] == "true"},
             std::string{fields[3]}});
    }
    return made;
}

/// A device in a pod's annotation.
struct device_line {
    std::string uuid;
    std::int64_t memory;
    std::int64_t cores;
};

/// "UUID,kind,MiB,percent:" for each device, containers apart by ";"; nothing where it is not that.
[[nodiscard]] inline std::optional<std::vector<device_line>> read_device_lines(std::string_view text) {
    std::vector<device_line> made;
    for (const std::string_view container : split_fields(text, ';'))
        for (const std::string_view one : split_fields(container, ':')) {
            if (one.empty()) continue;
            const std::vector<std::string_view> fields = split_fields(one, ',');
            if (fields.size() != 4) return std::nullopt;
            const auto memory = whole_of(fields[2]);
            const auto cores = whole_of(fields[3]);
            if (!memory || !cores || fields[0].empty()) return std::nullopt;
            made.push_back({std::string{fields[0]}, *memory, *cores});
        }
    return made;
}

} // namespace gpupack::io::detail
