// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster_sums.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(cluster_sums, are_what_adding_up_anew_gives) {
    for_all([](std::uint64_t seed) { RC_ASSERT(what_differs(random_history{seed}.used_cluster()) == ""); });
}
