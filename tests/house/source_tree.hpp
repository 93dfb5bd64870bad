// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// Reads the files of this repository for the tests of its rules.
namespace house {

/// One file: its path from the root of the repository, with forward slashes, and its lines.
struct source {
    std::string path;
    std::vector<std::string> lines;
};

/// What a rule complains about; empty where it holds.
using complaints = std::vector<std::string>;

/// "path:7: what is wrong"
inline std::string at_line(const source& file, std::size_t index, const std::string& what) {
    return file.path + ":" + std::to_string(index + 1) + ": " + what;
}

/// All complaints, one a line, for a failing test to print.
inline std::string joined(const complaints& all) {
    std::string text;
    for (const std::string& one : all) text += "\n  " + one;
    return text;
}

/// Splits a text into lines; for files made up in a test.
inline source made_up(std::string path, const std::string& text) {
    source file{std::move(path), {}};
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    return file;
}

inline source read(const std::filesystem::path& root, const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return made_up(std::filesystem::relative(path, root).generic_string(), text.str());
}

/// The files under a folder of the repository whose names end in one of these, sorted; all where none is given.
inline std::vector<source> files_under(const std::string& folder, const std::vector<std::string>& endings = {}) {
    namespace fs = std::filesystem;
    const fs::path root{GPUPACK_SOURCE_DIR};
    std::vector<source> found;
    if (!fs::exists(root / folder)) return found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator{root / folder}) {
        const std::string ending = entry.path().extension().string();
        const bool wanted = endings.empty() || std::find(endings.begin(), endings.end(), ending) != endings.end();
        if (entry.is_regular_file() && wanted) found.push_back(read(root, entry.path()));
    }
    std::sort(found.begin(), found.end(), [](const source& a, const source& b) { return a.path < b.path; });
    return found;
}

/// The headers of the library.
inline std::vector<source> headers() {
    return files_under("include/gpupack", {".hpp", ".inc", ".cuh"});
}

inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

} // namespace house
