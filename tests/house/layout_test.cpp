// SPDX-License-Identifier: Apache-2.0
// Where files stand, how long they may be, and what they may name.

#include "source_tree.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace {

using house::complaints;
using house::source;

// Headers without a test of their own, and why.
const std::map<std::string, std::string> without_test = {
    {"core/config.hpp", "macros alone; every other header is their test"},
    {"core/version.hpp", "three numbers, which CMake reads and the package tests check"},
};

bool is_inside(const std::string& path, const std::string& folder) {
    return path.find("/" + folder + "/") != std::string::npos;
}

/// "policy/binpack.hpp" of include/gpupack/policy/binpack.hpp
std::string in_library(const std::string& path) {
    const std::string root = "include/gpupack/";
    return path.starts_with(root) ? path.substr(root.size()) : path;
}

bool contains(const source& file, const std::string& text) {
    return std::any_of(file.lines.begin(), file.lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

complaints check_header(const source& file) {
    complaints found;
    const bool table = file.path.ends_with(".inc"); // numbers, made by a script
    if (file.lines.size() > 400 && !table) found.push_back(file.path + " has more than 400 lines");
    if (!table && !contains(file, "#pragma once")) found.push_back(file.path + " has no #pragma once");
    if (table && !is_inside(file.path, "detail")) found.push_back(file.path + ": tables stand in a detail/ folder");
    const bool may_name_cuda = in_library(file.path) == "core/config.hpp" || is_inside(file.path, "cuda");
    for (const char* keyword : {"__host__", "__device__", "__global__"})
        if (!may_name_cuda && contains(file, keyword)) found.push_back(file.path + " names " + keyword);
    return found;
}

/// Whether the header must have the test file tests/<room>/<name>_test.cpp.
bool needs_test(const std::string& path) {
    const std::string name = in_library(path);
    return name.ends_with(".hpp") && name != "gpupack.hpp" && !name.ends_with("fwd.hpp") &&
           !is_inside(path, "detail") && !without_test.contains(name);
}

std::string test_of(const std::string& path) {
    const std::string name = in_library(path);
    return "tests/" + name.substr(0, name.size() - 4) + "_test.cpp";
}

complaints check_mirrors(const std::vector<source>& headers, const std::set<std::string>& tests) {
    complaints found;
    for (const source& file : headers)
        if (needs_test(file.path) && !tests.contains(test_of(file.path)))
            found.push_back(file.path + " has no " + test_of(file.path));
    return found;
}

complaints check_rooms(const std::vector<source>& headers) {
    std::set<std::string> rooms;
    std::set<std::string> forwarded;
    for (const source& file : headers) {
        const std::string name = in_library(file.path);
        const std::size_t slash = name.find('/');
        if (slash == std::string::npos) continue;
        rooms.insert(name.substr(0, slash));
        if (name.substr(slash) == "/fwd.hpp") forwarded.insert(name.substr(0, slash));
    }
    complaints found;
    for (const std::string& room : rooms)
        if (!forwarded.contains(room)) found.push_back(room + "/ has no fwd.hpp");
    return found;
}

/// The umbrella holds includes, comments and the guard.
complaints check_umbrella(const source& file) {
    complaints found;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string_view line = house::trimmed(file.lines[i]);
        const bool allowed = line.empty() || line.starts_with("//") || line.starts_with("#include <gpupack/") ||
                             line == "#pragma once";
        if (!allowed) found.push_back(house::at_line(file, i, "the umbrella holds includes only"));
    }
    return found;
}

/// Folders that exist on one machine only. Put together here, so that this file does not name them.
complaints check_machine_paths(const source& file) {
    complaints found;
    for (const std::string folder : {"work", "home", "root", "tmp"}) {
        const std::string path = "/" + folder + "/";
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const std::size_t at = line.find(path);
            // "framework/" and "${build}/" are the ends of longer, relative names.
            const bool continues = at != std::string::npos && at > 0 &&
                                   (std::isalnum(static_cast<unsigned char>(line[at - 1])) != 0 ||
                                    std::string{"_-.})"}.find(line[at - 1]) != std::string::npos);
            if (at != std::string::npos && !continues)
                found.push_back(house::at_line(file, i, "names " + path + ", a folder of one machine"));
        }
    }
    return found;
}

