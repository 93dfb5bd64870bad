// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Looks for what hwloc 2 believes of a file without a look, and reads memory for that is not there: an object of the machine
/// without its sets of processors and NUMA nodes, numbers beyond any machine, objects within objects without an end.
class hwloc_check {
  public:
    /// @param file     named in errors
    /// @param content  the XML
    hwloc_check(std::string file, std::string_view content) : file_{std::move(file)}, content_{content} {}

    /// What is wrong with it, if something is.
    [[nodiscard]] std::optional<input_error> problem() const {
        pugi::xml_document document;
        const pugi::xml_parse_result parsed = document.load_buffer(content_.data(), content_.size());
        const pugi::xml_node root = document.child("topology");
        if (!parsed || !root)
            return wrong(parsed.offset, "document", content_.substr(0, std::min<std::size_t>(20, content_.find('\n'))),
                         "a topology in hwloc's XML, as lstopo writes it");
        const pugi::xml_node machine = root.child("object");
        if (!is_type(machine, "Machine") && !is_type(machine, "System"))
            return wrong(machine ? machine.offset_debug() : root.offset_debug(), "type", machine.attribute("type").value(),
                         "an object of type Machine, which holds all others");
        return problem_in(machine, std::string_view{root.attribute("version").value()}.starts_with("2"), 0);
    }

  private:
    static constexpr int deepest = 64;              // objects in objects; real machines have less than 20
    static constexpr unsigned most_processors = 65'536; // hwloc takes memory for all numbers up to the highest

    [[nodiscard]] static bool is_type(const pugi::xml_node& object, std::string_view type) {
        return type == object.attribute("type").value();
    }

    /// Bridges and devices; all other objects have sets.
    [[nodiscard]] static bool is_device(const pugi::xml_node& object) {
        return is_type(object, "Bridge") || is_type(object, "PCIDev") || is_type(object, "OSDev") || is_type(object, "Misc");
    }

    [[nodiscard]] std::optional<input_error> problem_in(const pugi::xml_node& object, bool has_nodesets, int depth) const {
        if (depth > deepest) return wrong(object.offset_debug(), "object", "deeper", "at most 64 objects within each other");
        for (const char* const name : {"cpuset", "complete_cpuset", "nodeset", "complete_nodeset"}) {
            const bool needed = !is_device(object) && (has_nodesets || std::string_view{name}.ends_with("cpuset"));
            if (needed && object.attribute(name).empty())
                return wrong(object.offset_debug(), name, "", "processors or NUMA nodes as 0x and hexadecimal digits");
        }
        if (object.attribute("os_index").as_uint() >= most_processors && !is_device(object))
            return wrong(object.offset_debug(), "os_index", object.attribute("os_index").value(), "a number below 65536");
        for (const pugi::xml_node& child : object.children("object"))
            if (auto problem = problem_in(child, has_nodesets, depth + 1)) return problem;
        return std::nullopt;
    }

    [[nodiscard]] input_error wrong(std::ptrdiff_t offset, std::string field, std::string_view value,
                                    std::string expected) const {
        const auto end = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(content_.size()));
        const auto line = 1 + static_cast<std::size_t>(std::count(content_.begin(), content_.begin() + end, '\n'));
        return {file_, line, std::move(field), std::string{value}, std::move(expected)};
    }

    std::string file_;
    std::string_view content_;
};

} // namespace gpupack::io::detail
