// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/fewest_lost_order.hpp>

#include "dialect/kubernetes/dra/dra_world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

namespace dra = gpupack::dialect::dra;

/// A GPU as A100-40GB partitions it: 1g anywhere in 0 to 6, 4g at 0 alone; 8 memory slices.
std::vector<dra::resource_slice> partitioned_gpu() {
    std::vector<std::string> names;
    std::vector<std::pair<int, int>> spans; // start and size
    for (int i = 0; i < 7; ++i) {
        names.push_back("1g-" + std::to_string(i));
        spans.emplace_back(i, 1);
    }
    names.emplace_back("4g-0");
    spans.emplace_back(0, 4);
    auto partitions = dra_world::slice_of("a", names);
    auto counters = dra_world::slice_of("z", {});
    counters.counters = {{"gpu", {}}};
    for (int i = 0; i < 8; ++i)
        counters.counters[0].counters.emplace_back("slice-" + std::to_string(i), dra::quantity::whole(1));
    for (std::size_t i = 0; i < spans.size(); ++i) {
        dra::counter_use use{.set = "gpu"};
        for (int slice = spans[i].first; slice < spans[i].first + spans[i].second; ++slice)
            use.counters.emplace_back("slice-" + std::to_string(slice), dra::quantity::whole(1));
        partitions.devices[i].consumes = {use};
        partitions.devices[i].attributes = {{"size", std::int64_t{spans[i].second}}};
    }
    partitions.pool.slices = counters.pool.slices = 2;
    return {partitions, counters};
}

/// The devices that requests of these sizes get one after the other.
std::string in_turn(const std::vector<int>& sizes, bool ordered) {
    const std::vector<dra::resource_slice> published = partitioned_gpu();
    const std::vector<dra::device_class> classes{{.name = "any"}};
    const auto devices = dra::node_devices::gather(published, {.name = "n1"});
    dra::allocated_devices in_use;
    dra::device_allocator allocator{classes};
    std::string names;
    for (const int size : sizes) {
        auto claim = dra_world::claim_of(1);
        claim.requests[0].demand.selectors = {"device.attributes['gpu.example'].size == " + std::to_string(size)};
        const dra::resource_claim* const pointer = &claim;
        const dra::node_use use{*devices, in_use};
        std::vector<std::vector<std::size_t>> order;
        if (ordered) order.push_back(dra::fewest_lost_order(*devices, use));
        const auto outcome = allocator.allocate(*devices, use, {&pointer, 1}, order);
        names.append(names.empty() ? "" : " ").append(outcome.allocated ? outcome.claims[0].devices[0].device : "none");
        if (outcome.allocated) in_use.add(outcome.claims[0]);
    }
    return names;
}

} // namespace

TEST(fewest_lost_order, keeps_the_start_that_large_partitions_need) {
    EXPECT_EQ(in_turn({1, 4}, false), "1g-0 none"); // first fit: the small one takes the only start of the large one
    EXPECT_EQ(in_turn({1, 4}, true), "1g-4 4g-0");
    EXPECT_EQ(in_turn({1, 1, 1, 4}, true), "1g-4 1g-5 1g-6 4g-0");
    EXPECT_EQ(in_turn({4, 1}, true), "4g-0 1g-4");
}
