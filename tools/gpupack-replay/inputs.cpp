// SPDX-License-Identifier: Apache-2.0
#include "inputs.hpp"

#include <gpupack/io/read_names.hpp>
#include <gpupack/io/read_quotas.hpp>
#include <gpupack/io/read_trace.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/gpu_sizes.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/workload/smaller_cluster.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace replay_program {
namespace {

using gpupack::input_error;
using indices = std::vector<std::size_t>;

template <class Named> std::vector<std::string> names_of(const std::vector<Named>& all) {
    std::vector<std::string> names;
    for (const Named& each : all) names.push_back(each.name);
    return names;
}

/// Every node, once.
gpupack::expected<indices, input_error> read_node_order(const std::string& file,
                                                        const gpupack::workload::workload& workload) {
    const auto names = names_of(workload.nodes);
    auto order = gpupack::io::read_names(file, "node", names);
    if (!order) return order;
    std::vector<bool> seen(names.size(), false);
    for (const std::size_t node : *order) {
        if (seen[node])
            return gpupack::unexpected<input_error>{input_error{file, 0, "node", names[node], "each node once"}};
        seen[node] = true;
    }
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (!seen[i])
            return gpupack::unexpected<input_error>{
                input_error{file, 0, "nodes", std::to_string(order->size()) + " names",
                            "all " + std::to_string(names.size()) + " nodes; " + names[i] + " is missing"}};
    return order;
}

/// The requests of a history, of the models of this workload's nodes.
gpupack::expected<std::vector<gpupack::request>, input_error>
read_history(const std::string& file, gpupack::workload::workload& workload, const std::vector<std::string>& ignored) {
    const auto text = gpupack::io::read_file(file);
    if (!text) return gpupack::unexpected<input_error>{text.error()};
    for (const auto& node : workload.nodes) // those of the built-in workload are not numbered yet
        for (const gpupack::gpu_group& group : node.spec.gpus.groups())
            if (const auto added = workload.models.add(group.model); !added)
                return gpupack::unexpected<input_error>{added.error()};
    const auto tasks = gpupack::io::read_tasks(file, *text, workload.models, workload.labels, ignored);
    if (!tasks) return gpupack::unexpected<input_error>{tasks.error()};
    std::vector<gpupack::request> history;
    for (const auto& task : *tasks) history.push_back(task.request);
    return history;
}

/// The built-in workload that is named, or the one in the files.
gpupack::expected<gpupack::workload::workload, input_error> read_workload(const options& chosen) {
    if (chosen.synthetic) return gpupack::workload::make_synthetic(chosen.workload);
    if (chosen.nodes.empty()) return gpupack::workload::openb();
    auto workload = gpupack::io::read_trace(chosen.nodes, chosen.pods, chosen.ignored_columns);
    if (workload) workload->name = chosen.pods.substr(chosen.pods.find_last_of('/') + 1);
    return workload;
}

/// The quotas of a file, in which each tenant of the tasks must be.
gpupack::expected<gpupack::replay::quotas, input_error> read_quotas(const options& chosen,
                                                                    const gpupack::workload::workload& workload) {
    const auto text = gpupack::io::read_file(chosen.quota);
    if (!text) return gpupack::unexpected<input_error>{text.error()};
    auto book = gpupack::io::read_quotas(chosen.quota, *text);
    if (!book) return gpupack::unexpected<input_error>{book.error()};
    if (!book->find(gpupack::replay::any_tenant))
        for (const auto& task : workload.tasks)
            if (!book->find(task.tenant))
                return gpupack::unexpected<input_error>{
                    input_error{chosen.quota, 0, "tenant", task.tenant,
                                "a row for the tenant of task " + task.name + ", or one for *"}};
    return gpupack::replay::quotas{*std::move(book), chosen.reclaim, chosen.fair_share};
}

} // namespace

