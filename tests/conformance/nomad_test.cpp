// SPDX-License-Identifier: Apache-2.0
// Numbers of Nomad's own unit tests.
#include <gpupack/dialect/nomad/scorers.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(nomad, scores_as_published) { // rows: CPU and memory in use, binpack, spread
    const cluster on = cluster_builder{}.add_nodes(1, {milli_cpu{2048}, mebibytes{4096}, {}}).build().value();
    for (const auto& row : published("nomad").at("binpack_spread_cpu2048_mem4096")) {
        const request request{.cpu = milli_cpu{row[0].get<std::int64_t>()},
                            .memory = mebibytes{row[1].get<std::int64_t>()}};
        EXPECT_EQ(dialect::nomad_binpack{}(on[node_id{0}], request), row[2].get<int>() * dialect::nomad_binpack::point);
        EXPECT_EQ(dialect::nomad_spread{}(on[node_id{0}], request), row[3].get<int>() * dialect::nomad_spread::point);
    }
}