template <class Check> complaints check_each(const std::vector<source>& files, Check check) {
    complaints all;
    for (const source& file : files) {
        const complaints found = check(file);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

TEST(layout, of_the_headers) {
    const auto headers = house::headers();
    ASSERT_FALSE(headers.empty());
    const complaints found = check_each(headers, check_header);
    EXPECT_TRUE(found.empty()) << house::joined(found);
    const complaints rooms = check_rooms(headers);
    EXPECT_TRUE(rooms.empty()) << house::joined(rooms);
}

TEST(layout, every_header_has_its_test) {
    std::set<std::string> tests;
    for (const source& file : house::files_under("tests", {".cpp"})) tests.insert(file.path);
    const complaints found = check_mirrors(house::headers(), tests);
    EXPECT_TRUE(found.empty()) << house::joined(found);
    for (const auto& [name, reason] : without_test)
        EXPECT_FALSE(tests.contains(test_of("include/gpupack/" + name)))
            << name << " has a test; take it off the list";
}

TEST(layout, of_the_umbrella) {
    const complaints found = check_each(house::files_under("include/gpupack", {".hpp"}), [](const source& file) {
        return in_library(file.path) == "gpupack.hpp" ? check_umbrella(file) : complaints{};
    });
    EXPECT_TRUE(found.empty()) << house::joined(found);
}

TEST(layout, names_no_folder_of_one_machine) {
    for (const char* folder : {"include", "tests", "examples", "benchmarks", "cmake", "scripts", "docs", ".ci"}) {
        const complaints found = check_each(house::files_under(folder), check_machine_paths);
        EXPECT_TRUE(found.empty()) << house::joined(found);
    }
    const std::filesystem::path root{GPUPACK_SOURCE_DIR};
    const std::set<std::string> not_tracked = {".git", "compile_commands.json", "CMakeUserPresets.json"};
    for (const auto& entry : std::filesystem::directory_iterator{root}) {
        if (!entry.is_regular_file() || not_tracked.contains(entry.path().filename().string())) continue;
        const complaints found = check_machine_paths(house::read(root, entry.path()));
        EXPECT_TRUE(found.empty()) << house::joined(found);
    }
}

// rc::check prints what it found and lets the test pass; for_all fails it.
TEST(layout, properties_are_checked_by_for_all) {
    const std::string bare = std::string{"rc::"} + "check(";
    for (const source& file : house::files_under("tests", {".cpp", ".hpp"}))
        EXPECT_TRUE(!contains(file, bare) || file.path == "tests/support/for_all.hpp") << file.path;
}

TEST(layout, refuses_bad_headers) {
    using house::made_up;
    EXPECT_EQ(check_header(made_up("include/gpupack/core/a.hpp", "#pragma once\n")).size(), 0U);
    EXPECT_EQ(check_header(made_up("include/gpupack/core/a.hpp", "int x;\n")).size(), 1U);
    EXPECT_EQ(check_header(made_up("include/gpupack/core/a.hpp", "#pragma once\n__device__ int f();\n")).size(),
              1U);
    EXPECT_EQ(check_header(made_up("include/gpupack/core/a.inc", "1, 2\n")).size(), 1U);
    const std::string long_text = "#pragma once\n" + std::string(400, '\n');
    EXPECT_EQ(check_header(made_up("include/gpupack/core/a.hpp", long_text)).size(), 1U);
}

TEST(layout, refuses_missing_mirrors_and_rooms) {
    const std::vector<source> headers = {house::made_up("include/gpupack/fit/slice.hpp", ""),
                                         house::made_up("include/gpupack/scheduler.hpp", ""),
                                         house::made_up("include/gpupack/fit/detail/help.hpp", "")};
    EXPECT_EQ(check_mirrors(headers, {}).size(), 2U);
    EXPECT_EQ(check_mirrors(headers, {"tests/fit/slice_test.cpp", "tests/scheduler_test.cpp"}).size(), 0U);
    EXPECT_EQ(check_rooms(headers).size(), 1U);
}

TEST(layout, refuses_code_in_the_umbrella_and_machine_paths) {
    EXPECT_EQ(check_umbrella(house::made_up("g", "#pragma once\n// all\n#include <gpupack/fwd.hpp>\n")).size(), 0U);
    EXPECT_EQ(check_umbrella(house::made_up("g", "inline int x = 1;\n#include <vector>\n")).size(), 2U);
    const std::string home = "/home";
    EXPECT_EQ(check_machine_paths(house::made_up("a", "see " + home + "/someone/file\n")).size(), 1U);
    EXPECT_EQ(check_machine_paths(house::made_up("a", "see docs" + home + "/page.md\n")).size(), 0U);
}

} // namespace