gpupack::expected<inputs, input_error> read_inputs(const options& chosen) {
    auto workload = read_workload(chosen);
    if (!workload) return gpupack::unexpected<input_error>{workload.error()};
    inputs read{.workload = std::move(*workload)};
    if (chosen.cluster_size > 0)
        if (auto kept = gpupack::workload::keep_nodes(read.workload, static_cast<std::size_t>(chosen.cluster_size));
            !kept) {
            kept.error().field = "--cluster-size";
            return gpupack::unexpected<input_error>{kept.error()};
        }
    if (chosen.come_and_go) {
        if (!chosen.synthetic) gpupack::workload::fill_gpu_sizes(read.workload);
        const auto& tasks = read.workload.tasks;
        const bool any = std::any_of(tasks.begin(), tasks.end(), [](const auto& task) { return task.size > 0; });
        if (!any || read.workload.capacity == 0)
            return gpupack::unexpected<input_error>{
                input_error{chosen.pods, 0, "--arrivals", "poisson", "tasks that want GPUs, and nodes that have some"}};
    }
    if (!chosen.history.empty()) {
        auto history = read_history(chosen.history, read.workload, chosen.ignored_columns);
        if (!history) return gpupack::unexpected<input_error>{history.error()};
        read.history = std::move(*history);
    }
    if (!chosen.quota.empty()) {
        auto quotas = read_quotas(chosen, read.workload);
        if (!quotas) return gpupack::unexpected<input_error>{quotas.error()};
        read.quotas = *std::move(quotas);
    }
    if (!chosen.order.empty()) {
        const auto order = gpupack::io::read_names(chosen.order, "task", names_of(read.workload.tasks));
        if (!order) return gpupack::unexpected<input_error>{order.error()};
        read.arrivals = gpupack::workload::arrivals_in_order(*order);
    }
    if (chosen.timeline) {
        auto arrivals = gpupack::workload::recorded_arrivals(read.workload.tasks);
        if (!arrivals) {
            arrivals.error().file = chosen.pods;
            return gpupack::unexpected<input_error>{arrivals.error()};
        }
        read.arrivals = std::move(*arrivals);
    }
    if (!chosen.node_order.empty()) {
        auto order = read_node_order(chosen.node_order, read.workload);
        if (!order) return gpupack::unexpected<input_error>{order.error()};
        read.node_order = std::move(*order);
    }
    return read;
}

std::string absent_models_text(const gpupack::workload::workload& workload) {
    gpupack::model_set present;
    for (const gpupack::workload::node& node : workload.nodes)
        for (const gpupack::gpu_group& group : node.spec.gpus.groups())
            if (const auto id = workload.models.find(group.model.model.view()); id && group.count > 0)
                present.insert(*id);
    std::int64_t absent = 0;
    gpupack::model_set wanted;
    for (const gpupack::workload::task& task : workload.tasks) {
        if (task.request.gpus == 0 || task.request.models.is_any() || !(task.request.models & present).empty())
            continue;
        ++absent;
        wanted = wanted | task.request.models;
    }
    if (absent == 0) return {};
    std::string text = workload.name + ": " + std::to_string(absent) + " of " + std::to_string(workload.tasks.size()) +
                       " tasks want GPUs of a model that no node has:";
    for (std::size_t m = 0; m < workload.models.size(); ++m)
        if (const gpupack::model_id id{static_cast<std::uint8_t>(m)}; wanted.contains(id))
            text.append(" ").append(workload.models[id].model.view());
    return text;
}

std::string absent_labels_text(const gpupack::workload::workload& workload) {
    std::unordered_set<std::string_view> present;
    for (const gpupack::workload::node& node : workload.nodes) {
        present.insert(node.spec.labels.begin(), node.spec.labels.end());
        for (const gpupack::gpu_group& group : node.spec.gpus.groups())
            present.insert(group.setup.labels.begin(), group.setup.labels.end());
    }
    gpupack::label_set absent;
    for (std::size_t l = 0; l < workload.labels.size(); ++l)
        if (!present.contains(workload.labels.text(static_cast<int>(l)))) absent.insert(static_cast<int>(l));
    std::size_t tasks = 0;
    gpupack::label_set wanted;
    for (const gpupack::workload::task& task : workload.tasks) {
        const gpupack::label_set missed = task.request.labels.all_of & absent;
        tasks += missed.empty() ? 0 : 1;
        wanted = wanted | missed;
    }
    if (tasks == 0) return {};
    std::string text = workload.name + ": " + std::to_string(tasks) + " of " + std::to_string(workload.tasks.size()) +
                       " tasks want a label that no node has:";
    for (std::size_t l = 0; l < workload.labels.size(); ++l)
        if (wanted.contains(static_cast<int>(l))) text.append(" ").append(workload.labels.text(static_cast<int>(l)));
    return text;
}

} // namespace replay_program
