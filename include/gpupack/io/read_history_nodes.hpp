// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/detail/kubernetes_objects.hpp>
#include <gpupack/io/kubernetes/detail/inventory_nodes.hpp>
#include <gpupack/io/kubernetes/gpu_inventory.hpp>
#include <gpupack/io/detail/slurm_nodes.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/read_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The columns of a layout of machines, in lower case; empty ones are not recorded.
struct node_layout {
    std::string_view layout;
    std::string_view name;
    std::string_view cpu;
    std::string_view memory;
    std::string_view gpus;
    std::string_view model;
    std::int64_t cpu_milli;  ///< Milli-cores in a unit of CPU.
    std::int64_t memory_mib; ///< MiB in a unit of memory.
};

/// The layouts of machines that are known.
///
/// Source: the pages that publish the traces (docs/sources.md#histories).
inline constexpr std::array<node_layout, 4> node_layouts{{
    {"openb", "sn", "cpu_milli", "memory_mib", "gpu", "model", 1, 1},
    {"alibaba-2026-spot", "node_name", "cpu_num", "", "gpu_capacity_num", "gpu_model", 1000, 1},
    {"pai-2020", "machine", "cap_cpu", "cap_mem", "cap_gpu", "gpu_type", 1000, 1024},
    {"philly", "machineid", "", "", "number of gpus", "single gpu mem", 1000, 1},
}};

/// Reads machines from delimited text.
[[nodiscard]] inline expected<node_history, input_error> read_node_table(const std::string& file,
                                                                         std::string_view content) {
    delimited_text reader{content, delimited_text::find_separator(content)};
    delimited_text::row row;
    if (!reader.read(row))
        return unexpected<input_error>{input_error{file, 0, "rows", "", "a header and one row or more"}};
    std::vector<std::string> header;
    for (const std::string_view field : row.fields) header.push_back(lower_case(field));
    const auto find = [&](std::string_view name) { return name.empty() ? header.size() : find_column(header, name); };
    const auto layout = std::find_if(node_layouts.begin(), node_layouts.end(), [&](const node_layout& each) {
        return find(each.name) < header.size() && find(each.gpus) < header.size();
    });
    if (layout == node_layouts.end())
        return unexpected<input_error>{
            input_error{file, row.line, "header", std::string{row.fields.front()},
                        "machines as openb, PAI 2020, Alibaba 2026 or Philly have them, as sinfo or scontrol show "
                        "node print them, or as Kubernetes' JSON"}};
    node_history history;
    history.layout = layout->layout;
    const bool has_cpu = find(layout->cpu) < header.size();
    const bool has_memory = find(layout->memory) < header.size();
    if (!has_cpu || !has_memory)
        history.assumed.push_back({std::string{"its machines are recorded without "}
                                       .append(has_cpu      ? "memory"
                                               : has_memory ? "CPUs"
                                                            : "CPUs and memory")
                                       .append(": without limit"),
                                   0, 0});
    while (reader.read(row, header.size())) {
        ++history.rows;
        if (row.fields.size() != header.size())
            return unexpected<input_error>{input_error{file, row.line, "row", std::string{row.fields.front()},
                                                       std::to_string(header.size()) + " fields"}};
        history_node node;
        std::optional<input_error> error;
        const auto amount = [&](std::string_view name, std::int64_t unit, std::int64_t most) {
            const std::size_t column = find(name);
            if (column == header.size()) return max_amount;
            if (is_missing(row.fields[column])) return std::int64_t{0};
            const auto number = parse_decimal(row.fields[column]);
            const auto scaled = number ? number->scaled(unit) : std::nullopt;
            if ((!scaled || *scaled < 0 || *scaled > most) && !error)
                error = input_error{file, row.line, std::string{name}, std::string{row.fields[column]},
                                    "a number from 0 to " + std::to_string(most / unit)};
            return scaled.value_or(0);
        };
        node.name = row.fields[find(layout->name)];
        if (node.name.empty())
            error = input_error{file, row.line, std::string{layout->name}, "", "a name of the machine"};
        node.cpu = amount(layout->cpu, layout->cpu_milli, max_amount);
        node.memory = amount(layout->memory, layout->memory_mib, max_amount);
        node.gpus = static_cast<int>(amount(layout->gpus, 1, max_gpus_per_node));
        const std::size_t model = find(layout->model);
        const bool is_named = model < header.size() && !is_missing(row.fields[model]);
        if (node.gpus > 0) node.model = is_named ? row.fields[model] : "GPU";
        if (error) return unexpected<input_error>{*error};
        history.records.push_back(std::move(node));
    }
    return history;
}

/// The model of a node's GPUs by its labels; GPUs that are offered several times, in time slices, are counted once.
inline void set_kubernetes_model(history_node& node, const nlohmann::json& labels, node_history& history) {
    const auto label = [&](const char* key) { return labels.is_object() ? text_of(labels, key) : std::string{}; };
    const auto replicas = parse_whole(label("nvidia.com/gpu.replicas"));
    const auto count = parse_whole(label("nvidia.com/gpu.count"));
    if (replicas && *replicas > 1 && count && *count > 0 && *count <= max_gpus_per_node) {
        node.gpus = static_cast<int>(*count);
        history.assume("GPUs in time slices: each is counted once", history.rows);
    }
    if (node.gpus == 0) return;
    node.model = label("nvidia.com/gpu.product");
    constexpr std::string_view shared = "-SHARED";
    if (node.model.ends_with(shared)) node.model.resize(node.model.size() - shared.size());
    if (node.model.empty()) node.model = "GPU";
}

