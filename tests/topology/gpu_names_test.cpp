// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_names.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(gpu_names, compares_ids_whole) { // "GPU-1" is a part of "GPU-10"
    gpu_names names;
    EXPECT_TRUE(names.add("GPU-10", {node_id{0}, 0}));
    EXPECT_FALSE(names.find("GPU-1"));
    EXPECT_TRUE(names.add("GPU-1", {node_id{0}, 1}));
    EXPECT_EQ(names.find("GPU-1"), (gpu_address{node_id{0}, 1}));
    EXPECT_EQ(names.find("GPU-10"), (gpu_address{node_id{0}, 0}));
    EXPECT_FALSE(names.add("GPU-1", {node_id{5}, 1}));
    EXPECT_EQ(names.size(), 2U);
}

TEST(gpu_names, finds_what_a_map_finds) {
    for_all([](const std::vector<std::pair<bool, std::uint8_t>>& steps) {
        gpu_names names;
        std::map<std::string, gpu_address> known;
        int number = 0;
        for (const auto& [adds, id] : steps) {
            const std::string text = std::string{"GPU-"}.append(std::to_string(id % 20));
            const gpu_address address{node_id{id % 20U}, ++number};
            if (adds) {
                RC_ASSERT(names.add(text, address) == known.emplace(text, address).second);
            } else {
                names.erase(text);
                known.erase(text);
            }
            RC_ASSERT(names.size() == known.size());
            for (const auto& [each, wanted] : known) RC_ASSERT(names.find(each) == wanted);
        }
    });
}
