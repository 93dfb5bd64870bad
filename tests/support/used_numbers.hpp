// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

/// Five nodes that are alike; where they are renewed, two of them have the numbers of nodes that are gone. A sixth number, 4, is of
/// no node.
inline gpupack::cluster five_nodes(const gpupack::node_spec& spec, bool renewed) {
    gpupack::cluster nodes = gpupack::cluster_builder{}.add_nodes(6, spec).build().value();
    for (const std::uint32_t number : {0U, 3U}) {
        if (!renewed) continue;
        (void)nodes.remove_node(gpupack::node_id{number});
        EXPECT_EQ(nodes.add_node("again " + std::to_string(number), spec).value(), gpupack::node_id(number, 1));
    }
    (void)nodes.remove_node(gpupack::node_id{4});
    return nodes;
}
