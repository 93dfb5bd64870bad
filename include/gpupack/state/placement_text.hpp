// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/request/share_rule_text.hpp>
#include <gpupack/state/placement_record.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A record as one line, which placement_from_text() reads back:
/// `task=job-7 node=n1 gpus=0,2 ids=GPU-a,GPU-b share=slices gpu_memory=4096MiB compute=250m cpu=4000m memory=8192MiB`.
///
/// What is 0 or empty is left out. A task, node or id with blanks stands in quotation marks.
[[nodiscard]] inline std::string to_text(const placement_record& record) {
    std::string line;
    const auto add = [&](std::string_view name, std::string_view value) {
        line.append(line.empty() ? "" : " ").append(name).append("=").append(quoted_value(value));
    };
    const auto add_list = [&](std::string_view name, const auto& values, const auto& text_of) {
        std::string text;
        for (const auto& each : values) append_item(text, text_of(each));
        if (!text.empty()) add(name, text);
    };
    if (!record.task.empty()) add("task", record.task);
    add("node", record.node);
    if (!record.gpus.empty()) {
        add("gpus", to_text(record.gpus));
        add("share", sharing_name(record.way));
    }
    add_list("ids", record.gpu_ids, [](const std::string& id) { return id; });
    if (record.gpu_memory.count() != 0) add("gpu_memory", to_text(record.gpu_memory));
    if (record.memory_percent != 0) add("memory_percent", std::to_string(record.memory_percent));
    if (record.memory_millionths != 0) add("memory_millionths", std::to_string(record.memory_millionths));
    if (!record.rule.is_plain()) add("rule", to_text(record.rule));
    if (record.compute.count() != 0) add("compute", to_text(record.compute));
    add_list("pieces", record.pieces, [](mebibytes piece) { return to_text(piece); });
    add_list("instances", record.instances, [](const recorded_instance& each) {
        return std::string{each.profile}.append("@").append(std::to_string(each.start));
    });
    if (record.cpu.count() != 0) add("cpu", to_text(record.cpu));
    if (record.memory.count() != 0) add("memory", to_text(record.memory));
    if (record.rounding_overhead.count() != 0) add("rounding", to_text(record.rounding_overhead));
    if (record.leaving) line.append(" leaving");
    return line;
}

namespace detail {

/// Reads one field of a line into a record; what was expected where it is wrong, null where it is right.
[[nodiscard]] inline const char* read_field(const text_field& field, placement_record& record) {
    const std::string& value = field.value;
    const auto set = [](auto& target, const auto& parsed) {
        if (parsed) target = static_cast<std::remove_reference_t<decltype(target)>>(*parsed);
        return parsed.has_value();
    };
    if (field.name == "leaving" && !field.has_value) {
        record.leaving = true;
        return nullptr;
    }
    if (field.name == "task") return record.task = value, nullptr;
    if (field.name == "node") return record.node = value, nullptr;
    if (field.name == "gpus") return set(record.gpus, gpus_from_text(value)) ? nullptr : "numbers of GPUs: 0,2-5";
    if (field.name == "share")
        return set(record.way, sharing_named(value)) && record.way != sharing::idle ? nullptr
                                                                                    : "exclusive, slices, vgpu or mig";
    if (field.name == "gpu_memory")
        return set(record.gpu_memory, memory_from_text(value)) ? nullptr : "an amount of memory: 512MiB, 2GiB";
    if (field.name == "memory")
        return set(record.memory, memory_from_text(value)) ? nullptr : "an amount of memory: 512MiB, 2GiB";
    if (field.name == "cpu") return set(record.cpu, cpu_from_text(value)) ? nullptr : "an amount of CPU: 2500m, 2.5";
    if (field.name == "compute")
        return set(record.compute, compute_from_text(value)) ? nullptr : "a part of a GPU: 250m, 0.25";
    if (field.name == "rounding")
        return set(record.rounding_overhead, compute_from_text(value)) ? nullptr : "a part of a GPU: 250m, 0.25";
    if (field.name == "memory_percent")
        return set(record.memory_percent, number_from_text(value, 1, 100)) ? nullptr : "from 1 to 100";
    if (field.name == "memory_millionths")
        return set(record.memory_millionths, number_from_text(value, 1, 999'999)) ? nullptr : "from 1 to 999999";
    if (field.name == "rule") return set(record.rule, share_rule_from_text(value)) ? nullptr : share_rule_words;
    if (field.name == "ids") {
        record.gpu_ids = items_of(value);
        return nullptr;
    }
    if (field.name == "pieces") {
        for (const std::string& text : items_of(value)) {
            const auto piece = memory_from_text(text);
            if (!piece) return "amounts of memory: 512MiB,2GiB";
            record.pieces.push_back(*piece);
        }
        return nullptr;
    }
    if (field.name == "instances") {
        for (const std::string& text : items_of(value)) {
            const std::size_t mark = text.rfind('@');
            const auto start = mark == std::string::npos
                                   ? std::nullopt
                                   : number_from_text(std::string_view{text}.substr(mark + 1), 0, 255);
            if (!start || mark == 0) return "profiles and starts: 3g.40gb@4";
            record.instances.push_back({text.substr(0, mark), static_cast<int>(*start)});
        }
        return nullptr;
    }
    return "task, node, gpus, ids, share, gpu_memory, memory_percent, memory_millionths, rule, compute, pieces, "
           "instances, cpu, memory, rounding or leaving";
}

} // namespace detail

/// The record that a line says.
///
/// Errors: a field that is not known or stands twice, a value that is wrong, no node; the error names the field and its
/// column.
[[nodiscard]] inline expected<placement_record, input_error> placement_from_text(std::string_view line) {
    const auto fields = parse_fields(line);
    if (!fields) return unexpected<input_error>{fields.error()};
    placement_record record;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        const text_field& field = (*fields)[i];
        for (std::size_t j = 0; j < i; ++j)
            if ((*fields)[j].name == field.name) return unexpected<input_error>{wrong_field(field, "each field once")};
        if (const char* const expected = detail::read_field(field, record); expected != nullptr)
            return unexpected<input_error>{wrong_field(field, expected)};
    }
    if (record.node.empty()) return bad_input("node", "", "the name of a node");
    return record;
}

} // namespace gpupack

/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::placement_record> {
    [[nodiscard]] std::size_t operator()(const gpupack::placement_record& record) const {
        return std::hash<std::string>{}(to_text(record));
    }
};
