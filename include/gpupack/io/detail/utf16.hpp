// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Whether a text begins with the byte order mark of UTF-16.
[[nodiscard]] inline bool is_utf16(std::string_view content) noexcept {
    return content.starts_with("\xff\xfe") || content.starts_with("\xfe\xff");
}

/// Appends a character in UTF-8.
inline void append_utf8(std::string& text, std::uint32_t code) {
    const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            byte(0xe0 | code >> 12);
        } else {
            byte(0xf0 | code >> 18);
            byte(0x80 | (code >> 12 & 0x3f));
        }
        byte(0x80 | (code >> 6 & 0x3f));
    }
    byte(0x80 | (code & 0x3f));
}

/// A text in UTF-16 with its byte order mark, as PowerShell writes redirected output, in UTF-8. Halves of characters and a
/// single byte at the end become U+FFFD.
///
/// @param content  for which is_utf16() holds
[[nodiscard]] inline std::string utf8_of_utf16(std::string_view content) {
    const std::size_t high = content[0] == '\xff' ? 1 : 0; // which byte of two counts more
    const auto unit = [&](std::size_t i) -> std::uint32_t {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(content[i + high])) << 8 |
               static_cast<unsigned char>(content[i + 1 - high]);
    };
    constexpr std::uint32_t unknown = 0xfffd;
    std::string text;
    for (std::size_t i = 2; i < content.size(); i += 2) {
        std::uint32_t code = i + 1 < content.size() ? unit(i) : unknown;
        const std::uint32_t next = i + 3 < content.size() ? unit(i + 2) : 0;
        if (code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
            i += 2;
        } else if (code >= 0xd800 && code < 0xe000) {
            code = unknown;
        }
        append_utf8(text, code);
    }
    return text;
}

} // namespace gpupack::io::detail
