// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/gang.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::string refused(const gang& of) {
    const auto told = checked(of);
    return told ? std::string{"accepted"}
                : told.error().field + ": " + told.error().value + ": " + told.error().expected;
}

} // namespace

TEST(gang, counts_its_members) {
    EXPECT_EQ((gang{.parts = {{{.gpus = 8}, 3}, {{.cpu = milli_cpu{500}}, 1}}}.members()), 4);
}

TEST(gang, is_checked) {
    const gang right{.parts = {{{.gpus = 8}, 3}}};
    EXPECT_EQ(refused(right), "accepted");
    EXPECT_EQ(refused({}), "gang: 0: from 1 to 1000000 members");
    gang wrong = right;
    wrong.parts[0].count = 0;
    EXPECT_EQ(refused(wrong), "gang part: 0: one member or more");
    wrong.parts[0].count = 1'000'001;
    EXPECT_EQ(refused(wrong), "gang: 1000001: from 1 to 1000000 members");
    wrong = right;
    wrong.parts[0].request.gpus = 33;
    EXPECT_EQ(refused(wrong), "gpus: 33: from 0 to 32");
    wrong = right;
    wrong.least_per_node = 0;
    EXPECT_EQ(refused(wrong), "least_per_node: 0: one member or more");
    wrong = right;
    wrong.least_per_node = 4;
    wrong.most_per_node = 3;
    EXPECT_EQ(refused(wrong), "most_per_node: 3: not less than least_per_node");
    wrong.most_per_node = 8;
    EXPECT_EQ(refused(wrong), "least_per_node: 4: at most the 3 members");
    wrong = right;
    wrong.required = true;
    EXPECT_EQ(refused(wrong), "level: : a level, where one is required");
}
