// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/io/time_text.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Reads the fields of one row, and keeps the first error.
class row_reader {
  public:
    row_reader(const std::string& file, const text_table::row& row) : file_{file}, row_{row} {}

    [[nodiscard]] std::string_view text(std::size_t column) const { return row_.fields[column]; }

    std::int64_t number(std::size_t column, std::string_view name, std::int64_t lowest, std::int64_t highest) {
        const auto parsed = parse_number(file_, row_.line, name, text(column), lowest, highest);
        if (!parsed) fail(parsed.error());
        return parsed.value_or(0);
    }

    /// A time, or nothing where the field is empty.
    std::optional<std::int64_t> time(std::size_t column, std::string_view name) {
        if (is_missing(text(column))) return std::nullopt;
        const auto seconds = parse_instant(text(column));
        if (!seconds || *seconds < 0 || *seconds > max_time)
            fail(name, text(column), "a time: seconds, or a date such as 2026-01-31T12:00:00Z");
        return seconds;
    }

    void fail(std::string_view field, std::string_view value, std::string expected) {
        fail({file_, row_.line, std::string{field}, std::string{value}, std::move(expected)});
    }
    void fail(input_error error) {
        if (!error_) error_ = std::move(error);
    }
    [[nodiscard]] const std::optional<input_error>& error() const noexcept { return error_; }

  private:
    static constexpr std::int64_t max_time = std::int64_t{1} << 52;

    const std::string& file_;
    const text_table::row& row_;
    std::optional<input_error> error_;
};

/// Whether the catalogue has a model of that name.
[[nodiscard]] inline bool is_catalogued(std::string_view name) {
    return models::named(name).memory.count() > 0;
}

/// Resolves a list such as "V100M16|V100M32": models of the nodes, or of the catalogue, which then no node has.
[[nodiscard]] inline expected<model_set, input_error> resolve_models(model_table& models, std::string_view list) {
    for (std::string_view rest = list; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        const std::string_view one = rest.substr(0, bar);
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
        if (models.find(one) || !is_catalogued(one)) continue;
        if (const auto added = models.add(models::named(one)); !added) return unexpected<input_error>{added.error()};
    }
    return models.select(list);
}

[[nodiscard]] inline expected<workload::node, input_error> read_node(const std::string& file,
                                                                 const text_table::row& row) {
    row_reader reader{file, row};
    workload::node node;
    node.name = reader.text(0);
    if (node.name.empty()) reader.fail("sn", "", "a node name");
    node.spec.cpu = milli_cpu{reader.number(1, "cpu_milli", 0, max_amount)};
    node.spec.memory = mebibytes{reader.number(2, "memory_mib", 0, max_amount)};
    const auto gpus = static_cast<int>(reader.number(3, "gpu", 0, max_gpus_per_node));
    const std::string_view model = reader.text(4);
    if (gpus > 0 && (model.empty() || !name::fits(model)))
        reader.fail("model", model, "the name of a GPU model, of at most 63 characters");
    if (reader.error()) return unexpected<input_error>{*reader.error()};
    if (gpus > 0) node.spec.gpus = {gpus, models::named(model)};
    return node;
}

[[nodiscard]] inline expected<workload::task, input_error> read_task(const std::string& file,
                                                                 const text_table::row& row, model_table& models) {
    row_reader reader{file, row};
    workload::task task;
    task.name = reader.text(0);
    if (task.name.empty()) reader.fail("name", "", "a task name");
    task.request.cpu = milli_cpu{reader.number(1, "cpu_milli", 0, max_amount)};
    task.request.memory = mebibytes{reader.number(2, "memory_mib", 0, max_amount)};
    task.request.gpus = static_cast<int>(reader.number(3, "num_gpu", 0, max_gpus_per_node));
    const std::int64_t milli = reader.number(4, "gpu_milli", 0, whole_gpu.count());
    if (!reader.error() && (milli == 0) != (task.request.gpus == 0))
        reader.fail("gpu_milli", reader.text(4), "0 without GPUs, from 1 to 1000 with them");
    if (!reader.error() && task.request.gpus > 1 && milli < whole_gpu.count())
        reader.fail("gpu_milli", reader.text(4), "1000 where several GPUs are requested");
    if (milli > 0 && milli < whole_gpu.count()) task.request.share = slice{.memory = {}, .compute = milli_gpu{milli}};
    if (const auto selected = resolve_models(models, reader.text(5)); !selected)
        reader.fail("gpu_spec", selected.error().value, selected.error().expected);
    else if (task.request.gpus > 0) {
        task.request.models = *selected;
        task.model_list = reader.text(5);
    }

    task.arrival = reader.time(6, "creation_time");
    const auto deleted = reader.time(7, "deletion_time");
    const auto scheduled = reader.time(8, "scheduled_time");
    const auto started = scheduled ? scheduled : task.arrival;
    if (deleted && started && *deleted < *started)
        reader.fail("deletion_time", reader.text(7), "a time that is not before the task started");
    if (deleted && started) task.duration = *deleted - *started;
    if (reader.error()) return unexpected<input_error>{*reader.error()};
    return task;
}

} // namespace detail

