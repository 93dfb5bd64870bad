// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

/// What was wrong with data from outside: which file, line, field and value, and what was expected there.
///
/// A part that does not apply stays empty, or 0 for the line. message() is the one line shown to a person.
struct input_error {
    std::string file;     ///< Where the input comes from; empty where it is no file.
    std::size_t line = 0; ///< Line in the file, from 1; 0 where there is none.
    std::string field;    ///< The part of the input that is wrong.
    std::string value;    ///< What it says.
    std::string expected; ///< What would be right.

    /// "nodes.csv:7: cpu_milli: \"-5\": expected a whole number from 0 to 2147483647"
    ///
    /// @return one line: what is no text is a blank in it, and a long value is cut off
    [[nodiscard]] std::string message() const {
        constexpr std::size_t longest = 300;
        std::string text = file;
        if (line != 0) text.append(":").append(std::to_string(line));
        if (!text.empty()) text.append(": ");
        if (!field.empty()) text.append(field).append(": ");
        text.append("\"").append(value, 0, longest).append(value.size() > longest ? "..." : "");
        text.append("\": expected ").append(expected);
        // It stays one line, whatever the data holds.
        for (char& c : text)
            if ((c >= '\0' && c < ' ') || c == '\x7f') c = ' ';
        return text;
    }

    friend bool operator==(const input_error&, const input_error&) = default;
};

/// An input_error on its way into an expected, for data that comes from no file.
///
/// @param field     the name of the parameter
/// @param value     what was given, as text
/// @param expected  what would have been right, completing "expected ..."
[[nodiscard]] inline unexpected<input_error> bad_input(std::string field, std::string value, std::string expected) {
    return unexpected<input_error>{input_error{
        .file = {}, .line = 0, .field = std::move(field), .value = std::move(value), .expected = std::move(expected)}};
}

} // namespace gpupack
