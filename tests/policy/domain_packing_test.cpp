// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/domain_packing.hpp>

#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using namespace gpupack::literals;

namespace {

/// Two blocks of two racks; a rack has two nodes of eight GPUs. One node of the last rack of the second block is in use, and half of
/// one in the first.
cluster racks() {
    const node_spec node{.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, models::h100_80gb}};
    domain_tree_builder tree{{"block", "rack"}};
    tree.add("A", "block").add("B", "block");
    cluster_builder builder;
    for (const char* rack : {"A1", "A2", "B1", "B2"}) tree.add(rack, "rack", std::string{rack, 1});
    builder.domains(tree.build().value());
    for (const char* rack : {"A1", "A2", "B1", "B2"})
        for (const char* end : {"x", "y"}) builder.add_node(std::string{rack} + end, node, {}, rack);
    builder.add_node("alone", node, {}, "");
    cluster made = std::move(builder).build().value();
    (void)made.take(made.find_node("B2x").value(), gpu_set::first(8), {.gpus = 8});
    (void)made.take(made.find_node("A1x").value(), gpu_set::first(4), {.gpus = 4});
    return made;
}

/// The node that a policy chooses for one GPU.
template <class Policy> std::string chosen(const Policy& policy) {
    scheduler by_scan{racks(), policy::node_then_gpus(policy, policy::gpu_best_fit{})};
    scheduler by_index{racks(), policy::node_then_gpus(policy, policy::gpu_best_fit{}), search::indexed{}};
    const node_id node = by_scan.place({.gpus = 1})->node;
    EXPECT_EQ(by_index.place({.gpus = 1})->node, node);
    return std::string{by_scan.cluster().name(node)};
}

} // namespace

TEST(domain_packing, fills_the_rack_in_use_where_binpack_looks_at_nodes_alone) {
    EXPECT_EQ(chosen(policy::binpack{}), "A1x");
    EXPECT_EQ(chosen(policy::then(policy::domain_packing{}, policy::binpack{})), "B2y");
    EXPECT_EQ(chosen(policy::then(policy::domain_packing{.level = 2}, policy::binpack{})), "B2y");
    // Of the blocks it is B that has less left, and in it the lowest node of those that binpack likes best.
    EXPECT_EQ(chosen(policy::then(policy::domain_packing{.level = 1}, policy::binpack{})), "B1x");
    EXPECT_EQ(chosen(policy::then(policy::domain_packing{.level = 0}, policy::binpack{})), "A1x");
}