/// Takes the GPUs of a node that HAMi, Volcano or gpushare shares from what it says of them: its resources count parts.
///
/// @return whether it says so
inline bool take_shared_gpus(history_node& node, const nlohmann::json& object, node_history& history) {
    gpu_inventory inventory;
    inventory_nodes{inventory}.read(object);
    if (inventory.nodes.empty() || inventory.nodes.front().system == gpu_sharing_system::device_plugin) return false;
    const inventory_node& found = inventory.nodes.front();
    if (found.gpus.empty()) {
        history.assume("what a node says of its shared GPUs cannot be read", history.rows);
        return false;
    }
    node.gpus = static_cast<int>(std::min<std::size_t>(found.gpus.size(), max_gpus_per_node));
    if (node.model.empty() || node.model == "GPU") node.model = found.product.empty() ? "GPU" : found.product;
    const std::int64_t unit = found.system == gpu_sharing_system::gpushare ? 1024 : 1; // gpushare counts GiB
    node.gpu_memory = std::min(found.gpus.front().memory, max_amount / unit) * unit;
    return true;
}

/// Reads the nodes of a Kubernetes list.
[[nodiscard]] inline expected<node_history, input_error> read_kubernetes_nodes(const std::string& file,
                                                                               const nlohmann::json& document) {
    node_history history;
    history.layout = "kubernetes";
    std::string wrong;
    for_each_object(document, "Node", [&](const nlohmann::json& object) {
        ++history.rows;
        const nlohmann::json& metadata = member(object, "metadata");
        const nlohmann::json& status = member(object, "status");
        const kubernetes_resources has = read_resources(
            member(status, member(status, "allocatable").is_object() ? "allocatable" : "capacity"), wrong);
        history_node node;
        node.name = metadata.is_object() ? text_of(metadata, "name") : "";
        if (node.name.empty() && wrong.empty()) wrong = "metadata.name: ";
        if (!member(status, "allocatable").is_object() && !member(status, "capacity").is_object()) {
            history.leave_out("a node without resources", history.rows);
            return;
        }
        node.cpu = std::min(has.cpu, max_amount);
        node.memory = std::min(has.memory, max_amount);
        node.gpus = static_cast<int>(std::min<std::int64_t>(has.gpus, max_gpus_per_node));
        set_kubernetes_model(node, member(metadata, "labels"), history);
        const bool shared = take_shared_gpus(node, object, history);
        if (has.gpus > max_gpus_per_node && !shared)
            history.assume("more than 32 GPUs on a node: 32 are read", history.rows);
        if (has.instances > 0) history.assume("MIG instances of the node are not read", history.rows);
        if (!has.not_read.empty() && !shared)
            history.assume("parts of GPUs, such as " + has.not_read + ", are not read", history.rows);
        if (member(member(object, "spec"), "unschedulable") == true) {
            history.leave_out("an unschedulable node", history.rows);
            return;
        }
        history.records.push_back(std::move(node));
    });
    if (!wrong.empty())
        return unexpected<input_error>{
            input_error{file, 0, "node", wrong, "nodes with a name and quantities such as 500m or 16Gi"}};
    if (history.rows == 0) return unexpected<input_error>{input_error{file, 0, "items", "", "nodes of Kubernetes"}};
    return history;
}

} // namespace detail

/// Reads the machines of a history: as openb, Alibaba 2026, PAI 2020 and Philly list them, as Slurm's `sinfo` or
/// `scontrol show node` print them, or as Kubernetes' nodes in JSON.
///
/// @param file     named in errors
/// @param content  of the file
/// @return the machines, or the first error: a layout that is not known, a value that is none, a name twice
[[nodiscard]] inline expected<node_history, input_error> parse_history_nodes(const std::string& file,
                                                                             std::string_view content) {
    const std::string_view start = trimmed(content.substr(0, 4096));
    auto history = [&]() -> expected<node_history, input_error> {
        if (start.starts_with("{") || start.starts_with("[")) {
            const auto json = detail::parse_documents(content);
            if (json.is_discarded())
                return unexpected<input_error>{
                    input_error{file, 0, "document", std::string{start.substr(0, 30)}, "JSON that is whole"}};
            return detail::read_kubernetes_nodes(file, json);
        }
        if (detail::is_scontrol(content)) return detail::read_scontrol_nodes(file, content);
        if (detail::is_sinfo(content)) return detail::read_sinfo_nodes(file, content);
        return detail::read_node_table(file, content);
    }();
    if (!history) return history;
    std::vector<std::string_view> names;
    for (const history_node& each : history->records) names.push_back(each.name);
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
        return unexpected<input_error>{
            input_error{file, 0, "name", std::string{*twice}, "a name that no other node has"}};
    if (history->records.empty()) return unexpected<input_error>{input_error{file, 0, "rows", "", "one node or more"}};
    return history;
}

/// Reads the machines of a history from a file; see parse_history_nodes().
[[nodiscard]] inline expected<node_history, input_error> read_history_nodes(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_history_nodes(file, *content);
}

} // namespace gpupack::inline GPUPACK_ABI::io
