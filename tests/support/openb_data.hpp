// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/data_files.hpp"

#include <gpupack/io/read_trace.hpp>
#include <gpupack/workload/openb.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Calls `visit(fields)` for each row of a file of tests/data/openb, with the fields of these columns.
template <class Visit>
void for_each_openb_row(const std::string& name, const std::vector<std::string_view>& columns, Visit&& visit) {
    const std::string path = test_data("openb/" + name);
    const std::string text = gpupack::io::read_file(path).value();
    const auto table = gpupack::io::text_table::parse(path, text, columns).value();
    if (table.rows().empty()) throw std::runtime_error{path + ": no rows"};
    for (const auto& row : table.rows()) visit(row.fields);
}

/// The openb cluster with the tasks of one of its task files, made from the request classes of that file: as many
/// tasks of each as there are, with names of their own and without times.
///
/// @param name "default", "cpu050", "gpushare40", "gpuspec10" or "multigpu20"
inline gpupack::workload::workload openb_workload(const std::string& name) {
    gpupack::workload::workload workload = gpupack::workload::openb();
    if (name == "default") return workload;
    for (const auto& node : workload.nodes)
        for (const auto& group : node.spec.gpus.groups()) (void)workload.models.add(group.model).value();
    const std::vector<std::string_view> columns{"count", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"};
    std::string rows = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n";
    int tasks = 0;
    for_each_openb_row(name + "_requests.csv", columns, [&](const std::vector<std::string_view>& fields) {
        for (int copies = std::stoi(std::string{fields[0]}); copies > 0; --copies) {
            rows += "task-" + std::to_string(tasks++);
            for (std::size_t column = 1; column < columns.size(); ++column) rows.append(",").append(fields[column]);
            rows += '\n';
        }
    });
    workload.tasks = gpupack::io::read_tasks(name, rows, workload.models, workload.labels).value();
    return workload;
}

/// What the published simulator decided under FGD, task by task.
struct reference_decisions {
    /// One task: a request of its class came, and went to a node, or nowhere.
    struct decision {
        gpupack::request request;
        std::optional<gpupack::node_id> node;
        gpupack::gpu_set gpus;
    };

    gpupack::workload::workload workload;
    std::vector<std::size_t> node_order; ///< indices into workload.nodes, in the simulator's numbering
    std::vector<decision> decisions;     ///< in order of arrival
};

/// Reads the recorded decisions on one of the task files.
///
/// @param name "default" or "gpuspec10"
inline reference_decisions read_reference_decisions(const std::string& name) {
    reference_decisions reference{openb_workload(name), {}, {}};
    std::vector<gpupack::request> classes; // tasks of a class follow each other
    std::string_view written;
    for (const auto& task : reference.workload.tasks) {
        const bool is_new = classes.empty() || !(task.request == classes.back()) || task.model_list != written;
        if (is_new) classes.push_back(task.request);
        written = task.model_list;
    }
    for_each_openb_row("fgd_" + name + "_nodes.csv", {"node"}, [&](const std::vector<std::string_view>& fields) {
        reference.node_order.push_back(std::stoul(std::string{fields[0]}));
    });
    const std::vector<std::string_view> columns{"class", "node", "gpus"}; // gpus: a bit each, hexadecimal
    for_each_openb_row("fgd_" + name + "_decisions.csv", columns, [&](const std::vector<std::string_view>& fields) {
        const auto number = [&](std::size_t column, int base) {
            return static_cast<std::uint32_t>(std::stoul(std::string{fields[column]}, nullptr, base));
        };
        reference_decisions::decision decided{classes.at(number(0, 10)), {}, {}};
        if (!fields[1].empty()) decided.node = gpupack::node_id{number(1, 10)};
        if (!fields[2].empty()) decided.gpus = gpupack::gpu_set::from_bits(number(2, 16));
        reference.decisions.push_back(decided);
    });
    return reference;
}
