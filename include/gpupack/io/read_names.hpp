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

/// Reads one name a line and finds each among the known names. Empty lines are skipped.
///
/// @param file    the file, named in errors
/// @param object  what has these names, for errors: "task", "node"
/// @param known   distinct names
/// @return [names in the file]  index into `known`; or an error: a file that cannot be read, an unknown name
[[nodiscard]] inline expected<std::vector<std::size_t>, input_error>
read_names(const std::string& file, const std::string& object, const std::vector<std::string>& known) {
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
        const auto entry = index.find(name);
        if (entry == index.end())
            return unexpected<input_error>{
                input_error{file, line, object, std::string{name},
                            std::string{"the name of a "}.append(object).append(" of the workload")}};
        found.push_back(entry->second);
    }
    return found;
}

} // namespace gpupack::io
