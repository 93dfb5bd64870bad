// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/koordinator/tree.hpp>

#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/dialect/koordinator/scorers.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace {

using namespace gpupack;

/// Eight GPUs, four a NUMA node, two a PCIe root.
cluster eight_in_pairs() {
    std::vector<pcie_location> places;
    for (int i = 0; i < 8; ++i) places.push_back({.numa = i / 4, .bridge = i / 2, .tree = i / 2, .hub = i / 2});
    return cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {8, models::t4}, {}, wired(places)}).build().value();
}

struct koordinator_tree : testing::Test {
    cluster on = eight_in_pairs();

    [[nodiscard]] std::uint32_t taken(const request& request, const dialect::koordinator_gpus& by = {}) const {
        return policy::select_gpus(by, on[node_id{0}], request).gpus.bits();
    }
    void use(int gpu) { (void)on.take(node_id{0}, gpu_set::of(gpu), {.gpus = 1}); }
};

TEST_F(koordinator_tree, takes_the_narrowest_scope_that_holds_the_gpus) {
    use(0);
    EXPECT_EQ(taken({.gpus = 2}), 0b00001100U) << "a whole root, on the NUMA node in use";
    use(2);
    EXPECT_EQ(taken({.gpus = 2}), 0b00110000U) << "no root of the first NUMA node has two left";
    EXPECT_EQ(taken({.gpus = 3}), 0b01110000U);
    EXPECT_EQ(taken({.gpus = 5}), 0b01111010U) << "over both";
}

TEST_F(koordinator_tree, prefers_scopes_in_use_for_one_gpu) {
    use(6);
    EXPECT_EQ(taken({.gpus = 1}), 0b10000000U);
    EXPECT_EQ(taken({.gpus = 1, .share = slice{.memory_percent = 10, .rule = {.counts_percent = true}}}), 0b10000000U);
}

TEST_F(koordinator_tree, a_gpu_in_use_counts_as_full) {
    const auto part = [](int percent) {
        return request{.gpus = 1, .share = slice{.memory_percent = percent, .rule = {.counts_percent = true}}};
    };
    (void)on.take(node_id{0}, gpu_set::of(1), part(10));
    EXPECT_EQ(taken(part(50), {policy::strategy::spread}), 0b00000001U);
    EXPECT_EQ(taken(part(50), {policy::strategy::binpack}), 0b00000010U);
}

TEST_F(koordinator_tree, counts_percent_and_bytes_in_use_apart) {
    const auto asking = [](std::optional<std::int64_t> ratio, std::optional<std::int64_t> mebibytes) {
        return dialect::koordinator_request({{}, ratio, {}, mebibytes}).value();
    };
    (void)on.take(node_id{0}, gpu_set::of(0), asking(10, {}));
    (void)on.take(node_id{0}, gpu_set::of(1), asking({}, 100)); // less than one percent
    EXPECT_EQ(taken(asking(10, {}), {policy::strategy::spread}), 0b00000010U) << "its percent is unused";
    EXPECT_EQ(taken(asking(10, {}), {policy::strategy::binpack}), 0b00000001U);
}

TEST_F(koordinator_tree, keeps_to_a_scope_that_is_required) {
    for (const int gpu : {0, 2, 4, 6}) use(gpu);
    const dialect::koordinator_gpus in_root{policy::strategy::spread, dialect::koordinator_scope::pcie};
    const dialect::koordinator_gpus in_numa{policy::strategy::spread, dialect::koordinator_scope::numa};
    EXPECT_TRUE(in_root.in_tree(on[node_id{0}], {.gpus = 2}).empty());
    EXPECT_EQ(in_numa.in_tree(on[node_id{0}], {.gpus = 2}).bits(), 0b00001010U);
    EXPECT_TRUE(in_numa.in_tree(on[node_id{0}], {.gpus = 3}).empty());
}

TEST(koordinator_uses_tree, only_where_a_topology_is_told) {
    const auto uses = [](std::optional<node_topology> topology) {
        const cluster on =
            cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}, {}, std::move(topology)}).build().value();
        return dialect::koordinator_uses_tree(on[node_id{0}], {.gpus = 1});
    };
    EXPECT_FALSE(uses(std::nullopt));
    EXPECT_FALSE(uses(node_topology{.numa = {0, 0}, .links = {{{}, {}}, {{}, {}}}})) << "which says nothing";
    EXPECT_TRUE(uses(wired({{.numa = 0}, {.numa = 1}})));
}

} // namespace
