// SPDX-License-Identifier: Apache-2.0
// Numbers of KAI-Scheduler's own unit tests.
#include <gpupack/dialect/kai/scorers.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;

namespace {

double points(policy::score of) {
    return static_cast<double>(of) / dialect::kai_point;
}

} // namespace

TEST(kai, packs_nodes_as_published) {
    for (const auto& nodes : published("kai").at("nodepack_idle_alloc_score")) {
        policy::score least = 1 << 20;
        policy::score most = 0;
        for (const auto& node : nodes) {
            if (node[1] == 0) continue; // has none of the resource
            least = std::min(least, node[0].get<policy::score>());
            most = std::max(most, node[0].get<policy::score>());
        }
        for (const auto& node : nodes) {
            const double told = node[1] == 0 ? 0 : points(dialect::kai_pack_score(node[0], least, most));
            EXPECT_NEAR(told, node[2].get<double>(), 1e-6) << node;
        }
    }
}

TEST(kai, spreads_nodes_as_published) {
    for (const auto& row : published("kai").at("nodespread_nonalloc_count_score"))
        EXPECT_NEAR(points(dialect::kai_spread_score(row[0], row[1])), row[2].get<double>(), 1e-6) << row;
}

TEST(kai, scores_gpus_by_the_part_in_use) {
    for (const auto& row : published("kai").at("gpupack_total_used_score")) {
        const gpu_capacity of{.memory = row[0]};
        const gpu_state gpu = after_taking(idle_gpu(of), slice{mebibytes{row[1].get<std::int64_t>()}}, of);
        node_type kind;
        kind.add_gpu(of, model_id{});
        const node_state state = idle_state(kind, &gpu);
        const candidate chosen{{node_id{0}, kind, state, &gpu}, gpu_set::of(0)};
        const request request{.gpus = 1, .share = slice{1_MiB}};
        EXPECT_NEAR(points(dialect::kai_gpus{policy::strategy::binpack}(chosen, request)), row[2].get<double>(), 1e-6);
    }
}

TEST(kai, orders_the_nodes_of_a_domain_as_published) {
    for (const auto& [nodes, scores] : published("kai").at("topology_scores").items())
        for (std::size_t i = 0; i < scores.size(); ++i)
            EXPECT_EQ(points(dialect::kai_topology_score(static_cast<policy::score>(i), std::stoi(nodes))),
                      scores[i].get<double>());
}
