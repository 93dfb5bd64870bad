// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/detail/slurm_text.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// The words of a line between blanks.
[[nodiscard]] inline std::vector<std::string_view> blank_separated(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t begin = line.find_first_not_of(" \t\r"); begin != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(" \t\r", end);
    }
    return words;
}

/// The lines of a text.
[[nodiscard]] inline std::vector<std::string_view> lines_of(std::string_view content) {
    std::vector<std::string_view> lines;
    while (!content.empty()) {
        const std::size_t end = std::min(content.find('\n'), content.size());
        lines.push_back(content.substr(0, end));
        content.remove_prefix(std::min(end + 1, content.size()));
    }
    return lines;
}

/// The fields of a line of sinfo: between bars, or between blanks.
[[nodiscard]] inline std::vector<std::string_view> sinfo_fields(std::string_view line) {
    if (line.find('|') == std::string_view::npos) return blank_separated(line);
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find('|', begin), line.size());
        fields.push_back(trimmed(line.substr(begin, end - begin)));
        begin = end + 1;
    }
    return fields;
}

/// The column of sinfo's header that has one of two names.
[[nodiscard]] inline std::size_t sinfo_column(const std::vector<std::string_view>& header, std::string_view name,
                                              std::string_view other) {
    const auto found = std::find_if(header.begin(), header.end(), [&](std::string_view each) {
        return lower_case(each) == name || lower_case(each) == other;
    });
    return static_cast<std::size_t>(found - header.begin());
}

/// Whether a text is what `sinfo -o "%n %c %m %G"` prints, in any order, with its header.
[[nodiscard]] inline bool is_sinfo(std::string_view content) {
    for (const std::string_view line : lines_of(content)) {
        if (trimmed(line).empty()) continue;
        const auto header = sinfo_fields(line);
        return sinfo_column(header, "hostnames", "nodelist") < header.size() &&
               sinfo_column(header, "gres", "gres_used") < header.size();
    }
    return false;
}

/// A count of CPUs or MiB; sinfo writes 64+ where the nodes of a line differ.
[[nodiscard]] inline std::optional<std::int64_t> sinfo_count(std::string_view text) noexcept {
    if (text.ends_with('+')) text.remove_suffix(1);
    return parse_whole(text);
}

/// The GPU model of a node, or its models and how many it has of each; empty where that is not said.
[[nodiscard]] inline std::string node_model_of(const slurm_resources& resources) {
    const bool has_several = resources.model.find('|') != std::string::npos;
    return has_several ? resources.models_and_counts : resources.model;
}

/// Makes the GPUs of a node from generic resources; false where they are none, or too many.
[[nodiscard]] inline bool set_gres(history_node& node, std::string_view gres, node_history& history, std::size_t line) {
    const auto resources = parse_gres(is_missing(gres) ? std::string_view{"(null)"} : gres);
    if (!resources || resources->gpus > max_gpus_per_node) return false;
    node.gpus = static_cast<int>(resources->gpus);
    if (node.gpus == 0) return true;
    node.model = node_model_of(*resources);
    if (node.model.empty() && !resources->model.empty()) {
        history.assume("a node with several GPU models, not all of them named: all of the first", line);
        node.model = resources->model.substr(0, resources->model.find('|'));
    }
    if (!resources->mig_profile.empty()) history.assume("MIG instances of a node: read as GPUs", line);
    if (node.model.empty()) node.model = "GPU";
    return true;
}

