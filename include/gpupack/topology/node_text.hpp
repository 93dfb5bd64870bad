// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/topology_text.hpp>

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// All that add_node() is told of a node.
struct node_description {
    std::string name;                   ///< Its name; may be empty.
    node_spec spec{};                   ///< What it has.
    std::vector<std::string> gpu_ids{}; ///< [GPUs] their ids, or empty.
    std::string domain{};               ///< The narrowest domain in which it stands; empty: none but the cluster.

    friend bool operator==(const node_description&, const node_description&) = default;
};

/// A node as one line, which node_from_text() reads back:
/// `name=n1 cpu=96000m memory=786432MiB gpus=8xH100-80GB labels=zone=a,fast ids=GPU-a,GPU-b domain=rack1 numa=0,1 links=SYS+4`.
///
/// What is 0 or empty is left out. Models are named; what they have is said by the table that reads them.
[[nodiscard]] inline std::string to_text(const node_description& node) {
    std::string line{"name="};
    line.append(quoted_value(node.name));
    const auto add = [&](std::string_view name, std::string_view value) {
        line.append(" ").append(name).append("=").append(quoted_value(value));
    };
    const auto add_list = [&](std::string_view name, const std::vector<std::string>& values) {
        std::string list;
        for (const std::string& each : values) append_item(list, each);
        if (!list.empty()) add(name, list);
    };
    if (node.spec.cpu.count() != 0) add("cpu", to_text(node.spec.cpu));
    if (node.spec.memory.count() != 0) add("memory", to_text(node.spec.memory));
    if (!node.spec.gpus.groups().empty()) add("gpus", to_text(node.spec.gpus));
    add_list("labels", node.spec.labels);
    add_list("ids", node.gpu_ids);
    if (!node.domain.empty()) add("domain", node.domain);
    if (node.spec.topology) detail::append_topology(line, *node.spec.topology);
    return line;
}

namespace detail {

/// Reads a field of a node; what is wrong with it.
[[nodiscard]] inline std::optional<input_error> read_node_field(const text_field& field, const model_table& models,
                                                                node_description& node) {
    const auto judge = [&](const char* expected) {
        return expected == nullptr ? std::nullopt : std::optional{wrong_field(field, expected)};
    };
    const std::string_view name = field.name;
    if (name == "name") return node.name = field.value, std::nullopt;
    if (name == "domain") return node.domain = field.value, std::nullopt;
    if (name == "labels") return node.spec.labels = items_of(field.value), std::nullopt;
    if (name == "ids") return node.gpu_ids = items_of(field.value), std::nullopt;
    if (name == "cpu") {
        const auto cpu = cpu_from_text(field.value);
        if (cpu) node.spec.cpu = *cpu;
        return judge(cpu ? nullptr : "an amount of CPU: 96000m, 96");
    }
    if (name == "memory") {
        const auto memory = memory_from_text(field.value);
        if (memory) node.spec.memory = *memory;
        return judge(memory ? nullptr : "an amount of memory: 512MiB, 768GiB");
    }
    if (name == "gpus") {
        auto gpus = gpu_list_from_text(field.value, models);
        if (!gpus)
            return input_error{
                {},
                0,
                std::string{gpus.error().field}.append(" of the list in column ").append(std::to_string(field.column)),
                gpus.error().value,
                gpus.error().expected};
        node.spec.gpus = *std::move(gpus);
        return std::nullopt;
    }
    const char* expected = nullptr;
    node_topology read = node.spec.topology.value_or(node_topology{});
    if (read_topology_field(field, read, expected)) return node.spec.topology = std::move(read), judge(expected);
    return judge("name, cpu, memory, gpus, labels, ids, domain, numa, links, nics, switched or partitions");
}

} // namespace detail

/// The node that a line says. Whether a cluster takes it is asked by add_node().
///
/// @param line    as to_text() writes it; numa stands before links and nics
/// @param models  what its models are looked up in, before the catalogue
/// Errors: a field that is not known or stands twice, a value that is wrong; the error names the field and its column.
[[nodiscard]] inline expected<node_description, input_error> node_from_text(std::string_view line,
                                                                            const model_table& models = {}) {
    const auto fields = parse_fields(line);
    if (!fields) return unexpected<input_error>{fields.error()};
    node_description node;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if ((*fields)[j].name == (*fields)[i].name)
                return unexpected<input_error>{wrong_field((*fields)[i], "each field once")};
        if (auto wrong = detail::read_node_field((*fields)[i], models, node))
            return unexpected<input_error>{*std::move(wrong)};
    }
    return node;
}

/// The order of their texts. Weak: nodes whose models have the same names are alike.
[[nodiscard]] inline std::weak_ordering operator<=>(const node_description& a, const node_description& b) {
    return to_text(a) <=> to_text(b);
}

} // namespace gpupack

/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::node_description> {
    [[nodiscard]] std::size_t operator()(const gpupack::node_description& node) const {
        return std::hash<std::string>{}(to_text(node));
    }
};
