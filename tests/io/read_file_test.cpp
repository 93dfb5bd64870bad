// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_file.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using gpupack::io::read_file;

namespace {

/// A file that goes with the test.
class scratch_file {
  public:
    explicit scratch_file(const std::string& content)
        : path_{(std::filesystem::temp_directory_path() / ("gpupack-read-file-" + std::to_string(getpid()))).string()} {
        std::ofstream{path_, std::ios::binary} << content;
    }
    ~scratch_file() { std::remove(path_.c_str()); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

/// What gzip makes of a text.
std::string packed(const std::string& text) {
    const scratch_file file{""};
    const gzFile out = gzopen(file.path().c_str(), "wb");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
    std::ifstream in{file.path(), std::ios::binary};
    return gpupack::io::detail::read_all(in);
}

std::string read_text(const std::string& content) {
    const scratch_file file{content};
    const auto text = read_file(file.path());
    return text ? *text : "refused: " + text.error().expected;
}

} // namespace

TEST(read_file, a_file_that_cannot_be_read_is_an_error) {
    EXPECT_FALSE(read_file("/no/such/file"));
    EXPECT_FALSE(read_file("/"));
}

TEST(read_file, inflates_gzip_in_one_or_several_pieces) {
    const std::string text(300'000, 'x');
    EXPECT_EQ(read_text("plain\n"), "plain\n");
    EXPECT_EQ(read_text(packed(text)), text);
    EXPECT_EQ(read_text(packed("a\n") + packed("b\n")), "a\nb\n");
    EXPECT_EQ(read_text(packed("a\n") + std::string(512, '\0')), "a\n");
    EXPECT_EQ(read_text(packed("")), "");
}

TEST(read_file, refuses_damaged_gzip_wherever_it_ends) {
    const std::string whole = packed("name,cpu_milli\na,1\n");
    for (std::size_t size = 2; size < whole.size(); ++size)
        EXPECT_TRUE(read_text(whole.substr(0, size)).starts_with("refused: gzip data")) << size;
}

TEST(read_file, drops_the_byte_order_mark_and_says_what_is_no_text) {
    EXPECT_EQ(read_text("\xef\xbb\xbfname\n"), "name\n");
    EXPECT_NE(read_text("\x28\xb5\x2f\xfd rest").find("zstd"), std::string::npos);
    EXPECT_NE(read_text(std::string{"a\0b", 3}).find("binary data"), std::string::npos);
}

TEST(read_file, reads_utf_16_of_both_orders) {
    using namespace std::string_literals;
    EXPECT_EQ(read_text("\xff\xfeG\0P\0\n\0"s), "GP\n");
    EXPECT_EQ(read_text("\xfe\xff\0G\0P\0\n"s), "GP\n");
    EXPECT_EQ(read_text("\xff\xfe\xe9\0\x02\x25\x3d\xd8\x00\xde"s), "\u00e9\u2502\U0001f600");
    EXPECT_EQ(read_text("\xff\xfe\x3d\xd8\x61\0\x00\xde"s), "\ufffda\ufffd"); // halves of characters
    EXPECT_EQ(read_text("\xff\xfe\x61\0\x62"s), "a\ufffd");
    EXPECT_EQ(read_text(packed("\xff\xfe\x61\0"s)), "a");
    EXPECT_EQ(read_text("\xff\xfe"s), "");
}
