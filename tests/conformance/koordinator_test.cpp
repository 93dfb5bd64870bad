// SPDX-License-Identifier: Apache-2.0
// Numbers of Koordinator's own unit tests.
#include <gpupack/dialect/koordinator/partitions.hpp>
#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/dialect/koordinator/scorers.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

const published::check koordinator_device_scores{
    "koordinator", "score_device", table::of_rows, "scores_devices_as_published",
    [](const published::row& row, differences& found) {
        const auto strategy = row[0] == "least" ? policy::strategy::spread : policy::strategy::binpack;
        found.expect_equal(dialect::koordinator_score(strategy, row[1], row[2], row[3]), row[4].get<policy::score>(),
                           row);
    }};

const published::check koordinator_partition_choice{
    "koordinator", "partition_pick_used_want_expect", table::of_rows, "picks_partitions_as_published",
    [](const published::row& row, differences& found) {
        cluster cluster = cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {8, models::h100_80gb}}).build().value();
        for (const int used : row[0]) (void)cluster.take(node_id{0}, gpu_set::of(used), {.gpus = 1});
        std::vector<int> gpus;
        const auto chosen =
            policy::select_gpus(dialect::koordinator_partitions{}, cluster[node_id{0}], {.gpus = row[1]}).gpus;
        for_each_gpu(chosen, [&](int gpu) { gpus.push_back(gpu); });
        found.expect_equal(gpus, row[2].get<std::vector<int>>(), row);
    }};

const published::check koordinator_split_requests{
    "koordinator", "split", table::of_rows, "splits_requests_as_published",
    [](const published::row& row, differences& found) {
        const auto request = dialect::koordinator_request({row[1], row[2], row[0]});
        if (!request) return found.add(request.error().message());
        found.expect_equal(std::vector<std::int64_t>{request->share.compute().count() / 10,
                                                     request->share.memory_percent(), request->gpus,
                                                     request->share.way() == sharing::slices ? 1 : 0},
                           row[3].get<std::vector<std::int64_t>>(), row);
    }};

} // namespace
