// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of NVIDIA's k8s-device-plugin.
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

/// Where `size` replicas go, one after the other, on GPUs of so many replicas each: how many on which GPU.
std::vector<int> replicas_on_gpus(policy::strategy strategy, int gpus, int replicas, int size) {
    const cluster cluster =
        cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {gpus, models::t4, {.max_sharers = replicas}}}).build().value();
    scheduler scheduler{cluster,
                        policy::node_then_gpus(dialect::kubernetes_default{}, dialect::device_plugin{strategy})};
    for (int i = 0; i < size; ++i)
        (void)scheduler.place({.gpus = 1, .share = slice{.compute = milli_gpu{1000 / replicas}}});
    std::vector<int> counts;
    for (int i = 0; i < gpus; ++i) counts.push_back(scheduler.cluster()[node_id{0}].gpu(i).sharers());
    return counts;
}

const published::check device_plugin_packs{"device_plugin", "packed", table::of_rows, "packs_replicas_as_published",
                                           [](const published::row& row, differences& found) {
                                               found.expect_equal(
                                                   replicas_on_gpus(policy::strategy::binpack, row[0], row[1], row[2]),
                                                   row[3].get<std::vector<int>>(), row);
                                           }};

const published::check device_plugin_distributes{
    "device_plugin", "distributed", table::of_rows, "distributes_replicas_as_published",
    [](const published::row& row, differences& found) {
        found.expect_equal(replicas_on_gpus(policy::strategy::spread, row[0], row[1], row[2]),
                           row[3].get<std::vector<int>>(), row);
    }};

} // namespace
