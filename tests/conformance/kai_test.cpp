// SPDX-License-Identifier: Apache-2.0
// Numbers of KAI-Scheduler's own unit tests.
#include <gpupack/dialect/kai/scorers.hpp>

#include "support/published_check.hpp"

#include <algorithm>

using namespace gpupack;
using published::differences;
using published::table;

namespace {

double kai_points(policy::score score) {
    return static_cast<double>(score) / dialect::kai_point;
}

const published::check kai_node_packing{
    "kai", "nodepack_idle_alloc_score", table::of_rows, "packs_nodes_as_published",
    [](const published::row& row, differences& found) { // for each node: idle, in all, score
        policy::score least = 1 << 20;
        policy::score most = 0;
        for (const auto& node : row.value) {
            if (node[1] == 0) continue; // has none of the resource
            least = std::min(least, node[0].get<policy::score>());
            most = std::max(most, node[0].get<policy::score>());
        }
        for (const auto& node : row.value) {
            const double score = node[1] == 0 ? 0 : kai_points(dialect::kai_pack_score(node[0], least, most));
            found.expect_near(score, node[2].get<double>(), 1e-6, row);
        }
    }};

const published::check kai_node_spreading{
    "kai", "nodespread_nonalloc_count_score", table::of_rows, "spreads_nodes_as_published",
    [](const published::row& row, differences& found) {
        found.expect_near(kai_points(dialect::kai_spread_score(row[0], row[1])), row[2].get<double>(), 1e-6, row);
    }};

const published::check kai_gpu_packing{
    "kai", "gpupack_total_used_score", table::of_rows, "scores_gpus_by_the_part_in_use",
    [](const published::row& row, differences& found) {
        const gpu_capacity capacity{.memory = row[0]};
        const gpu_state gpu = after_taking(idle_gpu(capacity), slice{mebibytes{row[1].get<std::int64_t>()}}, capacity);
        node_type type;
        type.add_gpu(capacity, model_id{});
        const node_state state = idle_state(type, &gpu);
        const candidate chosen{{node_id{0}, type, state, &gpu}, gpu_set::of(0)};
        const request request{.gpus = 1, .share = slice{1_MiB}};
        found.expect_near(kai_points(dialect::kai_gpus{policy::strategy::binpack}(chosen, request)),
                          row[2].get<double>(), 1e-6, row);
    }};

const published::check kai_domain_order{
    "kai", "topology_scores", table::of_rows, "orders_the_nodes_of_a_domain_as_published",
    [](const published::row& row, differences& found) { // by the number of nodes: the score of each
        const int nodes = std::stoi(row.key);
        found.expect_equal(row.value.size(), static_cast<std::size_t>(nodes), row);
        for (std::size_t i = 0; i < row.value.size(); ++i)
            found.expect_equal(kai_points(dialect::kai_topology_score(static_cast<policy::score>(i), nodes)),
                               row[i].get<double>(), row);
    }};

} // namespace
