// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/utf16.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <istream>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// What a file is that holds no text, by its first bytes; empty for text.
[[nodiscard]] inline std::string_view binary_format(std::string_view content) noexcept {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> formats{{
        {"\x28\xb5\x2f\xfd", "a file compressed with zstd"},
        {"\xfd"
         "7zXZ",
         "a file compressed with xz"},
        {"BZh", "a file compressed with bzip2"},
        {"PK\x03\x04", "a zip archive"},
        {"PAR1", "a Parquet file"},
        {"version https://git-lfs", "a pointer of Git LFS"},
    }};
    for (const auto& [magic, name] : formats)
        if (content.starts_with(magic)) return name;
    if (content.size() > 262 && content.substr(257, 5) == "ustar") return "a tar archive";
    return content.substr(0, 4096).find('\0') == std::string_view::npos ? "" : "binary data";
}

/// All that a stream holds.
[[nodiscard]] inline std::string read_all(std::istream& stream) {
    std::string content;
    std::array<char, 65536> block{};
    while (stream.read(block.data(), block.size()) || stream.gcount() > 0)
        content.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    return content;
}

/// Inflates what gzip has written, in one piece or several.
///
/// @param path     named in the error
/// @param packed   the compressed bytes
/// @return the text, or an error where the data is cut short or damaged
[[nodiscard]] inline expected<std::string, input_error> inflate(const std::string& path, const std::string& packed) {
    constexpr int with_gzip_header = 15 + 16;
    const auto damaged = [&] { return bad_input("file", path, "gzip data that is whole"); };
    std::string content;
    std::array<char, 65536> block{};
    z_stream stream{};
    std::size_t begin = 0;
    while (begin < packed.size()) {
        stream = {};
        if (inflateInit2(&stream, with_gzip_header) != Z_OK) return damaged();
        int status = Z_OK;
        while (status == Z_OK && begin < packed.size()) {
            const std::size_t portion = std::min<std::size_t>(packed.size() - begin, 1U << 30U);
            // zlib does not write there; its interface is older than const.
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + begin));
            stream.avail_in = static_cast<uInt>(portion);
            do {
                stream.next_out = reinterpret_cast<Bytef*>(block.data());
                stream.avail_out = static_cast<uInt>(block.size());
                status = ::inflate(&stream, Z_NO_FLUSH);
                content.append(block.data(), block.size() - stream.avail_out);
            } while (status == Z_OK && stream.avail_out == 0);
            begin += portion - stream.avail_in;
        }
        inflateEnd(&stream);
        if (status != Z_STREAM_END) return damaged();
        // What follows the last piece is padding, as tape drives leave it.
        if (begin < packed.size() && packed[begin] != '\x1f') break;
    }
    return content;
}

} // namespace detail

/// The text of a file: plain or compressed by gzip, in UTF-8 or UTF-16; as UTF-8, without a byte order mark.
///
/// @param path  of the file; - is standard input
/// @return the text, or an error: a file that cannot be opened or read, damaged compressed data, a file that holds no
///         text: the error says what it holds
[[nodiscard]] inline expected<std::string, input_error> read_file(const std::string& path) {
    std::string content;
    if (path == "-") {
        content = detail::read_all(std::cin);
    } else {
        std::ifstream file{path, std::ios::binary};
        content = detail::read_all(file);
        // A folder can be opened; only reading it fails.
        if (!file.is_open() || file.bad()) return bad_input("file", path, "a file that can be read");
    }
    if (content.starts_with("\x1f\x8b")) {
        auto text = detail::inflate(path, content);
        if (!text) return text;
        content = *std::move(text);
    }
    if (detail::is_utf16(content)) content = detail::utf8_of_utf16(content);
    if (const std::string_view format = detail::binary_format(content); !format.empty())
        return bad_input("file", path,
                         std::string{"text in UTF-8 or UTF-16, plain or compressed by gzip; it is "}.append(format));
    if (content.starts_with("\xef\xbb\xbf")) content.erase(0, 3);
    return content;
}

} // namespace gpupack::inline GPUPACK_ABI::io
