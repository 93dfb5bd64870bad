// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/name.hpp>
#include <gpupack/topology/gpu_setup.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// A label with a backslash before what separates labels, options and groups.
[[nodiscard]] inline std::string escaped_label(std::string_view label) {
    std::string text;
    for (const char each : label) {
        if (std::string_view{"+;{}\\"}.find(each) != std::string_view::npos) text += '\\';
        text += each;
    }
    return text;
}
[[nodiscard]] inline std::string unescaped_label(std::string_view text) {
    std::string label;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        label += text[i];
    }
    return label;
}

/// Where a character stands first without a backslash before it; the size of the text where it does not.
[[nodiscard]] inline std::size_t find_unescaped(std::string_view text, char separator, std::size_t begin) noexcept {
    for (std::size_t i = begin; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == separator)
            return i;
    }
    return text.size();
}

} // namespace detail

/// The GPUs of a node as text, which gpu_list_from_text() reads back: "8xH100-80GB",
/// "4xA100-80GB{only=mig;instances=3g.40gb@0+3g.40gb@4},2xA10{sharers=4;memory=150%;reserve=500MiB;numa=1;labels=a+b}".
[[nodiscard]] inline std::string to_text(const gpu_list& gpus) {
    std::string text;
    for (const gpu_group& group : gpus.groups()) {
        const gpu_setup& setup = group.setup;
        std::string options;
        const auto add = [&](std::string_view option, const std::string& value) {
            options.append(options.empty() ? "" : ";").append(option).append("=").append(value);
        };
        if (setup.only != sharing::idle) add("only", std::string{sharing_name(setup.only)});
        if (setup.max_sharers != 255) add("sharers", std::to_string(setup.max_sharers));
        if (setup.memory_percent != 100) add("memory", std::to_string(setup.memory_percent).append("%"));
        if (setup.compute_percent != 100) add("compute", std::to_string(setup.compute_percent).append("%"));
        if (setup.reserve.count() != 0) add("reserve", to_text(setup.reserve));
        if (setup.numa != 0) add("numa", std::to_string(setup.numa));
        if (setup.vgpu_sizes == vgpu::sizes::mixed) add("vgpu", "mixed");
        std::string labels;
        for (const std::string& label : setup.labels)
            labels.append(labels.empty() ? "" : "+").append(detail::escaped_label(label));
        if (!labels.empty()) add("labels", labels);
        std::string instances;
        for (const mig::gpu_instance& each : setup.instances)
            instances.append(instances.empty() ? "" : "+")
                .append(each.profile.view())
                .append("@")
                .append(std::to_string(each.start));
        if (!instances.empty()) add("instances", instances);
        text.append(text.empty() ? "" : ",")
            .append(std::to_string(group.count))
            .append("x")
            .append(group.model.model.view());
        if (!options.empty()) text.append("{").append(options).append("}");
    }
    return text;
}

namespace detail {

/// The parts of a text between separators; a separator with a backslash before it is none.
[[nodiscard]] inline std::vector<std::string_view> parts_of(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = find_unescaped(text, separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// Reads one option of a group; what was expected where it is wrong.
[[nodiscard]] inline const char* read_gpu_option(std::string_view option, gpu_setup& setup) {
    const std::size_t mark = option.find('=');
    const std::string_view name = option.substr(0, mark);
    const std::string_view value = mark == std::string_view::npos ? std::string_view{} : option.substr(mark + 1);
    const auto percent = [&](int& target) {
        const auto number =
            value.ends_with('%') ? number_from_text(value.substr(0, value.size() - 1), 1, 100'000) : std::nullopt;
        if (number) target = static_cast<int>(*number);
        return number ? nullptr : "a percentage: 150%";
    };
    if (name == "memory") return percent(setup.memory_percent);
    if (name == "compute") return percent(setup.compute_percent);
    if (name == "only") {
        const auto way = sharing_named(value);
        if (way) setup.only = *way;
        return way ? nullptr : "idle, exclusive, slices, mig or vgpu";
    }
    if (name == "sharers" || name == "numa") {
        const auto number = number_from_text(value, 0, 255);
        if (number) (name == "numa" ? setup.numa : setup.max_sharers) = static_cast<int>(*number);
        return number ? nullptr : "a number";
    }
    if (name == "reserve") {
        const auto memory = memory_from_text(value);
        if (memory) setup.reserve = *memory;
        return memory ? nullptr : "an amount of memory: 500MiB";
    }
    if (name == "vgpu") {
        setup.vgpu_sizes = value == "mixed" ? vgpu::sizes::mixed : vgpu::sizes::one_size;
        return value == "mixed" || value == "one_size" ? nullptr : "mixed or one_size";
    }
    if (name == "labels") {
        for (const std::string_view label : parts_of(value, '+')) setup.labels.push_back(unescaped_label(label));
        return nullptr;
    }
    if (name != "instances") return "only, sharers, memory, compute, reserve, numa, vgpu, labels or instances";
    for (const std::string_view each : parts_of(value, '+')) {
        const std::size_t border = each.rfind('@');
        const auto start =
            border == std::string_view::npos ? std::nullopt : number_from_text(each.substr(border + 1), 0, 255);
        if (!start || !gpupack::name::fits(each.substr(0, border))) return "profiles and starts: 3g.40gb@0+3g.40gb@4";
        setup.instances.push_back({gpupack::name{each.substr(0, border)}, static_cast<int>(*start)});
    }
    return nullptr;
}

} // namespace detail

/// The GPUs that a text says; empty: none. A model is one of the table, else of the catalogue.
///
/// Errors: a count or an option that is wrong, a model that neither has; the error names the part and its column.
[[nodiscard]] inline expected<gpu_list, input_error> gpu_list_from_text(std::string_view text,
                                                                        const model_table& models) {
    std::vector<gpu_group> groups;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && text[end] != ',' && text[end] != '{') ++end;
        const std::size_t open = end;
        if (end < text.size() && text[end] == '{') end = detail::find_unescaped(text, '}', end);
        const std::string_view head = text.substr(begin, open - begin);
        const auto wrong = [&](std::string_view value, std::string expected) {
            return bad_input(std::string{"gpus, column "}.append(std::to_string(begin + 1)), std::string{value},
                             std::move(expected));
        };
        const std::size_t times = head.find('x');
        const auto count = times == std::string_view::npos
                               ? std::nullopt
                               : number_from_text(head.substr(0, times), 0, max_gpus_per_node);
        if (!count) return wrong(head, "a count and a model: 8xH100-80GB, at most 32 GPUs");
        const std::string_view model = head.substr(times + 1);
        const auto known = models.find(model);
        const auto listed = known ? std::nullopt : models::find(model);
        if (!known && !listed) return wrong(model, "a model of the catalogue, or one that was added");
        gpu_group group{static_cast<int>(*count), known ? models[*known] : *listed, {}};
        if (open < text.size() && text[open] == '{') {
            if (end == text.size()) return wrong(text.substr(open), "a closing brace");
            for (const std::string_view option : detail::parts_of(text.substr(open + 1, end - open - 1), ';'))
                if (const char* const expected = detail::read_gpu_option(option, group.setup); expected != nullptr)
                    return wrong(option, expected);
            ++end;
        }
        groups.push_back(std::move(group));
        if (end < text.size() && text[end] != ',') return wrong(text.substr(end), "a comma between groups");
        begin = end + 1;
    }
    return gpu_list{std::move(groups)};
}

} // namespace gpupack
