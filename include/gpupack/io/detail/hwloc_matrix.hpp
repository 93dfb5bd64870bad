// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/xml_source.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A matrix of numbers between objects, as hwloc lists it behind the tree of objects.
struct hwloc_matrix {
    /// The objects: type and number, "OSDev" and 802.
    std::vector<std::pair<std::string, std::uint64_t>> objects;
    std::vector<std::uint64_t> values; ///< [objects * objects] Row after row.
    pugi::xml_node node;               ///< Where it stands.
};

/// A whole number in plain digits, up to 10^12; none where the text is anything else.
[[nodiscard]] inline std::optional<std::uint64_t> large_number(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > 1'000'000'000'000) return std::nullopt;
    return number;
}

/// Reads hwloc's matrices, which versions 2 and 3 have: distances2 of objects of one type, distances2hetero of several.
class hwloc_matrix_reader {
  public:
    /// @param source  the text
    /// @param root    the element topology
    hwloc_matrix_reader(const xml_source& source, const pugi::xml_node& root) : source_{source}, root_{root} {}

    /// The first matrix of a name; none where there is none of more than one object.
    ///
    /// Errors: numbers that are none, more or fewer of them than the matrix says it has.
    [[nodiscard]] expected<std::optional<hwloc_matrix>, input_error> read(std::string_view name) const {
        pugi::xml_node node = root_.first_child();
        while (node && !(std::string_view{node.name()}.starts_with("distances2") && attribute_of(node, "name") == name))
            node = node.next_sibling();
        if (!node) return std::optional<hwloc_matrix>{};
        const auto count = large_number(attribute_of(node, "nbobjs"));
        if (!count || *count > most)
            return wrong(node, "nbobjs", attribute_of(node, "nbobjs"), "a number of objects up to 1024");
        hwloc_matrix matrix;
        matrix.node = node;
        if (auto problem = add_objects(matrix, *count)) return unexpected<input_error>{*std::move(problem)};
        if (auto problem = add_values(matrix, *count * *count)) return unexpected<input_error>{*std::move(problem)};
        if (*count < 2) return std::optional<hwloc_matrix>{};
        return std::optional<hwloc_matrix>{std::move(matrix)};
    }

  private:
    static constexpr std::uint64_t most = 1024;

    [[nodiscard]] unexpected<input_error> wrong(const pugi::xml_node& node, std::string field, std::string_view value,
                                                std::string expected) const {
        return unexpected<input_error>{source_.wrong(node, std::move(field), value, std::move(expected))};
    }

    /// Calls `take` with each word of the elements of a name, until it returns false.
    template <class Take> static void each_word(const pugi::xml_node& matrix, const char* name, Take take) {
        for (const pugi::xml_node& chunk : matrix.children(name)) {
            std::string_view text = chunk.child_value();
            while (true) {
                text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
                if (text.empty()) break;
                const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
                if (!take(chunk, word)) return;
                text.remove_prefix(word.size());
            }
        }
    }

    [[nodiscard]] std::optional<input_error> add_objects(hwloc_matrix& matrix, std::uint64_t count) const {
        const std::string_view only_type = attribute_of(matrix.node, "type");
        std::optional<input_error> problem;
        each_word(matrix.node, "indexes", [&](const pugi::xml_node& chunk, std::string_view word) {
            const std::size_t colon = word.find(':');
            const std::string_view type = colon == std::string_view::npos ? only_type : word.substr(0, colon);
            const auto number = large_number(colon == std::string_view::npos ? word : word.substr(colon + 1));
            if (!number || type.empty())
                problem = source_.wrong(chunk, "indexes", word, "a type and a number, as OSDev:802");
            else if (matrix.objects.size() == count)
                problem =
                    source_.wrong(chunk, "indexes", word, std::to_string(count).append(" objects, as nbobjs says"));
            else
                matrix.objects.emplace_back(type, *number);
            return !problem;
        });
        if (!problem && matrix.objects.size() < count)
            problem = source_.wrong(matrix.node, "indexes", std::to_string(matrix.objects.size()).append(" objects"),
                                    std::to_string(count).append(", as nbobjs says"));
        return problem;
    }

    [[nodiscard]] std::optional<input_error> add_values(hwloc_matrix& matrix, std::uint64_t count) const {
        std::optional<input_error> problem;
        each_word(matrix.node, "u64values", [&](const pugi::xml_node& chunk, std::string_view word) {
            const auto value = large_number(word);
            if (!value || matrix.values.size() == count)
                problem = source_.wrong(chunk, "u64values", word,
                                        value ? std::to_string(count).append(" numbers, as nbobjs says")
                                              : std::string{"a whole number up to 10^12"});
            else
                matrix.values.push_back(*value);
            return !problem;
        });
        if (!problem && matrix.values.size() < count)
            problem = source_.wrong(matrix.node, "u64values", std::to_string(matrix.values.size()).append(" numbers"),
                                    std::to_string(count).append(", each object to each"));
        return problem;
    }

    const xml_source& source_;
    pugi::xml_node root_;
};

} // namespace gpupack::io::detail
