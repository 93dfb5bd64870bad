// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/link_table.hpp>

#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include "support/for_all.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;

namespace {

std::int32_t naive_score(const node_topology& of, gpu_set set, bool direct) {
    std::int32_t sum = 0;
    for (std::size_t a = 0; a < of.links.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            if (!set.contains(static_cast<int>(a)) || !set.contains(static_cast<int>(b))) continue;
            sum += link_score(of.links[a][b].pcie);
            if (!direct || !of.switched) sum += 100 * of.links[a][b].nvlinks;
        }
    return sum;
}

/// The best total of disjoint sets of that size, by trying all of them.
std::int32_t naive_packing(const node_topology& of, gpu_set left, int size, std::uint32_t from, bool direct) {
    std::int32_t best = 0;
    for (std::uint32_t bits = from; bits < 1U << of.gpus(); ++bits) {
        const gpu_set set = gpu_set::from_bits(bits);
        if (set.size() != size || !((set & left) == set)) continue;
        best = std::max(best, naive_score(of, set, direct) + naive_packing(of, left - set, size, bits + 1, direct));
    }
    return best;
}

} // namespace

TEST(link_table, adds_up_what_the_pairs_say) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(1 + random.next() % (seed % 16 == 0 ? 32 : 10));
        const node_topology of = random_topology(random, gpus);
        const link_table table{of};
        RC_ASSERT(table.gpus() == gpus);
        RC_ASSERT(table.is_tabled() == (gpus <= 16));
        for (int n = 0; n < 20; ++n) {
            const gpu_set set = gpu_set::from_bits(static_cast<std::uint32_t>(random.next())) & gpu_set::first(gpus);
            RC_ASSERT(table.score(set) == naive_score(of, set, false));
            RC_ASSERT(table.score(set, nvlink_count::direct) == naive_score(of, set, true));
        }
        if (gpus > 10) return;
        for (int size = 1; size <= gpus; ++size) {
            std::int32_t best = 0;
            for (std::uint32_t bits = 0; bits < 1U << gpus; ++bits)
                if (gpu_set::from_bits(bits).size() == size)
                    best = std::max(best, naive_score(of, gpu_set::from_bits(bits), false));
            RC_ASSERT(table.best(size) == best);
        }
    });
}

TEST(link_table, packs_as_trying_everything_does) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(1 + random.next() % 6);
        const node_topology of = random_topology(random, gpus);
        const link_table table{of};
        const gpu_set among = gpu_set::from_bits(static_cast<std::uint32_t>(random.next())) & gpu_set::first(gpus);
        for (int size = 2; size <= gpus; ++size)
            for (const auto by : {nvlink_count::all, nvlink_count::direct})
                RC_ASSERT(table.packed(size, among, by) ==
                          naive_packing(of, among, size, 1, by == nvlink_count::direct));
    });
}

TEST(link_table, knows_the_way_to_the_network) {
    const node_spec machine = machines::dgx_1_v100();
    const link_table table{*machine.topology};
    EXPECT_EQ(table.to_network(0), 50);
    EXPECT_EQ(link_table{*machines::t4_x8().topology}.to_network(7), 20);
    EXPECT_EQ(link_table{wired({{}, {}})}.to_network(1), 0);
    EXPECT_EQ(table.partition_count(), 0);
    const node_spec switched = machines::dgx_h100();
    const link_table of_h100{*switched.topology};
    EXPECT_EQ(of_h100.partition_count(), 15);
    EXPECT_EQ(of_h100.partition(1).bits(), 0x0fU);
}

TEST(link_table, packs_nothing_that_is_not_tabled) {
    const link_table table{wired({{}, {}})};
    for (const int size : {1, 3, 9}) EXPECT_EQ(table.packed(size, gpu_set::first(2)), 0);
    const link_table large{wired(std::vector<pcie_location>(17))};
    EXPECT_EQ(large.packed(2, gpu_set::first(2)), 0);
}
