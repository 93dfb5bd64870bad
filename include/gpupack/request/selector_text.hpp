// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/request/gpu_selector.hpp>
#include <gpupack/request/label_selector.hpp>
#include <gpupack/request/model_selector.hpp>
#include <gpupack/topology/architecture.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// Names of generations, oldest first; by architecture.
inline constexpr std::array<std::string_view, 8> generation_words{"unknown", "pascal", "volta",  "turing",
                                                                  "ampere",  "ada",    "hopper", "blackwell"};

/// Adds ` name=a,b` to a line; nothing for an empty list.
inline void append_names(std::string& line, std::string_view name, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string list;
    for (const std::string& each : names) append_item(list, each);
    line.append(line.empty() ? "" : " ").append(name).append("=").append(quoted_value(list));
}

/// Reads the fields of a line, each once, by read(field), which says what was expected where a field is wrong.
template <class Selector, class Read>
[[nodiscard]] expected<Selector, input_error> read_selector(std::string_view line, Read&& read) {
    const auto fields = parse_fields(line);
    if (!fields) return unexpected<input_error>{fields.error()};
    Selector selector;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        const text_field& field = (*fields)[i];
        for (std::size_t j = 0; j < i; ++j)
            if ((*fields)[j].name == field.name) return unexpected<input_error>{wrong_field(field, "each field once")};
        if (const char* const expected = read(field, selector); expected != nullptr)
            return unexpected<input_error>{wrong_field(field, expected)};
    }
    return selector;
}

/// Reads a list of names; what was expected where it, or one of them, is empty.
[[nodiscard]] inline const char* read_names(const text_field& field, std::vector<std::string>& names) {
    names = items_of(field.value);
    const bool whole = std::none_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); });
    return names.empty() || !whole ? "one name or more, separated by commas" : nullptr;
}

} // namespace detail

/// A selector of models as one line, which model_selector_from_text() reads back:
/// `memory=24576MiB newer_than=turing mig allow=A100-80GB,L40S deny=A10`. Empty for one that asks for nothing.
[[nodiscard]] inline std::string to_text(const model_selector& selector) {
    std::string line;
    const auto add = [&](std::string_view field) { line.append(line.empty() ? "" : " ").append(field); };
    if (selector.memory_at_least.count() != 0) add(std::string{"memory="}.append(to_text(selector.memory_at_least)));
    if (selector.newer_than != architecture::unknown)
        add(std::string{"newer_than="}.append(detail::generation_words[static_cast<std::size_t>(selector.newer_than)]));
    if (selector.mig) add("mig");
    detail::append_names(line, "allow", selector.allow);
    detail::append_names(line, "deny", selector.deny);
    return line;
}

/// A selector of labels as one line, which label_selector_from_text() reads back: `all_of=zone=a,fast none_of=spot`.
[[nodiscard]] inline std::string to_text(const label_selector& selector) {
    std::string line;
    detail::append_names(line, "all_of", selector.all_of);
    detail::append_names(line, "none_of", selector.none_of);
    return line;
}

/// A selector of GPUs by id as one line, which gpu_selector_from_text() reads back: `allow=GPU-1,GPU-2 deny=GPU-3`.
[[nodiscard]] inline std::string to_text(const gpu_selector& selector) {
    std::string line;
    detail::append_names(line, "allow", selector.allow);
    detail::append_names(line, "deny", selector.deny);
    return line;
}

/// The selector that a line says. Whether its names are known is asked by select().
///
/// Errors: a field that is not known or stands twice, a value that is wrong; the error names the field and its column.
[[nodiscard]] inline expected<model_selector, input_error> model_selector_from_text(std::string_view line) {
    return detail::read_selector<model_selector>(
        line, [](const text_field& field, model_selector& selector) -> const char* {
            if (field.name == "allow") return detail::read_names(field, selector.allow);
            if (field.name == "deny") return detail::read_names(field, selector.deny);
            if (field.name == "mig") return field.has_value ? "mig without a value" : (selector.mig = true, nullptr);
            if (field.name == "memory") {
                const auto memory = memory_from_text(field.value);
                if (memory) selector.memory_at_least = *memory;
                return memory ? nullptr : "an amount of memory: 512MiB, 24GiB";
            }
            if (field.name != "newer_than") return "memory, newer_than, mig, allow or deny";
            for (std::size_t word = 1; word < detail::generation_words.size(); ++word)
                if (detail::generation_words[word] == field.value) {
                    selector.newer_than = static_cast<architecture>(word);
                    return nullptr;
                }
            return "a generation: turing, ampere, hopper";
        });
}

/// The selector that a line says. Whether its labels are known is asked by select().
///
/// Errors: as model_selector_from_text().
[[nodiscard]] inline expected<label_selector, input_error> label_selector_from_text(std::string_view line) {
    return detail::read_selector<label_selector>(
        line, [](const text_field& field, label_selector& selector) -> const char* {
            if (field.name == "all_of") return detail::read_names(field, selector.all_of);
            return field.name == "none_of" ? detail::read_names(field, selector.none_of) : "all_of or none_of";
        });
}

/// The selector that a line says. Whether its ids are known is asked by select().
///
/// Errors: as model_selector_from_text().
[[nodiscard]] inline expected<gpu_selector, input_error> gpu_selector_from_text(std::string_view line) {
    return detail::read_selector<gpu_selector>(
        line, [](const text_field& field, gpu_selector& selector) -> const char* {
            if (field.name == "allow") return detail::read_names(field, selector.allow);
            return field.name == "deny" ? detail::read_names(field, selector.deny) : "allow or deny";
        });
}

} // namespace gpupack

/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::model_selector> {
    [[nodiscard]] std::size_t operator()(const gpupack::model_selector& selector) const {
        return std::hash<std::string>{}(to_text(selector));
    }
};
/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::label_selector> {
    [[nodiscard]] std::size_t operator()(const gpupack::label_selector& selector) const {
        return std::hash<std::string>{}(to_text(selector));
    }
};
/// For the unordered containers of the standard library. Cost: that of the text.
template <> struct std::hash<gpupack::gpu_selector> {
    [[nodiscard]] std::size_t operator()(const gpupack::gpu_selector& selector) const {
        return std::hash<std::string>{}(to_text(selector));
    }
};
