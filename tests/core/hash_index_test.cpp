// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/hash_index.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

// Few hashes, so that many positions share one and runs of slots wrap round; the oracle is a map.
TEST(hash_index, finds_what_a_map_finds) {
    for_all([] {
        const auto steps = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
            rc::gen::pair(rc::gen::inRange<std::uint8_t>(0, 3), rc::gen::inRange<std::uint8_t>(0, 60)));
        const auto hash_at = [](std::uint32_t position) { return std::uint64_t{position % 13}; };
        hash_index index;
        std::map<std::uint32_t, bool> known;
        for (const auto& [what, position] : steps) {
            if (what == 0) {
                index.erase(hash_at(position), position);
                known.erase(position);
            } else if (!known[position]) {
                index.insert(hash_at(position), position);
                known[position] = true;
            }
            RC_ASSERT(index.size() == known.size());
            for (std::uint32_t wanted = 0; wanted < 60; ++wanted) {
                const auto found = index.find(hash_at(wanted), [&](std::uint32_t each) { return each == wanted; });
                RC_ASSERT(found.has_value() == known.contains(wanted));
                RC_ASSERT(found.value_or(wanted) == wanted);
            }
        }
    });
}

TEST(hash_index, is_empty_at_first_and_after_clear) {
    hash_index index;
    const auto any = [](std::uint32_t) { return true; };
    EXPECT_FALSE(index.find(7, any));
    index.erase(7, 1);
    index.insert(7, 1);
    index.erase(7, 2); // another position of that hash
    EXPECT_EQ(index.find(7, any), 1U);
    index.clear();
    EXPECT_FALSE(index.find(7, any));
    EXPECT_EQ(index.size(), 0U);
}

TEST(hash_index, finds_each_of_many_texts) {
    std::vector<std::string> texts;
    hash_index index;
    for (std::uint32_t i = 0; i < 20000; ++i) {
        texts.push_back(std::to_string(i));
        index.insert(hash_of(texts.back()), i);
    }
    for (std::uint32_t i = 0; i < 20000; ++i)
        ASSERT_EQ(index.find(hash_of(std::to_string(i)),
                             [&](std::uint32_t each) { return texts[each] == std::to_string(i); }),
                  i);
}
