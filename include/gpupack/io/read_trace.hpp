// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/trace_rows.hpp>
#include <gpupack/io/gpu_columns.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Makes one task of the rows of a gang, which must ask alike: the first row is the task, the others are its members.
///
/// @param gang   the name of the gang
/// @param first  the task of its first row
/// @param task   of another row
[[nodiscard]] inline expected<void, input_error> join_gang(const std::string& file, const text_table::row& row,
                                                           std::string_view gang, workload::task& first,
                                                           const workload::task& task) {
    if (!(first.request == task.request) || first.arrival != task.arrival || first.duration != task.duration)
        return unexpected<input_error>{input_error{file, row.line, "gang", std::string{gang},
                                                   "rows of one gang that ask for the same at the same times"}};
    first.members += task.members;
    return {};
}

/// The tree of the domains that nodes name as paths, "block 1/rack 7"; each node then names its narrowest. Levels are
/// called level 1, level 2, ...
///
/// @return the tree, or an error: paths of different lengths, a domain of several parents
[[nodiscard]] inline expected<domain_tree, input_error> tree_of(const std::string& file,
                                                                std::vector<workload::node>& nodes) {
    std::size_t depth = 0;
    for (const workload::node& each : nodes) depth = std::max(depth, split_text(each.domain, '/').size());
    if (depth == 0) return domain_tree{};
    std::vector<std::string> levels;
    for (std::size_t l = 1; l <= depth; ++l) levels.push_back(std::string{"level "}.append(std::to_string(l)));
    domain_tree_builder tree{levels};
    std::unordered_map<std::string, std::string> parents;
    for (workload::node& each : nodes) {
        const std::string path = each.domain;
        const std::vector<std::string_view> parts = split_text(path, '/');
        if (parts.empty()) continue;
        std::string parent;
        for (std::size_t l = 0; l < parts.size(); ++l) {
            const std::string name{parts[l]};
            const auto [known, is_new] = parents.try_emplace(name, parent);
            if (!is_new && known->second != parent)
                return unexpected<input_error>{input_error{file, 0, "domain", path, "each domain in one other only"}};
            if (is_new) tree.add(name, levels[l], parent);
            parent = name;
        }
        each.domain = parent;
    }
    auto built = std::move(tree).build();
    if (!built) return unexpected<input_error>{built.error()};
    return *std::move(built);
}

} // namespace detail

/// Reads the nodes of a cluster: the columns sn, cpu_milli, memory_mib, gpu, model, in any order, and if present
/// gpu_memory_mib, gpu_reserve_mib, max_sharers, memory_percent, compute_percent, sharing, mig_layout, labels, domain,
/// topology (docs/io.md).
///
/// @param file     named in errors
/// @param text     the content of the file
/// @param ignored  other columns that may be there
/// @return all nodes, or the first error: what text_table refuses; a column that is not known; no row; an amount that is
///         not a whole number in its range; more than 32 GPUs; a node named twice; GPUs without a model
[[nodiscard]] inline expected<std::vector<workload::node>, input_error>
read_nodes(const std::string& file, std::string_view text, const std::vector<std::string>& ignored = {}) {
    const auto table = text_table::parse(file, text, detail::node_columns, detail::more_node_columns);
    if (!table) return unexpected<input_error>{table.error()};
    if (auto known = text_table::check_columns(
            file, text, detail::joined({detail::more_node_columns, detail::node_columns}, ignored));
        !known)
        return unexpected<input_error>{known.error()};
    if (table->rows().empty()) return unexpected<input_error>{input_error{file, 0, "rows", "", "a node at least"}};
    std::vector<workload::node> nodes;
    std::unordered_set<std::string> names;
    for (const text_table::row& row : table->rows()) {
        auto node = detail::read_node(file, row);
        if (!node) return unexpected<input_error>{node.error()};
        if (!names.insert(node->name).second)
            return unexpected<input_error>{
                input_error{file, row.line, "sn", node->name, "a name that no other node has"}};
        nodes.push_back(std::move(*node));
    }
    return nodes;
}

