// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit test of Volcano's binpack plugin.
#include <gpupack/dialect/volcano/binpack.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

double amount(const nlohmann::json& of, const char* name) {
    return of.contains(name) ? of.at(name).get<double>() : 0;
}

milli_cpu cores(const nlohmann::json& of) {
    return milli_cpu{static_cast<std::int64_t>(1000 * amount(of, "cpu"))};
}
mebibytes memory(const nlohmann::json& of) {
    return mebibytes{static_cast<std::int64_t>(1024 * amount(of, "memGi"))};
}

} // namespace

TEST(volcano_binpack, scores_as_published) {
    const auto table = published("volcano_binpack");
    for (const auto& run : table.at("runs"))
        for (const auto& [pod_name, expected] : run.at("expect").items()) {
            const auto& pod = table.at("pods").at(pod_name);
            // A third resource, whatever its name there, stands as GPUs here.
            const char* const third = pod.contains("foo") ? "foo" : "gpu";
            const request request{
                .cpu = cores(pod), .memory = memory(pod), .gpus = static_cast<int>(amount(pod, third))};
            std::size_t n = 0;
            for (const auto& [node_name, node] : table.at("nodes").items()) {
                const auto& has = node.at("alloc");
                cluster on =
                    cluster_builder{}
                        .add_nodes(1, {cores(has), memory(has), {static_cast<int>(amount(has, third)), models::t4}})
                        .build()
                        .value();
                (void)on.take(node_id{0}, {}, {.cpu = cores(node.at("used")), .memory = memory(node.at("used"))});
                const auto& weight = run.at("w");
                const dialect::volcano_binpack rule{{weight.at("cpu"), weight.at("memGi"), weight.at(third)},
                                                   run.at("W")};
                EXPECT_NEAR(static_cast<double>(rule(on[node_id{0}], request)) / dialect::volcano_binpack::point,
                            expected[n++].get<double>(), 1e-6)
                    << pod_name << " on " << node_name;
            }
        }
}
