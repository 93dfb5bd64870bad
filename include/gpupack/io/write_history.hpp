// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/history.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// Machines in the layout that read_nodes() reads.
[[nodiscard]] inline std::string write_history_nodes(const std::vector<history_node>& nodes) {
    const bool any_memory =
        std::any_of(nodes.begin(), nodes.end(), [](const history_node& each) { return each.gpu_memory > 0; });
    std::string text = std::string{"sn,cpu_milli,memory_mib,gpu,model"} + (any_memory ? ",gpu_memory_mib\n" : "\n");
    for (const history_node& each : nodes) {
        text.append(delimited_field(each.name))
            .append(",")
            .append(std::to_string(each.cpu))
            .append(",")
            .append(std::to_string(each.memory))
            .append(",")
            .append(std::to_string(each.gpus))
            .append(",")
            .append(delimited_field(each.model));
        if (any_memory) text.append(",").append(each.gpu_memory > 0 ? std::to_string(each.gpu_memory) : "");
        text.append("\n");
    }
    return text;
}

/// Jobs in the layout that read_tasks() reads. A column that no job needs is left out.
[[nodiscard]] inline std::string write_history_tasks(const std::vector<history_job>& jobs) {
    bool any_gang = false;
    bool any_tenant = false;
    bool any_limit = false;
    bool any_priority = false;
    bool any_profile = false;
    bool any_memory = false;
    bool any_percent = false;
    for (const history_job& each : jobs) {
        any_gang |= each.members > 1;
        any_tenant |= !each.tenant.empty();
        any_limit |= each.limit.has_value();
        any_priority |= each.priority != 0;
        any_profile |= !each.mig_profile.empty();
        any_memory |= each.gpu_memory > 0;
        any_percent |= each.gpu_memory_percent > 0;
    }
    std::string text =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time";
    text.append(any_gang ? ",members" : "").append(any_tenant ? ",tenant" : "").append(any_limit ? ",time_limit" : "");
    text.append(any_priority ? ",priority" : "").append(any_profile ? ",mig_profile" : "");
    text.append(any_memory ? ",gpu_memory_mib" : "").append(any_percent ? ",gpu_memory_percent" : "").append("\n");
    const auto amount = [](std::int64_t value) { return value > 0 ? std::to_string(value) : std::string{}; };
    const auto time = [](const std::optional<std::int64_t>& seconds) {
        return seconds ? std::to_string(*seconds) : std::string{};
    };
    for (const history_job& each : jobs) {
        text.append(delimited_field(each.name)).append(",").append(std::to_string(each.cpu)).append(",");
        text.append(std::to_string(each.memory)).append(",").append(std::to_string(each.gpus)).append(",");
        text.append(std::to_string(each.mig_profile.empty() ? each.gpu_milli : 0))
            .append(",")
            .append(delimited_field(each.models))
            .append(",");
        text.append(std::to_string(each.arrival))
            .append(",")
            .append(time(each.end))
            .append(",")
            .append(time(each.start));
        if (any_gang) text.append(",").append(std::to_string(each.members));
        if (any_tenant) text.append(",").append(delimited_field(each.tenant));
        if (any_limit) text.append(",").append(time(each.limit));
        if (any_priority) text.append(",").append(std::to_string(each.priority));
        if (any_profile) text.append(",").append(delimited_field(each.mig_profile));
        if (any_memory) text.append(",").append(amount(each.gpu_memory));
        if (any_percent) text.append(",").append(amount(each.gpu_memory_percent));
        text.append("\n");
    }
    return text;
}

} // namespace gpupack::inline GPUPACK_ABI::io
