// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/hwloc_check.hpp>
#include <gpupack/io/detail/hwloc_devices.hpp>
#include <gpupack/io/detail/hwloc_links.hpp>
#include <gpupack/io/read_file.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <hwloc.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The version that hwloc's XML says it has: "2.0", or "1" where it says none.
[[nodiscard]] inline std::string_view hwloc_version(std::string_view content) noexcept {
    const std::string_view root = content.substr(content.find("<topology"));
    const std::string_view tag = root.substr(0, root.find('>'));
    const std::size_t begin = tag.find("version=\"");
    if (begin == std::string_view::npos) return "1";
    const std::string_view version = tag.substr(begin + 9);
    return version.substr(0, version.find('"'));
}

} // namespace detail

/// Reads what connects the GPUs of a node from the XML that hwloc exports (`lstopo machine.xml`).
///
/// GPUs are the display and 3D controllers of NVIDIA and AMD, by PCI bus id; adapters are network controllers, by the name of
/// their InfiniBand device or network interface. NVLinks and Infinity Fabric are in the file if hwloc was built with its NVML or
/// ROCm SMI plugin; otherwise add_nvlinks() and add_nvswitch() add them. Bridges that hwloc left out of the file cannot be told
/// apart: `lstopo --filter bridge:all --filter io:all` keeps them.
/// @param file     named in errors
/// @param content  the text
/// @return the description, which may have no GPU; or an error: text that is not hwloc's XML, objects without the sets that hwloc wants, or of a version that the hwloc of
///         this program cannot read; more than 32 GPUs, 256 adapters or 18 NVLinks, or NUMA nodes beyond 15
[[nodiscard]] inline expected<described_machine, input_error> describe_hwloc(const std::string& file,
                                                                             std::string_view content) {
    const auto wrong = [&](std::string_view value, std::string expected) {
        return unexpected<input_error>{input_error{file, 1, "document", std::string{value}, std::move(expected)}};
    };
    const auto not_xml = [&] {
        return wrong(content.substr(0, std::min<std::size_t>(20, content.find('\n'))),
                     "a topology in hwloc's XML, as lstopo writes it");
    };
    if (content.find("<topology") == std::string_view::npos) return not_xml();
    const std::string version{detail::hwloc_version(content)};
    if (version.starts_with("3") && hwloc_get_api_version() < 0x00030000)
        return wrong(std::string{"version "}.append(version),
                     "hwloc's XML of version 2, which this hwloc 2 reads; lstopo --export-xml-flags v2 machine.xml writes it");
    if (auto problem = detail::hwloc_check{file, content}.problem()) return unexpected<input_error>{*std::move(problem)};
    (void)setenv("HWLOC_HIDE_ERRORS", "2", 0); // the caller gets one error, not hwloc's lines on standard error
    hwloc_topology_t raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) return not_xml();
    const detail::hwloc_handle topology{raw};
    std::string text{content}; // with the zero that hwloc wants at its end
    if (hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_set_xmlbuffer(raw, text.c_str(), static_cast<int>(text.size() + 1)) != 0 ||
        hwloc_topology_load(raw) != 0)
        return not_xml();

    detail::hwloc_devices found{raw};
    detail::hwloc_links{raw, "XGMIBandwidth"}.add_fabric_to(found.machine, found.gpus);
    detail::hwloc_links{raw, "NVLinkBandwidth"}.add_nvlinks_to(found.machine, found.gpus);
    return found.machine.describe("hwloc XML", file);
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
