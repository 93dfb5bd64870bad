// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/shortfall_text.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(shortfall_text, writes_amounts_as_a_person_would) {
    EXPECT_EQ(fit::cores_text(1_cores), "1 core");
    EXPECT_EQ(fit::cores_text(milli_cpu{1250}), "1.25 cores");
    EXPECT_EQ(fit::memory_text(2_GiB), "2 GiB");
    EXPECT_EQ(fit::memory_text(mebibytes{1500}), "1500 MiB");
}

TEST(shortfall_text, names_what_is_missing_and_nothing_else) {
    EXPECT_EQ(fit::shortfall_text({}), "");
    EXPECT_EQ(
        fit::shortfall_text({.cpu = 2_cores, .memory = 1_GiB, .gpus = 1, .compute = 50_milli, .gpu_memory = 3_GiB}),
        "1 GPU, 50 milli-GPUs, 3 GiB of GPU memory, 2 cores, 1 GiB of memory");
    EXPECT_EQ(fit::shortfall_text({.gpus = 2}), "2 GPUs");
}
