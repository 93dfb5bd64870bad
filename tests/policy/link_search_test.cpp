// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/link_search.hpp>

#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include "support/for_all.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;
using gpupack::policy::score;

namespace {

/// The set that grows from one GPU by the best links: what a plain greedy would take, at its best.
score greedy_score(const link_table& links, gpu_set available, int size) {
    score best = -1;
    for_each_gpu(available, [&](int first) {
        gpu_set grown = gpu_set::of(first);
        while (grown.size() < size) {
            gpu_set next;
            for_each_gpu(available - grown, [&](int i) {
                if (next.empty() || links.score(grown | gpu_set::of(i)) > links.score(grown | next))
                    next = gpu_set::of(i);
            });
            grown = grown | next;
        }
        best = std::max(best, score{links.score(grown)});
    });
    return best;
}

/// The best set by trying all of them, the lowest of its score.
gpu_set naive_best(const link_table& links, gpu_set available, int size) {
    gpu_set best;
    for (std::uint32_t bits = 0; bits <= available.bits(); ++bits) {
        const gpu_set set = gpu_set::from_bits(bits);
        if (set.size() != size || !((set & available) == set)) continue;
        if (best.empty() || links.score(set) > links.score(best) ||
            (links.score(set) == links.score(best) && set < best))
            best = set;
    }
    return best;
}

} // namespace

TEST(link_search, finds_the_best_set_on_up_to_eight_gpus_in_all_sizes) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(1 + random.below(8));
        const link_table links{random_topology(random, gpus)};
        const gpu_set available = gpu_set::from_bits(static_cast<std::uint32_t>(random.next())) & gpu_set::first(gpus);
        for (int size = 1; size <= available.size(); ++size) {
            const policy::link_set found = policy::best_link_set(links, available, size);
            RC_ASSERT(found.gpus == naive_best(links, available, size));
            RC_ASSERT(found.value == links.score(found.gpus));
            RC_ASSERT(found.is_exact());
        }
    });
}

TEST(link_search, is_exact_on_sixteen_and_never_worse_than_greedy) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        random_stream random{seed};
        const link_table links{random_topology(random, 16)};
        for (const int size : {2, 4, 7, 8, 12}) {
            const policy::link_set found = policy::best_link_set(links, gpu_set::first(16), size);
            EXPECT_EQ(found.gpus.bits(), naive_best(links, gpu_set::first(16), size).bits());
            EXPECT_GE(found.value, greedy_score(links, gpu_set::first(16), size));
            EXPECT_TRUE(found.is_exact());
        }
    }
}

TEST(link_search, tells_a_true_bound_on_larger_nodes) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(17 + random.below(3));
        const link_table links{random_topology(random, gpus)};
        const gpu_set all = gpu_set::first(gpus);
        for (const int size : {2, 3, 4}) {
            const gpu_set best = naive_best(links, all, size);
            const policy::link_set exact = policy::best_link_set(links, all, size, 10'000'000);
            EXPECT_TRUE(exact.is_exact());
            EXPECT_EQ(exact.gpus.bits(), best.bits());
            for (const std::int64_t budget : {1, 50, 400}) {
                const policy::link_set found = policy::best_link_set(links, all, size, budget);
                EXPECT_EQ(found.value, links.score(found.gpus));
                EXPECT_EQ(found.gpus.size(), size);
                EXPECT_GE(found.value, greedy_score(links, all, size));
                EXPECT_GE(found.bound, links.score(best));
            }
        }
    }
}

TEST(link_search_death, wants_as_many_gpus_as_it_is_to_choose) {
    const link_table links{wired({{}, {}})};
    EXPECT_DEATH((void)policy::best_link_set(links, gpu_set::first(2), 3), "as many GPUs as wanted");
}
