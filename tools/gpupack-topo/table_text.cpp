// SPDX-License-Identifier: Apache-2.0
#include "table_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace topo_program {
namespace {

using gpupack::io::described_gpu;
using gpupack::io::described_machine;

using table = std::vector<std::vector<std::string>>;

/// Columns as wide as their widest cell. Those that do not fit the width follow in blocks of their own, behind the first column.
std::string aligned(const table& rows, std::size_t width) {
    std::vector<std::size_t> widths(rows[0].size(), 0);
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    std::string text;
    for (std::size_t begin = 1; begin <= widths.size();) {
        std::size_t end = begin;
        std::size_t used = widths[0];
        while (end < widths.size() && (end == begin || used + 2 + widths[end] <= width)) used += 2 + widths[end++];
        for (const auto& row : rows) {
            std::string line = fmt::format("{:<{}}", row[0], widths[0]);
            for (std::size_t c = begin; c < end; ++c) line += fmt::format("  {:<{}}", row[c], widths[c]);
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + "\n";
        }
        if (end >= widths.size()) break;
        text += "\n";
        begin = end;
    }
    return text;
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

std::string gpu_name(const described_gpu& gpu) {
    return "GPU" + std::to_string(gpu.index);
}

/// Columns of which nothing is known are left out.
std::string gpu_table(const described_machine& machine, std::size_t width) {
    const auto any = [&](auto member) {
        return std::any_of(machine.gpus.begin(), machine.gpus.end(),
                           [&](const described_gpu& gpu) { return !(gpu.*member).empty(); });
    };
    const bool names = any(&described_gpu::name);
    const bool buses = any(&described_gpu::bus_id);
    const bool uuids = any(&described_gpu::uuid);
    table rows{{"GPU", "NUMA"}};
    if (names) rows[0].emplace_back("name");
    if (buses) rows[0].emplace_back("bus id");
    if (uuids) rows[0].emplace_back("UUID");
    for (const described_gpu& gpu : machine.gpus) {
        auto& row = rows.emplace_back(
            std::vector<std::string>{gpu_name(gpu), gpu.numa ? std::to_string(*gpu.numa) : "unknown"});
        if (names) row.push_back(or_dash(gpu.name));
        if (buses) row.push_back(or_dash(gpu.bus_id));
        if (uuids) row.push_back(or_dash(gpu.uuid));
    }
    return aligned(rows, width);
}

std::string link_table(const described_machine& machine, std::size_t width) {
    table rows{{"link"}};
    for (const described_gpu& gpu : machine.gpus) rows[0].push_back(gpu_name(gpu));
    for (std::size_t a = 0; a < machine.links.size(); ++a) {
        auto& row = rows.emplace_back(std::vector<std::string>{gpu_name(machine.gpus[a])});
        row.insert(row.end(), machine.links[a].begin(), machine.links[a].end());
    }
    for (const auto& nic : machine.nics) {
        auto& row = rows.emplace_back(std::vector<std::string>{nic.name});
        row.insert(row.end(), nic.to_gpus.begin(), nic.to_gpus.end());
    }
    return "\n" + aligned(rows, width);
}

/// Adapters that have an address.
std::string nic_table(const described_machine& machine, std::size_t width) {
    table rows{{"adapter", "NUMA", "bus id"}};
    for (const auto& nic : machine.nics)
        if (!nic.bus_id.empty())
            rows.push_back({nic.name, nic.numa ? std::to_string(*nic.numa) : "unknown", nic.bus_id});
    return rows.size() > 1 ? "\n" + aligned(rows, width) : "";
}

std::string mig_tables(const described_machine& machine, std::size_t width) {
    table instances{{"GPU", "MIG instance", "start", "size", "id"}};
    table profiles{{"GPU", "MIG profile", "id", "free", "total", "MiB", "SMs"}};
    for (const described_gpu& gpu : machine.gpus) {
        for (const auto& each : gpu.instances)
            instances.push_back({gpu_name(gpu), each.profile, each.start ? std::to_string(*each.start) : "-",
                                 each.size == 0 ? "-" : std::to_string(each.size), or_dash(each.id)});
        for (const auto& each : gpu.profiles)
            profiles.push_back({gpu_name(gpu), or_dash(each.name), std::to_string(each.id), std::to_string(each.free),
                                std::to_string(each.total), std::to_string(each.memory.count()),
                                std::to_string(each.sms)});
    }
    std::string text;
    if (instances.size() > 1) text += "\n" + aligned(instances, width);
    if (profiles.size() > 1) text += "\n" + aligned(profiles, width);
    return text;
}

} // namespace

std::string table_text(const described_machine& machine, std::size_t width) {
    std::string text = fmt::format("format  {}\n\n", machine.format);
    text += machine.gpus.empty() ? "no GPU\n" : gpu_table(machine, width);
    if (!machine.links.empty()) text += link_table(machine, width);
    text += nic_table(machine, width);
    text += mig_tables(machine, width);
    if (machine.topology.switched) text += "\nThe NVLinks lead to NVSwitches.\n";
    if (!machine.inferred.empty())
        text += fmt::format("\nThe PCIe paths of {} pairs are inferred{}.\n", machine.inferred.size(),
                            machine.format.starts_with("nvidia") ? "; nvidia-smi topo -mp prints them" : "");
    if (!machine.left_out.empty()) text += "\nleft out\n";
    for (const auto& each : machine.left_out)
        text +=
            fmt::format("  {}{}: {}\n", each.line == 0 ? "" : fmt::format("line {}: ", each.line), each.text, each.why);
    return text;
}

} // namespace topo_program