/// Reads the nodes that sinfo prints; a node that is in several partitions is printed several times and counts once.
[[nodiscard]] inline expected<node_history, input_error> read_sinfo_nodes(const std::string& file,
                                                                          std::string_view content) {
    node_history history;
    history.layout = "sinfo";
    std::vector<std::string_view> header;
    std::unordered_set<std::string> seen;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(content)) {
        ++number;
        const auto fields = sinfo_fields(line);
        if (trimmed(line).empty() || (fields.size() == 1 && fields.front().empty())) continue;
        if (header.empty()) {
            header = fields;
            continue;
        }
        ++history.rows;
        const auto wrong = [&](std::string_view field, std::string_view value, std::string expected) {
            return unexpected<input_error>{
                input_error{file, number, std::string{field}, std::string{value}, std::move(expected)}};
        };
        if (fields.size() != header.size())
            return wrong("row", line, std::to_string(header.size()) + " fields, as the header has");
        history_node node;
        const auto amount = [&](std::string_view name, std::int64_t unit) -> std::optional<std::int64_t> {
            const std::size_t column = sinfo_column(header, name, name);
            if (column == header.size()) return max_amount;
            const auto count = sinfo_count(fields[column]);
            return count && *count >= 0 && *count <= max_amount / unit ? std::optional{*count * unit} : std::nullopt;
        };
        const auto cpu = amount("cpus", 1000);
        const auto memory = amount("memory", 1);
        if (!cpu || !memory) return wrong(cpu ? "memory" : "cpus", line, "a whole number");
        node.cpu = *cpu;
        node.memory = *memory;
        const std::string_view gres = fields[sinfo_column(header, "gres", "gres_used")];
        if (!set_gres(node, gres, history, number))
            return wrong("gres", gres, "generic resources such as gpu:a100:4, of at most 32 GPUs");
        const std::string_view list = fields[sinfo_column(header, "hostnames", "nodelist")];
        const auto hosts = expand_hosts(list);
        if (!hosts) return wrong("nodelist", list, "hosts such as n[01-16]");
        for (const std::string& host : *hosts) {
            if (!seen.insert(host).second) continue;
            node.name = host;
            history.records.push_back(node);
        }
    }
    if (sinfo_column(header, "cpus", "cpus") == header.size() ||
        sinfo_column(header, "memory", "memory") == header.size())
        history.assumed.push_back(
            {"CPUs or memory are not printed: without limit; use sinfo -N -o \"%n %c %m %G\"", 0, 0});
    return history;
}

/// Whether a text is what `scontrol show node` prints, perhaps with the command before it.
[[nodiscard]] inline bool is_scontrol(std::string_view content) {
    std::size_t looked_at = 0;
    for (const std::string_view line : lines_of(content.substr(0, 4096))) {
        if (trimmed(line).starts_with("NodeName=")) return true;
        if (!trimmed(line).empty() && ++looked_at > 5) return false;
    }
    return false;
}

/// Reads the nodes that `scontrol show node` prints, in paragraphs or one a line.
[[nodiscard]] inline expected<node_history, input_error> read_scontrol_nodes(const std::string& file,
                                                                             std::string_view content) {
    node_history history;
    history.layout = "scontrol";
    std::size_t number = 0;
    history_node* node = nullptr;
    for (const std::string_view line : lines_of(content)) {
        ++number;
        for (const std::string_view word : blank_separated(line)) {
            const std::size_t equals = std::min(word.find('='), word.size());
            const std::string_view key = word.substr(0, equals);
            const std::string_view value = word.substr(std::min(equals + 1, word.size()));
            const auto wrong = [&](std::string expected) {
                return unexpected<input_error>{
                    input_error{file, number, std::string{key}, std::string{value}, std::move(expected)}};
            };
            if (key == "NodeName") {
                node = &history.records.emplace_back();
                node->name = value;
                ++history.rows;
            }
            if (node == nullptr) continue;
            if (key == "CPUTot" || key == "RealMemory") {
                const auto count = parse_whole(value);
                if (!count || *count < 0 || *count > max_amount / 1000) return wrong("a whole number");
                (key == "CPUTot" ? node->cpu : node->memory) = *count * (key == "CPUTot" ? 1000 : 1);
            }
            if (key == "Gres" && !set_gres(*node, value, history, number))
                return wrong("generic resources such as gpu:a100:4, of at most 32 GPUs");
            if (key == "CfgTRES") {
                const auto resources = parse_tres(value);
                if (!resources || resources->gpus > max_gpus_per_node)
                    return wrong("resources such as cpu=64,mem=515000M,gres/gpu=4");
                if (node->gpus == 0 && resources->gpus > 0) {
                    node->gpus = static_cast<int>(resources->gpus);
                    node->model = node_model_of(*resources);
                    if (node->model.empty()) node->model = "GPU";
                }
            }
        }
    }
    return history;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
