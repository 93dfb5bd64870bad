// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/reason.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

TEST(reason, each_has_words_of_its_own) {
    std::set<std::string_view> words;
    for (int i = 0; i < fit::reason_count; ++i) words.insert(fit::describe(static_cast<fit::reason>(i)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(fit::reason_count));
    EXPECT_EQ(words.count(""), 0U);
    EXPECT_EQ(fit::describe(fit::reason::gpu_memory), "lack GPU memory");
}