/// Reads the nodes of a cluster: the columns sn, cpu_milli, memory_mib, gpu, model, in any order; others are ignored.
///
/// @param file  named in errors
/// @param text  the content of the file
/// @return all nodes, or the first error: what text_table::parse refuses; an amount that is not a whole number in its
///         range; more than 32 GPUs; a node named twice; GPUs without a model
[[nodiscard]] inline expected<std::vector<workload::node>, input_error> read_nodes(const std::string& file,
                                                                               std::string_view text) {
    const auto table = text_table::parse(file, text, {"sn", "cpu_milli", "memory_mib", "gpu", "model"});
    if (!table) return unexpected<input_error>{table.error()};
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
/// creation_time, deletion_time, scheduled_time; others are ignored.
///
/// @param file    named in errors
/// @param text    the content of the file
/// @param models  of the nodes; models that only the catalogue knows are added
/// @return all tasks, or the first error: what text_table::parse refuses; an amount that is not a whole number in its
///         range; a fraction of several GPUs; a model that neither the nodes nor the catalogue have; a task named twice;
///         a deletion before the start
[[nodiscard]] inline expected<std::vector<workload::task>, input_error>
read_tasks(const std::string& file, std::string_view text, model_table& models) {
    const auto table = text_table::parse(file, text, {"name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"},
                                         {"gpu_spec", "creation_time", "deletion_time", "scheduled_time"});
    if (!table) return unexpected<input_error>{table.error()};
    std::vector<workload::task> tasks;
    std::unordered_set<std::string> names;
    for (const text_table::row& row : table->rows()) {
        auto task = detail::read_task(file, row, models);
        if (!task) return unexpected<input_error>{task.error()};
        if (!names.insert(task->name).second)
            return unexpected<input_error>{
                input_error{file, row.line, "name", task->name, "a name that no other task has"}};
        tasks.push_back(std::move(*task));
    }
    return tasks;
}

/// Reads a recorded cluster and its tasks, in the column layout of the openb traces. The workload has no name.
///
/// Source: cluster-trace-gpu-v2023 (docs/sources.md#openb).
/// @param nodes_file  as for read_nodes()
/// @param tasks_file  as for read_tasks()
/// @return the workload, or an error: a file that cannot be read, and those of read_nodes() and read_tasks()
[[nodiscard]] inline expected<workload::workload, input_error> read_trace(const std::string& nodes_file,
                                                             const std::string& tasks_file) {
    const auto nodes_text = read_file(nodes_file);
    if (!nodes_text) return unexpected<input_error>{nodes_text.error()};
    const auto tasks_text = read_file(tasks_file);
    if (!tasks_text) return unexpected<input_error>{tasks_text.error()};

    auto nodes = read_nodes(nodes_file, *nodes_text);
    if (!nodes) return unexpected<input_error>{nodes.error()};
    workload::workload read;
    read.nodes = std::move(*nodes);
    for (const workload::node& node : read.nodes)
        for (const gpu_group& group : node.spec.gpus.groups())
            if (const auto added = read.models.add(group.model); !added)
                return unexpected<input_error>{added.error()};
    auto tasks = read_tasks(tasks_file, *tasks_text, read.models);
    if (!tasks) return unexpected<input_error>{tasks.error()};
    read.tasks = std::move(*tasks);
    return read;
}

} // namespace gpupack::io
