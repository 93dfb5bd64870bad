// SPDX-License-Identifier: Apache-2.0
// Every C++ block of the documents is a piece of a program in examples/, which the tests build and run.

#include "source_tree.hpp"

#include <gtest/gtest.h>

namespace {

using house::complaints;
using house::source;

using lines = std::vector<std::string>;

/// The lines without the indentation that all of them share, and without blanks at their ends.
lines dedented(lines text) {
    std::size_t common = std::string::npos;
    for (const std::string& line : text)
        if (!house::trimmed(line).empty()) common = std::min(common, line.find_first_not_of(' '));
    for (std::string& line : text) {
        const bool blank = house::trimmed(line).empty();
        line = blank ? std::string{} : line.substr(common);
        line.erase(line.find_last_not_of(" \r") + 1);
    }
    return text;
}

/// Whether the block is a run of lines of the file, at whatever depth it stands there.
bool is_part_of(const lines& block, const lines& file) {
    const lines wanted = dedented(block);
    for (std::size_t first = 0; first + wanted.size() <= file.size(); ++first) {
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(first);
        if (dedented(lines{begin, begin + static_cast<std::ptrdiff_t>(wanted.size())}) == wanted) return true;
    }
    return false;
}

struct block {
    std::size_t line;
    lines text;
};

/// The ```cpp blocks of a document.
std::vector<block> cpp_blocks(const source& document) {
    std::vector<block> found;
    bool inside = false;
    bool wanted = false;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
        const std::string_view line = house::trimmed(document.lines[i]);
        if (line.starts_with("```")) {
            wanted = !inside && (line == "```cpp" || line == "```c++");
            inside = !inside;
            if (wanted) found.push_back({i, {}});
        } else if (inside && wanted) {
            found.back().text.push_back(document.lines[i]);
        }
    }
    return found;
}

complaints check_document(const source& document, const std::vector<source>& examples) {
    complaints found;
    for (const block& shown : cpp_blocks(document)) {
        const bool known = std::any_of(examples.begin(), examples.end(), [&](const source& example) {
            return is_part_of(shown.text, example.lines);
        });
        if (!known)
            found.push_back(
                house::at_line(document, shown.line, "this block is not part of any file in examples/"));
    }
    return found;
}

TEST(documents, show_only_code_of_the_examples) {
    const auto examples = house::files_under("examples", {".cpp", ".cu"});
    std::vector<source> documents = house::files_under("docs", {".md"});
    const std::filesystem::path root{GPUPACK_SOURCE_DIR};
    for (const char* name : {"README.md", "CONTRIBUTING.md"})
        if (std::filesystem::exists(root / name)) documents.push_back(house::read(root, root / name));
    ASSERT_FALSE(documents.empty());
    for (const source& document : documents) {
        const complaints found = check_document(document, examples);
        EXPECT_TRUE(found.empty()) << house::joined(found);
    }
}

TEST(documents, find_a_block_at_any_depth_and_refuse_a_changed_one) {
    const std::vector<source> examples = {house::made_up("examples/a.cpp", "int main() {\n"
                                                                           "    if (true) {\n"
                                                                           "        return 1;\n"
                                                                           "    }\n"
                                                                           "}\n")};
    const auto document = [](const std::string& code) {
        return house::made_up("a.md", "text\n" + code + "more\n");
    };
    EXPECT_TRUE(check_document(document("```cpp\nif (true) {\n    return 1;\n}\n```\n"), examples).empty());
    EXPECT_TRUE(check_document(document("```text\nif (false)\n```\n```sh\nls\n```\n"), examples).empty());
    EXPECT_EQ(check_document(document("```cpp\nif (true) {\n    return 2;\n}\n```\n"), examples).size(), 1U);
    EXPECT_EQ(check_document(document("```cpp\nif (true) {\n}\n```\n"), examples).size(), 1U);
    EXPECT_EQ(check_document(document("```sh\nls\n```\n```cpp\nint x;\n```\n"), examples).size(), 1U);
}

} // namespace
