// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/share_rule_text.hpp>
#include <gpupack/state/placement_record.hpp>
#include <gpupack/topology/sharing.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Reads one member of a record; what was expected where it is wrong.
[[nodiscard]] inline const char* read_member(const std::string& name, const nlohmann::json& value,
                                             placement_record& record) {
    const auto amount = [&](auto& target, std::int64_t most) {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > most)
            return false;
        target = std::remove_reference_t<decltype(target)>{value.get<std::int64_t>()};
        return true;
    };
    const auto text = [&](std::string& target) {
        if (value.is_string()) target = value.get<std::string>();
        return value.is_string();
    };
    if (name == "task") return text(record.task) ? nullptr : "a text";
    if (name == "node") return text(record.node) ? nullptr : "a text";
    if (name == "cpu_milli") return amount(record.cpu, max_amount) ? nullptr : "from 0 to 2147483647";
    if (name == "memory_mib") return amount(record.memory, max_amount) ? nullptr : "from 0 to 2147483647";
    if (name == "gpu_memory_mib") return amount(record.gpu_memory, max_amount) ? nullptr : "from 0 to 2147483647";
    if (name == "compute_milli") return amount(record.compute, 1000) ? nullptr : "from 0 to 1000";
    if (name == "rounding_milli") return amount(record.rounding_overhead, 1000) ? nullptr : "from 0 to 1000";
    if (name == "leaving") {
        if (value.is_boolean()) record.leaving = value.get<bool>();
        return value.is_boolean() ? nullptr : "true or false";
    }
    if (name == "memory_percent") {
        std::int64_t percent = 0;
        const bool in_range = amount(percent, 100);
        record.memory_percent = static_cast<int>(percent);
        return in_range ? nullptr : "from 0 to 100";
    }
    if (name == "memory_millionths") {
        std::int64_t millionths = 0;
        const bool in_range = amount(millionths, 999'999);
        record.memory_millionths = static_cast<int>(millionths);
        return in_range ? nullptr : "from 0 to 999999";
    }
    if (name == "rule") {
        const auto rule = share_rule_from_text(value.is_string() ? value.get<std::string>() : std::string{});
        if (rule) record.rule = *rule;
        return rule ? nullptr : share_rule_words;
    }
    if (name == "share") {
        const auto way = value.is_string() ? sharing_named(value.get<std::string>()) : std::nullopt;
        if (way) record.way = *way;
        return way && *way != sharing::idle ? nullptr : "exclusive, slices, vgpu or mig";
    }
    if (!value.is_array()) return "a list, or a member of a placement";
    for (const nlohmann::json& each : value) {
        if (name == "gpus" && each.is_number_integer() && each.get<std::int64_t>() >= 0 &&
            each.get<std::int64_t>() < max_gpus_per_node)
            record.gpus.insert(each.get<int>());
        else if (name == "gpu_ids" && each.is_string())
            record.gpu_ids.push_back(each.get<std::string>());
        else if (name == "pieces_mib" && each.is_number_integer() && each.get<std::int64_t>() >= 0 &&
                 each.get<std::int64_t>() <= max_amount)
            record.pieces.emplace_back(each.get<std::int64_t>());
        else if (name == "instances" && each.is_object() && each.size() == 2 && each.contains("profile") &&
                 each.contains("start") && each["profile"].is_string() && each["start"].is_number_integer())
            record.instances.push_back({each["profile"].get<std::string>(), each["start"].get<int>()});
        else
            return "gpus, gpu_ids, pieces_mib or instances with profile and start";
    }
    return nullptr;
}

} // namespace detail

/// A record as a JSON object, which placement_from_json() reads back. What is 0 or empty is left out.
[[nodiscard]] inline nlohmann::ordered_json placement_json(const placement_record& record) {
    nlohmann::ordered_json all;
    if (!record.task.empty()) all["task"] = record.task;
    all["node"] = record.node;
    if (!record.gpus.empty()) {
        all["share"] = sharing_name(record.way);
        for_each_gpu(record.gpus, [&](int i) { all["gpus"].push_back(i); });
    }
    for (const std::string& id : record.gpu_ids) all["gpu_ids"].push_back(id);
    const auto add = [&](const char* name, std::int64_t amount) {
        if (amount != 0) all[name] = amount;
    };
    add("gpu_memory_mib", record.gpu_memory.count());
    add("memory_percent", record.memory_percent);
    add("memory_millionths", record.memory_millionths);
    if (!record.rule.is_plain()) all["rule"] = to_text(record.rule);
    add("compute_milli", record.compute.count());
    for (const mebibytes piece : record.pieces) all["pieces_mib"].push_back(piece.count());
    for (const recorded_instance& each : record.instances)
        all["instances"].push_back({{"profile", each.profile}, {"start", each.start}});
    add("cpu_milli", record.cpu.count());
    add("memory_mib", record.memory.count());
    add("rounding_milli", record.rounding_overhead.count());
    if (record.leaving) all["leaving"] = true;
    return all;
}

/// The record that a JSON object says.
///
/// Errors: no object, a member that is not known, a value that is wrong, no node; the error names the member.
[[nodiscard]] inline expected<placement_record, input_error> placement_from_json(const nlohmann::json& object) {
    if (!object.is_object())
        return bad_input("placement", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                         "an object");
    placement_record record;
    for (const auto& [name, value] : object.items())
        if (const char* const expected = detail::read_member(name, value, record); expected != nullptr)
            return bad_input(std::string{"/"}.append(name),
                             value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), expected);
    if (record.node.empty()) return bad_input("/node", "", "the name of a node");
    return record;
}

} // namespace gpupack::io
