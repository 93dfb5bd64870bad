// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_list_text.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_list_text, reads_back_what_was_written) {
    gpu_setup setup{.only = sharing::slices,
                    .max_sharers = 4,
                    .memory_percent = 150,
                    .compute_percent = 200,
                    .reserve = 500_MiB,
                    .numa = 1};
    setup.labels = {"a", "b"};
    gpu_setup fixed;
    fixed.instances = {{"3g.40gb", 0}, {"3g.40gb", 4}};
    gpu_setup mixed;
    mixed.vgpu_sizes = vgpu::sizes::mixed;
    const gpu_list all{{4, models::a100_80gb, fixed}, {2, models::t4, setup}, {1, models::a10, mixed}};
    EXPECT_EQ(
        to_text(all),
        "4xA100-80GB{instances=3g.40gb@0+3g.40gb@4},"
        "2xT4{only=slices;sharers=4;memory=150%;compute=200%;reserve=500MiB;numa=1;labels=a+b},1xA10{vgpu=mixed}");
    EXPECT_EQ(gpu_list_from_text(to_text(all), {}).value(), all);
    gpu_setup odd;
    odd.labels = {"a+b", "c;d", "{e}", "f\\", "g,h"};
    const gpu_list labelled{{1, models::t4, odd}, {1, models::t4}};
    EXPECT_EQ(gpu_list_from_text(to_text(labelled), {}).value(), labelled);
    EXPECT_EQ(gpu_list_from_text("", {}).value(), gpu_list{});
}

TEST(gpu_list_text, says_where_it_is_wrong) {
    const auto wrong = [](const char* text) { return gpu_list_from_text(text, {}).error().message(); };
    EXPECT_EQ(wrong("8H100"), R"(gpus, column 1: "8H100": expected a count and a model: 8xH100-80GB, at most 32 GPUs)");
    EXPECT_EQ(wrong("33xT4"), R"(gpus, column 1: "33xT4": expected a count and a model: 8xH100-80GB, at most 32 GPUs)");
    EXPECT_EQ(wrong("1xT4,2xT5"), R"(gpus, column 6: "T5": expected a model of the catalogue, or one that was added)");
    EXPECT_EQ(wrong("1xT4{sharers=4"), R"(gpus, column 1: "{sharers=4": expected a closing brace)");
    EXPECT_EQ(
        wrong("1xT4{a=4}"),
        R"(gpus, column 1: "a=4": expected only, sharers, memory, compute, reserve, numa, vgpu, labels or instances)");
    EXPECT_EQ(wrong("1xT4{numa=1}2xT4"), R"(gpus, column 1: "2xT4": expected a comma between groups)");
}
