// SPDX-License-Identifier: Apache-2.0
#include "machine_input.hpp"

#include <gpupack/io/describe_machine.hpp>
#include <gpupack/io/read_amd_json.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/io/read_hwloc.hpp>
#include <gpupack/io/read_nccl_topology.hpp>
#include <gpupack/io/topology_json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace topo_program {
namespace {

using namespace gpupack;
using machine_or_error = expected<io::described_machine, input_error>;

/// A topology as gpupack itself writes it, in words.
machine_or_error describe_own_json(const std::string& file, const std::string& text) {
    const auto topology = io::parse_topology_json(file, text);
    if (!topology) return unexpected<input_error>{topology.error()};
    constexpr const char* words[] = {"SYS", "NODE", "PHB", "PXB", "PIX", "PSB"};
    io::described_machine machine;
    machine.format = "gpupack topology";
    machine.topology = *topology;
    for (std::size_t a = 0; a < topology->links.size(); ++a) {
        io::described_gpu gpu;
        gpu.index = static_cast<int>(a);
        if (topology->numa[a] != unknown_numa) gpu.numa = topology->numa[a];
        machine.gpus.push_back(std::move(gpu));
        auto& row = machine.links.emplace_back();
        for (std::size_t b = 0; b < topology->links.size(); ++b) {
            const gpu_link& link = topology->links[a][b];
            row.push_back(a == b             ? "X"
                          : link.nvlinks > 0 ? "NV" + std::to_string(link.nvlinks)
                                             : words[static_cast<int>(link.pcie)]);
        }
    }
    for (const nic& each : topology->nics) {
        io::described_nic adapter{each.name, each.name, {}, {}, {}};
        if (each.numa != unknown_numa) adapter.numa = each.numa;
        for (const pcie_path path : each.to_gpus) adapter.to_gpus.emplace_back(words[static_cast<int>(path)]);
        machine.nics.push_back(std::move(adapter));
    }
    return machine;
}

/// The XML that a prompt, a line of a log or a fence of Markdown stands before or behind; the lines before it are left empty, so
/// that errors have their numbers. The text as it is where it is nothing but XML, or has none.
std::string xml_within(const std::string& text) {
    for (const std::string name : {"topology", "system"}) {
        const std::string end_tag = std::string{"</"}.append(name).append(">");
        const std::size_t tag = text.find("<" + name);
        const std::size_t end = text.rfind(end_tag);
        if (tag == std::string::npos || end == std::string::npos || end < tag) continue;
        const std::size_t begin = std::min({text.find("<?xml"), text.find("<!DOCTYPE " + name), tag});
        std::string xml(
            static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n')),
            '\n');
        if (text.compare(begin, 5, "<?xml") == 0) { // which only stands first
            const std::size_t declared = std::min(text.find("?>", begin), tag - 2) + 2;
            return xml.append(text, declared, end + end_tag.size() - declared);
        }
        return xml.append(text, begin, end + end_tag.size() - begin);
    }
    return text;
}

} // namespace

machine_or_error read_machine(const std::string& path) {
    const auto text = io::read_file(path);
    if (!text) return unexpected<input_error>{text.error()};
    const std::string file = path == "-" ? "standard input" : path;
    const std::size_t start = text->find_first_not_of(" \t\r\n");
    const char first = start == std::string::npos ? '\0' : (*text)[start];
    if (first == '\0') return unexpected<input_error>{input_error{file, 0, "document", "", "a text that is not empty"}};
    const auto has = [&](const char* part) { return text->find(part) != std::string::npos; };
    if (has("\"link_type\"") || has("\"(Topology) ")) return io::describe_amd_json(file, *text);
    const bool quoted = has("{\"log\":\"") || has("GPU0\\t") || has("\\tGPU") || has("GPU0 "); // a text in a string
    if (first == '{' && !quoted) return describe_own_json(file, *text);
    const bool xml = first == '<' && (has("<topology") || has("<system") || text->compare(start, 5, "<?xml") == 0);
    if (!xml && has("<topology") != has("<system ") && (has("</topology>") || has("</system>"))) {
        const std::string within = xml_within(*text);
        return has("<system ") ? io::describe_nccl_topology(file, within) : io::describe_hwloc(file, within);
    }
    if (!xml) return io::describe_machine(file, *text); // as HTML too
    return has("<system") && !has("<topology") ? io::describe_nccl_topology(file, *text)
                                               : io::describe_hwloc(file, *text);
}

} // namespace topo_program
