// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/text_table.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// Reads one name a line and finds each among the known names.
///
/// file    named in errors
/// what    what the names are of: "task", "node"
/// known   [n]  distinct names
/// returns [lines]  the index of each line's name; empty lines are passed over
/// errors  a file that cannot be read, a name that is not known
[[nodiscard]] inline expected<std::vector<std::size_t>, input_error>
read_names(const std::string& file, const std::string& what, const std::vector<std::string>& known) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < known.size(); ++i) index.emplace(known[i], i);

    std::vector<std::size_t> found;
    std::size_t line = 0;
    for (std::string_view rest = *content; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        std::string_view name = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        ++line;
        if (!name.empty() && name.back() == '\r') name.remove_suffix(1);
        if (name.empty()) continue;
        const auto known_at = index.find(name);
        if (known_at == index.end())
            return unexpected<input_error>{
                input_error{file, line, what, std::string{name},
                            std::string{"the name of a "}.append(what).append(" of the workload")}};
        found.push_back(known_at->second);
    }
    return found;
}

} // namespace gpupack::io
