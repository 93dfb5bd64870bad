// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit test of Volcano's binpack plugin.
#include <gpupack/dialect/volcano/binpack.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

double volcano_amount(const nlohmann::json& resources, const char* resource) {
    return resources.contains(resource) ? resources.at(resource).get<double>() : 0;
}
milli_cpu volcano_cores(const nlohmann::json& resources) {
    return milli_cpu{static_cast<std::int64_t>(1000 * volcano_amount(resources, "cpu"))};
}
mebibytes volcano_memory(const nlohmann::json& resources) {
    return mebibytes{static_cast<std::int64_t>(1024 * volcano_amount(resources, "memGi"))};
}

/// The score of a node for a pod, with the weights of a run.
double volcano_score(const nlohmann::json& run, const nlohmann::json& pod, const nlohmann::json& node) {
    // A third resource, whatever its name there, stands as GPUs here.
    const char* const third = pod.contains("foo") ? "foo" : "gpu";
    const auto& has = node.at("alloc");
    const gpu_list gpus{static_cast<int>(volcano_amount(has, third)), models::t4};
    cluster cluster = cluster_builder{}.add_nodes(1, {volcano_cores(has), volcano_memory(has), gpus}).build().value();
    const auto& used = node.at("used");
    (void)cluster.take(node_id{0}, {}, {.cpu = volcano_cores(used), .memory = volcano_memory(used)});
    const request request{
        .cpu = volcano_cores(pod), .memory = volcano_memory(pod), .gpus = static_cast<int>(volcano_amount(pod, third))};
    const auto& weight = run.at("w");
    const dialect::volcano_binpack policy{{weight.at("cpu"), weight.at("memGi"), weight.at(third)}, run.at("W")};
    return static_cast<double>(policy(cluster[node_id{0}], request)) / dialect::volcano_binpack::point;
}

const published::check volcano_scores{"volcano_binpack", "runs", table::of_rows, "scores_as_published",
                                      [](const published::row& run, differences& found) {
                                          const auto& nodes = run.family.at("nodes");
                                          for (const auto& [pod, expected] : run.at("expect").items()) {
                                              found.expect_equal(expected.size(), nodes.size(), run);
                                              std::size_t n = 0;
                                              for (const auto& [name, node] : nodes.items())
                                                  found.expect_near(
                                                      volcano_score(run.value, run.family.at("pods").at(pod), node),
                                                      expected.at(n++).get<double>(), 1e-6, run);
                                          }
                                      }};

} // namespace
