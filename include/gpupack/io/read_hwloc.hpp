// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/hwloc_devices.hpp>
#include <gpupack/io/detail/hwloc_links.hpp>
#include <gpupack/io/detail/hwloc_objects.hpp>
#include <gpupack/io/detail/xml_source.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The version of the format: 2 of version="2.0", and 1 where the element has none, as version 1 writes it; 0 where it is none of
/// those that are read.
[[nodiscard]] inline int hwloc_major_of(std::string_view version) noexcept {
    if (version.empty()) return 1;
    const std::string_view major = version.substr(0, version.find('.'));
    return major == "1" ? 1 : major == "2" ? 2 : major == "3" ? 3 : 0;
}

/// A document of hwloc's, of which the root is known.
[[nodiscard]] inline expected<described_machine, input_error> describe_hwloc_tree(const xml_source& source,
                                                                                  const pugi::xml_node& root) {
    const std::string_view version = attribute_of(root, "version");
    const int major = hwloc_major_of(version);
    if (major == 0)
        return unexpected<input_error>{source.wrong(root, "version", version, "hwloc's XML of version 1, 2 or 3")};
    hwloc_objects objects{source, root, major};
    if (objects.problem) return unexpected<input_error>{*std::move(objects.problem)};
    hwloc_devices devices{source, objects};
    if (devices.problem) return unexpected<input_error>{*std::move(devices.problem)};
    if (auto problem = hwloc_links{source, objects, devices}.add_to(root, devices.machine))
        return unexpected<input_error>{*std::move(problem)};
    return devices.machine.describe("hwloc XML", source.file());
}

} // namespace detail

/// Reads what connects the GPUs of a node from the XML that hwloc exports (`lstopo machine.xml`), of its versions 1, 2 and 3.
///
/// GPUs are the display and 3D controllers of NVIDIA and AMD, by PCI bus id; adapters are network controllers, by the name of
/// their InfiniBand device or network interface. NVLinks and Infinity Fabric are in the file if hwloc was built with its NVML or
/// ROCm SMI plugin; otherwise add_nvlinks() and add_nvswitch() add them. Bridges that hwloc left out of the file cannot be told
/// apart: `lstopo --filter bridge:all --filter io:all` keeps them.
/// @param file     named in errors
/// @param content  the text
/// @return the description, which may have no GPU; or an error: text that is not hwloc's XML, or of a later version; types that
///         hwloc does not have, devices and NUMA nodes that cannot be, matrices with more or fewer numbers than they say; more
///         than 32 GPUs or 18 NVLinks. Adapters beyond 256 are left out.
///
/// Cost: linear in the text. Source: docs/sources.md#hwloc.
[[nodiscard]] inline expected<described_machine, input_error> describe_hwloc(const std::string& file,
                                                                             std::string_view content) {
    const detail::xml_source source{file, content};
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(content.data(), content.size());
    const pugi::xml_node root = document.child("topology");
    if (!root) {
        const std::string_view line = content.substr(0, std::min<std::size_t>(20, content.find('\n')));
        return unexpected<input_error>{
            source.wrong({}, "document", line, "a topology in hwloc's XML, as lstopo writes it")};
    }
    if (!parsed)
        return unexpected<input_error>{input_error{file, source.line_at(parsed.offset), "document",
                                                   parsed.description(),
                                                   "XML that is whole, from <topology> to </topology>"}};
    return detail::describe_hwloc_tree(source, root);
}

/// The topology in describe_hwloc().
///
/// @param file     named in errors
/// @param content  the text
[[nodiscard]] inline expected<node_topology, input_error> parse_hwloc(const std::string& file,
                                                                      std::string_view content) {
    auto machine = describe_hwloc(file, content);
    if (!machine) return unexpected<input_error>{machine.error()};
    return std::move(machine->topology);
}

/// parse_hwloc() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<node_topology, input_error> read_hwloc(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_hwloc(file, *content);
}

} // namespace gpupack::io
