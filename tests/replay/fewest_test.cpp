// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/fewest.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

using namespace gpupack;

TEST(fewest, is_the_threshold_where_there_is_one) {
    for_all([] {
        const std::int64_t least = *rc::gen::inRange<std::int64_t>(0, 20);
        const std::int64_t most = least + *rc::gen::inRange<std::int64_t>(0, 300);
        const std::int64_t threshold = *rc::gen::inRange<std::int64_t>(0, 400);
        int calls = 0;
        const auto found = replay::find_fewest(least, most, [&](std::int64_t count) {
            RC_ASSERT((count >= least && count <= most));
            ++calls;
            return count >= threshold;
        });
        RC_ASSERT(found.has_value() == (threshold <= most));
        if (found) RC_ASSERT(*found == std::max(least, threshold));
        RC_ASSERT(calls <= 20);
    });
}

// Where more can be worse, it still suffices, and one less does not.
TEST(fewest, suffices_where_one_less_does_not) {
    for_all([] {
        const auto suffices = *rc::gen::container<std::vector<bool>>(60, rc::gen::arbitrary<bool>());
        const auto found =
            replay::find_fewest(0, 59, [&](std::int64_t count) { return suffices[static_cast<std::size_t>(count)]; });
        if (!found) {
            RC_ASSERT(!suffices.back());
            return;
        }
        RC_ASSERT(suffices[static_cast<std::size_t>(*found)]);
        RC_ASSERT((*found == 0 || !suffices[static_cast<std::size_t>(*found) - 1]));
    });
}
