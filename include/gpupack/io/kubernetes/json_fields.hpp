// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// Reads fields of JSON objects as Kubernetes writes them, and keeps the first error with its path.
///
/// A field that is absent or null has its default; one of another type is an error. Unknown fields do not matter.
class json_fields {
  public:
    /// The type of the documents.
    using json = nlohmann::json;

    /// A reader for one document.
    ///
    /// @param file  named in errors
    explicit json_fields(std::string file = {}) : file_{std::move(file)} {}

    /// The first error, or nothing.
    [[nodiscard]] const std::optional<input_error>& error() const noexcept { return error_; }

    /// Says what is wrong with a field of the present object; only the first error is kept.
    ///
    /// @param name         the field
    /// @param value        what it says
    /// @param expectation  what would be right
    void fail(std::string_view name, std::string value, std::string expectation) {
        if (error_) return;
        std::string path;
        for (const std::string& part : path_) path.append(part).append(".");
        error_ = input_error{.file = file_,
                             .line = 0,
                             .field = path.append(name),
                             .value = std::move(value),
                             .expected = std::move(expectation)};
    }

    /// The field of an object, or nullptr where it is absent or null.
    ///
    /// @param object  the object
    /// @param name    the field
    [[nodiscard]] static const json* find(const json& object, const char* name) {
        if (!object.is_object()) return nullptr;
        const auto found = object.find(name);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }

    /// A text; empty where it is absent.
    ///
    /// @param object  the object
    /// @param name    the field
    [[nodiscard]] std::string text(const json& object, const char* name) {
        const json* const field = find(object, name);
        if (field == nullptr) return {};
        if (field->is_string()) return field->get<std::string>();
        fail(name, brief(*field), "a string");
        return {};
    }

    /// A text that must be there and not be empty.
    ///
    /// @param object  the object
    /// @param name    the field
    [[nodiscard]] std::string needed_text(const json& object, const char* name) {
        std::string value = text(object, name);
        if (value.empty()) fail(name, "", "a name");
        return value;
    }

    /// A whole number.
    ///
    /// @param object     the object
    /// @param name       the field
    /// @param otherwise  what it is where it is absent
    [[nodiscard]] std::int64_t number(const json& object, const char* name, std::int64_t otherwise) {
        const json* const field = find(object, name);
        if (field == nullptr) return otherwise;
        if (field->is_number_integer() && !(field->is_number_unsigned() && field->get<std::uint64_t>() > INT64_MAX))
            return field->get<std::int64_t>();
        fail(name, brief(*field), "a whole number");
        return otherwise;
    }

    /// True or false; nothing where it is absent.
    ///
    /// @param object  the object
    /// @param name    the field
    [[nodiscard]] std::optional<bool> boolean(const json& object, const char* name) {
        const json* const field = find(object, name);
        if (field == nullptr) return std::nullopt;
        if (field->is_boolean()) return field->get<bool>();
        fail(name, brief(*field), "true or false");
        return std::nullopt;
    }

    /// The texts of a list; empty where it is absent.
    ///
    /// @param object  the object
    /// @param name    the field
    [[nodiscard]] std::vector<std::string> texts(const json& object, const char* name) {
        std::vector<std::string> made;
        each(object, name, [&](const json& item) {
            if (item.is_string())
                made.push_back(item.get<std::string>());
            else
                fail("item", brief(item), "a string");
        });
        return made;
    }

    /// Visits a nested object, if it is there.
    ///
    /// @param object  the object
    /// @param name    the field
    /// @param visit   called with it
    template <class Visitor> void nested(const json& object, const char* name, const Visitor& visit) {
        const json* const field = find(object, name);
        if (field == nullptr) return;
        if (!field->is_object()) return fail(name, brief(*field), "an object");
        path_.emplace_back(name);
        visit(*field);
        path_.pop_back();
    }

    /// Visits the items of a list, if it is there.
    ///
    /// @param object  the object
    /// @param name    the field
    /// @param visit   called with each item
    template <class Visitor> void each(const json& object, const char* name, const Visitor& visit) {
        const json* const field = find(object, name);
        if (field == nullptr) return;
        if (!field->is_array()) return fail(name, brief(*field), "a list");
        for (std::size_t i = 0; i < field->size() && !error_; ++i) {
            path_.push_back(std::string{name}.append("[").append(std::to_string(i)).append("]"));
            visit((*field)[i]);
            path_.pop_back();
        }
    }

    /// Visits the fields of a nested object in the order of their names, if it is there.
    ///
    /// @param object  the object
    /// @param name    the field
    /// @param visit   called with the name and the value of each
    template <class Visitor> void entries(const json& object, const char* name, const Visitor& visit) {
        nested(object, name, [&](const json& field) {
            for (auto entry = field.begin(); entry != field.end() && !error_; ++entry)
                visit(entry.key(), entry.value());
        });
    }

    /// Puts a name in front of the path of errors while something is read.
    ///
    /// @param part  the name
    /// @param read  called meanwhile
    template <class Reader> void within(std::string part, const Reader& read) {
        path_.push_back(std::move(part));
        read();
        path_.pop_back();
    }

    /// A value for a message, cut where it is long.
    ///
    /// @param value  the value
    [[nodiscard]] static std::string brief(const json& value) {
        std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
        if (text.size() > 60) text = text.substr(0, 57).append("...");
        return text;
    }

  private:
    std::string file_;
    std::vector<std::string> path_;
    std::optional<input_error> error_;
};

} // namespace gpupack::io