/// Reads the tasks of a workload: the columns name, cpu_milli, memory_mib, num_gpu, gpu_milli, and if present gpu_spec,
/// creation_time, deletion_time, scheduled_time, gpu_memory_mib, gpu_memory_percent, mig_profile, vgpu, members, gang,
/// priority, time_limit, tenant, labels (docs/io.md).
///
/// @param file     named in errors
/// @param text     the content of the file
/// @param models   of the nodes; models that only the catalogue knows are added
/// @param labels   of the workload; those that tasks name are added
/// @param ignored  other columns that may be there
/// @return all tasks, or the first error: what text_table refuses; a column that is not known; an amount that is not a
///         whole number in its range; a model that neither the nodes nor the catalogue have; a profile that no model of
///         the nodes has; a gang whose rows differ; a task named twice; a deletion before the start
[[nodiscard]] inline expected<std::vector<workload::task>, input_error>
read_tasks(const std::string& file, std::string_view text, model_table& models, label_table& labels,
           const std::vector<std::string>& ignored = {}) {
    const auto table = text_table::parse(file, text, detail::task_columns, detail::more_task_columns);
    if (!table) return unexpected<input_error>{table.error()};
    if (auto known = text_table::check_columns(
            file, text,
            detail::joined({detail::other_task_columns, detail::more_task_columns, detail::task_columns}, ignored));
        !known)
        return unexpected<input_error>{known.error()};
    std::vector<workload::task> tasks;
    std::unordered_set<std::string> names;
    std::unordered_map<std::string_view, std::size_t> gangs;
    for (const text_table::row& row : table->rows()) {
        auto task = detail::read_task(file, row, models, labels);
        if (!task) return unexpected<input_error>{task.error()};
        if (!names.insert(task->name).second)
            return unexpected<input_error>{
                input_error{file, row.line, "name", task->name, "a name that no other task has"}};
        if (const std::string_view gang = row.fields[14]; !gang.empty()) {
            const auto [known, is_new] = gangs.try_emplace(gang, tasks.size());
            if (!is_new) {
                if (auto done = detail::join_gang(file, row, gang, tasks[known->second], *task); !done)
                    return unexpected<input_error>{done.error()};
                continue;
            }
        }
        tasks.push_back(std::move(*task));
    }
    return tasks;
}

/// Reads the nodes of a recorded cluster: a workload without a name and without tasks.
///
/// @param file     as for read_nodes()
/// @param ignored  columns that are not read
/// @return the workload, or an error: a file that cannot be read, and those of read_nodes()
[[nodiscard]] inline expected<workload::workload, input_error>
read_cluster(const std::string& file, const std::vector<std::string>& ignored = {}) {
    const auto text = read_file(file);
    if (!text) return unexpected<input_error>{text.error()};
    auto nodes = read_nodes(file, *text, ignored);
    if (!nodes) return unexpected<input_error>{nodes.error()};
    workload::workload read;
    read.nodes = std::move(*nodes);
    for (const workload::node& node : read.nodes)
        for (const gpu_group& group : node.spec.gpus.groups())
            if (const auto added = read.models.add(group.model); !added) return unexpected<input_error>{added.error()};
    auto domains = detail::tree_of(file, read.nodes);
    if (!domains) return unexpected<input_error>{domains.error()};
    read.domains = *std::move(domains);
    return read;
}

/// Reads a recorded cluster and its tasks, in the column layout of the openb traces. The workload has no name.
///
/// Source: cluster-trace-gpu-v2023 (docs/sources.md#openb).
/// @param nodes_file  as for read_cluster()
/// @param tasks_file  as for read_tasks()
/// @param ignored     columns of either that are not read
/// @return the workload, or an error: a file that cannot be read, and those of read_nodes() and read_tasks()
[[nodiscard]] inline expected<workload::workload, input_error>
read_trace(const std::string& nodes_file, const std::string& tasks_file, const std::vector<std::string>& ignored = {}) {
    auto read = read_cluster(nodes_file, ignored);
    if (!read) return read;
    const auto text = read_file(tasks_file);
    if (!text) return unexpected<input_error>{text.error()};
    auto tasks = read_tasks(tasks_file, *text, read->models, read->labels, ignored);
    if (!tasks) return unexpected<input_error>{tasks.error()};
    read->tasks = std::move(*tasks);
    return read;
}

} // namespace gpupack::io
