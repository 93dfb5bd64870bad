// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>

#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/machines.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

namespace {

/// The partitions of some GPUs in go-gpuallocator's order, by recursion: the lowest GPU left, and each choice of
/// partners; a set may be smaller once where the size does not divide their number.
void partitions_of(gpu_set left, int size, std::vector<gpu_set>& so_far, std::vector<std::vector<gpu_set>>& all) {
    if (left.empty()) return all.push_back(so_far);
    std::vector<gpu_set> firsts;
    for (const int count : {size, left.size() % size}) {
        if (count == 0 || count > left.size()) continue;
        for_each_subset(left, count, [&](gpu_set set) {
            if (set.contains(left.lowest())) firsts.push_back(set);
        });
        if (left.size() % size == 0) break;
    }
    std::sort(firsts.begin(), firsts.end());
    for (const gpu_set set : firsts) {
        so_far.push_back(set);
        partitions_of(left - set, size, so_far, all);
        so_far.pop_back();
    }
}

/// Best effort by looking at every partition.
gpu_set naive_best_effort(const link_table& links, gpu_set available, gpu_set required, int size) {
    std::vector<std::vector<gpu_set>> all;
    std::vector<gpu_set> so_far;
    partitions_of(available, size, so_far, all);
    const auto will_do = [&](gpu_set set) { return set.size() == size && (set & required) == required; };
    const auto value = [&](gpu_set set) { return links.score(set, nvlink_count::direct); };
    const std::vector<gpu_set>* best = nullptr;
    int highest = -1;
    for (const auto& partition : all) {
        if (std::none_of(partition.begin(), partition.end(), will_do)) continue;
        int total = 0;
        for (const gpu_set set : partition) total += value(set);
        if (total <= highest) continue;
        highest = total;
        best = &partition;
    }
    gpu_set taken;
    if (best == nullptr) return taken;
    for (const gpu_set set : *best)
        if (will_do(set) && (taken.empty() || value(set) > value(taken))) taken = set;
    return taken;
}

} // namespace

TEST(gpuallocator_best_effort, takes_what_looking_at_every_partition_finds) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(1 + random.below(8));
        const link_table links{random_topology(random, gpus)};
        const gpu_set available = gpu_set::from_bits(static_cast<std::uint32_t>(random.next())) & gpu_set::first(gpus);
        gpu_set required;
        if (random.below(2) == 0)
            required = gpu_set::from_bits(static_cast<std::uint32_t>(random.next() & random.next())) & available;
        for (int size = 2; size <= gpus; ++size) {
            const gpu_set taken = dialect::best_effort_set(links, available, required, size);
            const bool possible = available.size() >= size && required.size() <= size;
            RC_ASSERT(taken == (possible ? naive_best_effort(links, available, required, size) : gpu_set{}));
            RC_ASSERT(taken.size() == (possible ? size : 0)); // exactly as many real GPUs
        }
    });
}

TEST(gpuallocator_best_effort, agrees_on_more_gpus) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        random_stream random{seed};
        const link_table links{random_topology(random, 11)};
        const gpu_set available = gpu_set::first(static_cast<int>(9 + seed % 3));
        for (int size = 2; size <= available.size(); ++size) {
            gpu_set required;
            for (std::uint64_t n = random.below(static_cast<std::uint64_t>(std::min(size, 4))); n > 0; --n)
                required.insert(static_cast<int>(random.below(9)));
            EXPECT_EQ(dialect::best_effort_set(links, available, required, size).bits(),
                      naive_best_effort(links, available, required, size).bits())
                << seed << " " << size;
        }
    }
}

TEST(gpuallocator_best_effort, chooses_any_number_of_sixteen) {
    const link_table links{*machines::dgx_2().topology};
    for (int size = 1; size <= 16; ++size)
        for (int available = size; available <= 16; ++available) {
            const gpu_set taken =
                dialect::best_effort_set(links, gpu_set::first(available), gpu_set::of(size / 2), size);
            EXPECT_EQ(taken.size(), size);
            EXPECT_TRUE(taken.contains(size / 2));
        }
}

TEST(gpuallocator_best_effort, refuses_what_it_cannot_give) {
    const link_table links{*machines::dgx_1_v100().topology};
    const auto taken = [&](gpu_set available, gpu_set required, int size) {
        return dialect::best_effort_set(links, available, required, size).bits();
    };
    EXPECT_EQ(taken(gpu_set::first(8), {}, 0), 0U);
    EXPECT_EQ(taken(gpu_set::first(3), {}, 4), 0U);
    EXPECT_EQ(taken(gpu_set::from_bits(0xfe), gpu_set::first(4), 4), 0U);
    EXPECT_EQ(taken(gpu_set::first(8), gpu_set::first(5), 4), 0U);
    EXPECT_EQ(taken(gpu_set::first(8), gpu_set::from_bits(0x55), 4), 0x55U);
}

TEST(gpuallocator_best_effort, takes_one_valid_set_of_any_node) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            const auto taken = policy::select_gpus(dialect::gpuallocator_best_effort{}, node, request);
            RC_ASSERT(fit::fits_on(node, request, taken.gpus, taken.slots));
        }
    });
}
