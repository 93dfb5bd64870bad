// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/input_error.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// An attribute of an element; empty where it has none.
[[nodiscard]] inline std::string_view attribute_of(const pugi::xml_node& node, const char* name) {
    return node.attribute(name).value();
}

/// The text of an XML document and where it comes from, so that errors name file and line.
class xml_source {
  public:
    /// @param file     named in errors
    /// @param content  the text; it must outlive this
    xml_source(std::string file, std::string_view content) : file_{std::move(file)}, content_{content} {}

    [[nodiscard]] const std::string& file() const noexcept { return file_; }

    /// The line at an offset, from 1.
    [[nodiscard]] std::size_t line_at(std::ptrdiff_t offset) const {
        const auto end = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(content_.size()));
        return 1 + static_cast<std::size_t>(std::count(content_.begin(), content_.begin() + end, '\n'));
    }

    /// The line on which an element begins, from 1. Cost: linear in the text before it.
    [[nodiscard]] std::size_t line_of(const pugi::xml_node& node) const { return line_at(node.offset_debug()); }

    /// What is wrong with an element.
    ///
    /// @param node      the element
    /// @param field     its attribute, or the element itself
    /// @param value     what stands there; it is cut to 60 characters
    /// @param expected  what would be right, completing "expected ..."
    [[nodiscard]] input_error wrong(const pugi::xml_node& node, std::string field, std::string_view value,
                                    std::string expected) const {
        constexpr std::size_t shown = 60;
        std::string text{value.substr(0, shown)};
        std::replace_if(
            text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        if (value.size() > shown) text.append("...");
        return {file_, line_of(node), std::move(field), std::move(text), std::move(expected)};
    }

  private:
    std::string file_;
    std::string_view content_;
};

} // namespace gpupack::io::detail
