// SPDX-License-Identifier: Apache-2.0
#include "case_file.hpp"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <zlib.h>

namespace judge_program {
namespace {

using gpupack::input_error;
using gpupack::unexpected;
using nlohmann::json;

unexpected<input_error> bad_file(const std::string& path, std::string value, std::string expected) {
    return unexpected<input_error>{input_error{path, 0, "cases", std::move(value), std::move(expected)}};
}

/// The text of a file, decompressed where it is compressed; nothing where it cannot be read.
std::optional<std::string> read_text(const std::string& path) {
    const std::unique_ptr<gzFile_s, decltype(&gzclose)> file{gzopen(path.c_str(), "rb"), &gzclose};
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 1 << 16> buffer{};
    int count = 0;
    while ((count = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    int error = Z_OK;
    gzerror(file.get(), &error);
    if (count < 0 || (error != Z_OK && error != Z_STREAM_END)) return std::nullopt;
    return text;
}

} // namespace

gpupack::expected<json, input_error> read_cases(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return bad_file(path, "", "a file that can be read, plain or gzip");
    json all = json::parse(*text, nullptr, false);
    if (all.is_discarded()) return bad_file(path, text->substr(0, 20), "JSON");
    if (all.is_object() && all.contains("cases")) all = json(std::move(all["cases"]));
    if (!all.is_array() || all.empty()) return bad_file(path, all.type_name(), "an array of answered cases");
    for (const json& each : all)
        if (!each.is_object() || !each.contains("seed") || !each["seed"].is_number_integer())
            return bad_file(path, each.dump().substr(0, 40), "cases with a seed");
    return all;
}

} // namespace judge_program
