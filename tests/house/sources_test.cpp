// SPDX-License-Identifier: Apache-2.0
// Every source that a header names stands in docs/sources.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::set<std::string> found;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end; ++match)
        found.insert((*match)[1]);
    return found;
}

} // namespace

TEST(sources, named_by_headers_are_described) {
    const std::filesystem::path root{GPUPACK_SOURCE_DIR};
    const auto described = all_matches(read(root / "docs/sources.md"), std::regex{"\n## ([a-z0-9-]+)\n"});
    ASSERT_FALSE(described.empty());
    std::size_t named = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / "include"}) {
        if (!entry.is_regular_file()) continue;
        for (const std::string& source : all_matches(read(entry.path()), std::regex{"sources\\.md#([a-z0-9-]+)"})) {
            EXPECT_TRUE(described.count(source) == 1) << entry.path() << " names " << source;
            ++named;
        }
    }
    EXPECT_GT(named, 10U);
}
