// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/gpu_columns.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/io/time_text.hpp>
#include <gpupack/request/label_terms.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/topology_text.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

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

    /// A number, or another one where the field is empty.
    std::int64_t number_or(std::size_t column, std::string_view name, std::int64_t otherwise, std::int64_t lowest,
                           std::int64_t highest) {
        return is_missing(text(column)) ? otherwise : number(column, name, lowest, highest);
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

/// The columns of nodes, in the order in which rows hold them.
inline const std::vector<std::string_view> node_columns{"sn", "cpu_milli", "memory_mib", "gpu", "model"};
inline const std::vector<std::string_view> more_node_columns{
    "gpu_memory_mib", "gpu_reserve_mib", "max_sharers", "memory_percent", "compute_percent",
    "sharing",        "mig_layout",      "labels",      "domain",         "topology"};
/// The same of tasks.
inline const std::vector<std::string_view> task_columns{"name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"};
inline const std::vector<std::string_view> more_task_columns{
    "gpu_spec",           "creation_time", "deletion_time", "scheduled_time", "gpu_memory_mib",
    "gpu_memory_percent", "mig_profile",   "vgpu",          "members",        "gang",
    "priority",           "time_limit",    "tenant",        "labels"};
/// Columns of tasks that say nothing that a replay needs.
inline const std::vector<std::string_view> other_task_columns{"qos", "pod_phase"};

/// All of some lists.
[[nodiscard]] inline std::vector<std::string_view> joined(std::initializer_list<std::vector<std::string_view>> lists,
                                                          const std::vector<std::string>& ignored) {
    std::vector<std::string_view> all{ignored.begin(), ignored.end()};
    for (const auto& list : lists) all.insert(all.begin(), list.begin(), list.end());
    return all;
}

/// How the GPUs of a recorded node are set up.
[[nodiscard]] inline gpu_setup read_setup(row_reader& reader) {
    gpu_setup setup;
    setup.reserve = mebibytes{reader.number_or(6, "gpu_reserve_mib", 0, 0, max_amount)};
    setup.max_sharers = static_cast<int>(reader.number_or(7, "max_sharers", 255, 1, 255));
    setup.memory_percent = static_cast<int>(reader.number_or(8, "memory_percent", 100, 100, 3200));
    setup.compute_percent = static_cast<int>(reader.number_or(9, "compute_percent", 100, 100, 3200));
    constexpr std::pair<std::string_view, sharing> ways[] = {
        {"", sharing::idle},         {"any", sharing::idle}, {"exclusive", sharing::exclusive},
        {"slices", sharing::slices}, {"mig", sharing::mig},  {"vgpu", sharing::vgpu}};
    bool known = false;
    for (const auto& [text, way] : ways)
        if (reader.text(10) == text) {
            setup.only = way;
            known = true;
        }
    if (!known) reader.fail("sharing", reader.text(10), "any, exclusive, slices, mig or vgpu");
    if (auto layout = read_mig_layout(reader.text(11)))
        setup.instances = *std::move(layout);
    else
        reader.fail(layout.error().field, layout.error().value, layout.error().expected);
    return setup;
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
    auto groups = read_models(reader.text(4), gpus);
    if (!groups) reader.fail(groups.error().field, groups.error().value, groups.error().expected);
    const gpu_setup setup = read_setup(reader);
    const std::int64_t memory = reader.number_or(5, "gpu_memory_mib", 0, 1, max_amount);
    for (const std::string_view label : split_text(reader.text(12), '|')) node.spec.labels.emplace_back(label);
    node.domain = reader.text(13);
    if (!reader.text(14).empty()) {
        auto topology = topology_from_text(reader.text(14));
        if (topology)
            node.spec.topology = *std::move(topology);
        else
            reader.fail("topology", topology.error().value, topology.error().field + ": " + topology.error().expected);
    }
    if (reader.error()) return unexpected<input_error>{*reader.error()};
    for (gpu_group& each : *groups) {
        each.setup = setup;
        if (memory > 0) each.model.memory = mebibytes{memory};
    }
    node.spec.gpus = gpu_list{*std::move(groups)};
    return node;
}

/// What a recorded task takes of each of its GPUs.
[[nodiscard]] inline share read_share(row_reader& reader, const request& request, const model_table& models) {
    const std::string_view profile = reader.text(11);
    const std::string_view vgpu = reader.text(12);
    const std::int64_t memory = reader.number_or(9, "gpu_memory_mib", 0, 1, max_amount);
    const auto percent = static_cast<int>(reader.number_or(10, "gpu_memory_percent", 0, 1, 100));
    const bool by_memory = memory > 0 || percent > 0;
    const bool in_instances = !profile.empty() || !vgpu.empty();
    const std::int64_t milli =
        reader.number_or(4, "gpu_milli", by_memory || in_instances || request.gpus == 0 ? 0 : -1, 0, whole_gpu.count());
    if (reader.error()) return exclusive{};
    if (request.gpus == 0) {
        if (milli != 0) reader.fail("gpu_milli", reader.text(4), "0 without GPUs, from 1 to 1000 with them");
        if (by_memory || in_instances) reader.fail("num_gpu", "0", "1 or more for a part of a GPU");
        return exclusive{};
    }
    if (int{memory > 0} + int{percent > 0} + int{!profile.empty()} + int{!vgpu.empty()} > 1) {
        reader.fail("gpu_memory_mib", reader.text(9),
                    "one of gpu_memory_mib, gpu_memory_percent, mig_profile and vgpu at most");
        return exclusive{};
    }
    if (in_instances) {
        const auto found = profile.empty() ? read_vgpu(models, vgpu) : mig_profile(models, profile);
        if (found) return *found;
        reader.fail(profile.empty() ? "vgpu" : "mig_profile", found.error().value, found.error().expected);
        return exclusive{};
    }
    if (by_memory) return slice{.memory = mebibytes{memory}, .compute = milli_gpu{milli}, .memory_percent = percent};
    if (milli < 1) reader.fail("gpu_milli", reader.text(4), "0 without GPUs, from 1 to 1000 with them");
    return milli < whole_gpu.count() ? share{slice{.compute = milli_gpu{milli}}} : share{exclusive{}};
}

/// The labels that a recorded task wants, and with ! before them those that it will not have: "zone=a|!spot".
[[nodiscard]] inline label_terms read_labels(row_reader& reader, label_table& labels) {
    label_terms terms;
    for (const std::string_view part : split_text(reader.text(18), '|')) {
        const bool is_wanted = !part.starts_with('!');
        const auto number = labels.add(part.substr(is_wanted ? 0 : 1));
        if (number)
            (is_wanted ? terms.all_of : terms.none_of).insert(*number);
        else
            reader.fail("labels", reader.text(18),
                        "labels, and !LABEL for those that must not be there, 64 in one workload at most");
    }
    return terms;
}

[[nodiscard]] inline expected<workload::task, input_error>
read_task(const std::string& file, const text_table::row& row, model_table& models, label_table& labels) {
    row_reader reader{file, row};
    workload::task task;
    task.name = reader.text(0);
    if (task.name.empty()) reader.fail("name", "", "a task name");
    task.request.cpu = milli_cpu{reader.number(1, "cpu_milli", 0, max_amount)};
    task.request.memory = mebibytes{reader.number(2, "memory_mib", 0, max_amount)};
    task.request.gpus = static_cast<int>(reader.number(3, "num_gpu", 0, max_gpus_per_node));
    if (const auto selected = resolve_models(models, reader.text(5)); !selected)
        reader.fail("gpu_spec", selected.error().value, selected.error().expected);
    else if (task.request.gpus > 0) {
        task.request.models = *selected;
        task.model_list = reader.text(5);
    }
    task.request.share = read_share(reader, task.request, models);
    if (!reader.error() && !is_valid(task.request))
        reader.fail("num_gpu", reader.text(3), "8 at most for MIG instances and vGPUs");
    task.members = static_cast<int>(reader.number_or(13, "members", 1, 1, 100'000));
    task.priority = reader.number_or(15, "priority", 0, -max_amount, max_amount);
    if (!reader.text(16).empty()) {
        task.limit = parse_span(reader.text(16));
        if (!task.limit || *task.limit < 1)
            reader.fail("time_limit", reader.text(16), "seconds from 1, or a time such as 1-12:00:00");
    }
    task.tenant = reader.text(17);
    task.request.labels = read_labels(reader, labels);

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

} // namespace gpupack::io::detail
