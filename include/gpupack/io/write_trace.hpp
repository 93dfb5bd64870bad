// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/request/label_terms.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/topology_text.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Fields of one line, separated by commas.
class line_writer {
  public:
    explicit line_writer(std::string& text) : text_{text} {}
    void add(std::string_view field) {
        if (!first_) text_ += ',';
        first_ = false;
        text_ += delimited_field(std::string{field});
    }
    void add(std::int64_t number) { add(std::to_string(number)); }
    /// A number that is left out where it is the usual one.
    void add_unless(std::int64_t number, std::int64_t usual) { add(number == usual ? "" : std::to_string(number)); }
    void end() {
        text_ += '\n';
        first_ = true;
    }

  private:
    std::string& text_;
    bool first_ = true;
};

[[nodiscard]] inline std::string models_text(const std::vector<gpu_group>& groups) {
    if (groups.size() == 1) return std::string{groups.front().model.model.view()};
    std::string text;
    for (const gpu_group& each : groups)
        text.append(text.empty() ? "" : "+")
            .append(each.model.model.view())
            .append(":")
            .append(std::to_string(each.count));
    return text;
}

[[nodiscard]] inline std::string layout_text(const gpu_setup& setup) {
    std::string text;
    for (const mig::gpu_instance& each : setup.instances)
        text.append(text.empty() ? "" : "+").append(each.profile.view()).append("@").append(std::to_string(each.start));
    return text;
}

[[nodiscard]] inline std::string_view sharing_text(sharing way) noexcept {
    constexpr std::string_view names[] = {"", "exclusive", "slices", "mig", "vgpu"};
    return names[static_cast<std::size_t>(way)];
}

/// The labels that a request wants, and with ! those that it will not have.
[[nodiscard]] inline std::string labels_text(const label_table& labels, const label_terms& terms) {
    std::string text;
    for (std::size_t l = 0; l < labels.size(); ++l) {
        const int number = static_cast<int>(l);
        for (const bool is_wanted : {true, false})
            if ((is_wanted ? terms.all_of : terms.none_of).contains(number))
                text.append(text.empty() ? "" : "|").append(is_wanted ? "" : "!").append(labels.text(number));
    }
    return text;
}

/// The name of the first profile that an instance takes, and of a vGPU without its variants.
[[nodiscard]] inline std::string profile_text(const model_table& models, const share& share) {
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_table::tables& tables = models.tables_of(model_id{static_cast<std::uint8_t>(m)});
        const partition_table* const table = share.way() == sharing::mig ? tables.mig.get() : tables.vgpu.get();
        for (int p = 0; table != nullptr && p < table->profile_count; ++p) {
            if (!share.profiles().contains(table->first_id + p)) continue;
            std::string text{table->profiles[p].name.view()};
            if (const std::string_view variants = table->profiles[p].variants.view(); !variants.empty())
                text += variants.front();
            return text;
        }
    }
    return {};
}

} // namespace detail

/// The nodes of a workload in the layout that read_nodes() reads.
///
/// @return the text; or an error for what the layout does not hold: groups of GPUs that are set up differently
[[nodiscard]] inline expected<std::string, input_error> write_nodes(const workload::workload& source) {
    std::string text = "sn,cpu_milli,memory_mib,gpu,model,gpu_memory_mib,gpu_reserve_mib,max_sharers,memory_percent,"
                       "compute_percent,sharing,mig_layout,labels,domain,topology\n";
    detail::line_writer line{text};
    for (std::size_t i = 0; i < source.nodes.size(); ++i) {
        const workload::node& node = source.nodes[i];
        const std::vector<gpu_group>& groups = node.spec.gpus.groups();
        int gpus = 0;
        for (const gpu_group& each : groups) {
            gpus += each.count;
            if (!(each.setup == groups.front().setup))
                return bad_input("nodes", node.name, "GPUs of one node that are set up alike");
        }
        const gpu_setup setup = groups.empty() ? gpu_setup{} : groups.front().setup;
        line.add(node.name.empty() ? std::string{"node-"}.append(std::to_string(i)) : node.name);
        line.add(node.spec.cpu.count());
        line.add(node.spec.memory.count());
        line.add(gpus);
        line.add(detail::models_text(groups));
        line.add_unless(groups.size() == 1 ? groups.front().model.memory.count() : 0, 0);
        line.add_unless(setup.reserve.count(), 0);
        line.add_unless(setup.max_sharers, 255);
        line.add_unless(setup.memory_percent, 100);
        line.add_unless(setup.compute_percent, 100);
        line.add(detail::sharing_text(setup.only));
        line.add(detail::layout_text(setup));
        std::string labels;
        for (const std::string& each : node.spec.labels) labels.append(labels.empty() ? "" : "|").append(each);
        line.add(labels);
        line.add(node.domain);
        line.add(node.spec.topology ? to_text(*node.spec.topology) : "");
        line.end();
    }
    return text;
}

/// The tasks of a workload in the layout that read_tasks() reads; a task of weight n is written n times.
///
/// @return the text; or an error for what the layout does not hold: split slices and GPU ids
[[nodiscard]] inline expected<std::string, input_error> write_tasks(const workload::workload& source) {
    std::string text =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,gpu_memory_mib,"
        "gpu_memory_percent,mig_profile,vgpu,members,priority,time_limit,tenant,labels\n";
    detail::line_writer line{text};
    for (const workload::task& task : source.tasks) {
        const request& request = task.request;
        const share& share = request.share;
        if ((request.gpus > 0 && share.is_split()) || !request.ids.is_any())
            return bad_input("tasks", task.name, "a request without split memory and GPU ids");
        std::string models = task.model_list;
        for (std::size_t m = 0; models.empty() && !request.models.is_any() && m < source.models.size(); ++m)
            if (const model_id id{static_cast<std::uint8_t>(m)}; request.models.contains(id))
                models.append(models.empty() ? "" : "|").append(source.models[id].model.view());
        const std::string labels = detail::labels_text(source.labels, request.labels);
        const bool in_slices = request.gpus > 0 && share.way() == sharing::slices;
        for (int copy = 0; copy < task.weight; ++copy) {
            line.add(task.weight == 1 ? task.name : task.name + " #" + std::to_string(copy));
            line.add(request.cpu.count());
            line.add(request.memory.count());
            line.add(request.gpus);
            line.add(request.gpus == 0 || in_profiles(share.way()) ? 0 : share.compute().count());
            line.add(models);
            line.add(task.arrival ? std::to_string(*task.arrival) : "");
            line.add(task.arrival && task.duration ? std::to_string(*task.arrival + *task.duration) : "");
            line.add_unless(in_slices ? share.memory().count() : 0, 0);
            line.add_unless(in_slices ? share.memory_percent() : 0, 0);
            line.add(request.gpus > 0 && share.way() == sharing::mig ? detail::profile_text(source.models, share) : "");
            line.add(request.gpus > 0 && share.way() == sharing::vgpu ? detail::profile_text(source.models, share)
                                                                      : "");
            line.add_unless(task.members, 1);
            line.add_unless(task.priority, 0);
            line.add(task.limit ? std::to_string(*task.limit) : "");
            line.add(task.tenant);
            line.add(labels);
            line.end();
        }
    }
    return text;
}

} // namespace gpupack::io
