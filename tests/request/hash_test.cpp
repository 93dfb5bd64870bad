// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/hash.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

TEST(hash, tells_the_fields_apart) {
    label_terms all;
    all.all_of.insert(3);
    label_terms none;
    none.none_of.insert(3);
    gpu_choice only{true};
    EXPECT_TRUE(only.add(node_id{7}, gpu_set::of(1)));
    gpu_choice but{false};
    EXPECT_TRUE(but.add(node_id{7}, gpu_set::of(1)));
    const request shapes[] = {
        {},
        {.cpu = milli_cpu{1}},
        {.memory = mebibytes{1}},
        {.gpus = 1},
        {.gpus = 2},
        {.gpus = 1, .share = slice{.memory = {}, .compute = 1000_milli}},
        {.gpus = 1, .share = slice{.memory = {}, .compute = 500_milli}},
        {.gpus = 1, .share = slice{.memory = mebibytes{500}, .compute = {}}},
        {.gpus = 1, .share = slice{.memory_percent = 50}},
        {.gpus = 1, .share = split_slice{mebibytes{500}}},
        {.gpus = 1, .share = split_slice{mebibytes{501}}},
        {.gpus = 1, .share = split_slice{mebibytes{501}, {}, mebibytes{2}}},
        {.gpus = 1, .share = instance{.way = sharing::mig, .profiles = profile_set::from_bits(1)}},
        {.gpus = 1, .share = exclusive{}, .models = model_set::of(model_id{3})},
        {.gpus = 1, .labels = all},
        {.gpus = 1, .labels = none},
        {.gpus = 1, .ids = only},
        {.gpus = 1, .ids = but},
    };
    std::set<std::uint64_t> hashes;
    for (const request& request : shapes) hashes.insert(hash_of(request));
    EXPECT_EQ(hashes.size(), std::size(shapes));
    EXPECT_EQ(request_hash{}(shapes[0]), hash_of(shapes[0]));
}
