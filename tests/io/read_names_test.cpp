// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_names.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace {

std::string written(const std::string& content) {
    std::string path = testing::TempDir() + "names.txt";
    std::ofstream{path} << content;
    return path;
}

} // namespace

TEST(read_names, finds_each_line_repeats_allowed) {
    const auto found = gpupack::io::read_names(written("b\na\r\n\nb"), "task", {"a", "b"});
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, (std::vector<std::size_t>{1, 0, 1}));
}

TEST(read_names, an_unknown_name_is_an_error_with_its_line) {
    const std::string path = written("a\nzebra\n");
    const auto found = gpupack::io::read_names(path, "task", {"a"});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message(), path + ":2: task: \"zebra\": expected the name of a task of the workload");
}
