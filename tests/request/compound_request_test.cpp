// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/compound_request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(compound_request, says_what_is_wrong) {
    const auto wrong = [](const compound_request& request) {
        const auto valid = checked(request);
        return valid ? std::string{"valid"} : valid.error().message();
    };
    const request_part one{{.gpus = 1}};
    EXPECT_EQ(wrong({}), "parts: \"0\": expected one part at least");
    EXPECT_EQ(wrong({.parts = {one, one}, .relations = {{0, 1}}}), "valid");
    EXPECT_EQ(wrong({.parts = {{{.gpus = 33}}}}), "gpus: \"33\": expected from 0 to 32");
    EXPECT_EQ(wrong({.parts = {{{.gpus = 32}}, {{.gpus = 32}}, one}}),
              "shares: \"65\": expected 64 at most, over all parts");
    EXPECT_EQ(wrong({.parts = {one, one}, .relations = {{0, 2}}}),
              "relation: \"2\": expected two different parts of the request");
    EXPECT_EQ(wrong({.parts = {one, {{.gpus = 1}, part_phase::init}}, .relations = {{0, 1}}}),
              "relation: \"1\": expected no init part, whose GPUs others use again");
    EXPECT_NE(wrong({.parts = {one}, .cpu = milli_cpu{-1}}), "valid");
}
