// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kai/request.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::kai_annotations;

TEST(kai_request, reads_whole_gpus_fractions_and_memory) {
    EXPECT_EQ(dialect::kai_request({.gpus = 2}).value(), request{.gpus = 2});
    EXPECT_EQ(dialect::kai_request({}).value(), request{});
    const request eighth = dialect::kai_request({.fraction = "0.125", .devices = "3"}).value();
    EXPECT_EQ(eighth.gpus, 3);
    EXPECT_EQ(eighth.share.memory_of(16384), 2048);
    EXPECT_EQ(eighth.share.compute(), 0_milli) << "KAI knows no compute";
    EXPECT_EQ(dialect::kai_request({.memory = "2000"}).value().share, share{slice{2000_MiB}});
}

TEST(kai_request, cuts_off_the_product_of_doubles) {
    EXPECT_EQ(dialect::kai_request({.fraction = "0.29"}).value().share.memory_of(100), 28);
}

TEST(kai_request, reads_numbers_as_go_does) {
    const request quarter = dialect::kai_request({.fraction = "0.25"}).value();
    for (const char* text : {"+0.25", ".25", "25e-2", "0x1p-2", "0X.4P0", "00.250"})
        EXPECT_EQ(dialect::kai_request({.fraction = text}).value(), quarter) << text;
    for (const char* text :
         {"+-0.25", "++0.25", "0x.4", "0x-1p-2", "0x", "+", " 0.25", "0.25 ", "0,25", "nan", "NaN", "inf"})
        EXPECT_FALSE(dialect::kai_request({.fraction = text})) << text;
    EXPECT_EQ(dialect::kai_request({.memory = "007"}).value().share, share{slice{7_MiB}});
    EXPECT_FALSE(dialect::kai_request({.memory = "+5"})) << "ParseUint knows no sign";
}

TEST(kai_request, refuses_what_its_webhook_refuses) {
    for (const kai_annotations& annotations : {kai_annotations{.gpus = 1, .fraction = "0.5"},
                                               {.gpus = 1, .memory = "100"},
                                               {.fraction = "0.5", .memory = "100"},
                                               {.devices = "2"},
                                               {.fraction = "1"},
                                               {.fraction = "0"},
                                               {.fraction = "-0.5"},
                                               {.fraction = "half"},
                                               {.fraction = ""},
                                               {.memory = "0"},
                                               {.memory = "1.5"},
                                               {.fraction = "0.5", .devices = "0"},
                                               {.fraction = "0.5", .devices = "x"}})
        EXPECT_FALSE(dialect::kai_request(annotations));
}

TEST(kai_gpu_memory, is_rounded_down_to_hundreds) {
    EXPECT_EQ(dialect::kai_gpu_memory(mebibytes{11441}), mebibytes{11400});
}

} // namespace
