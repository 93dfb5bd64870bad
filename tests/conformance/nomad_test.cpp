// SPDX-License-Identifier: Apache-2.0
// Numbers of Nomad's own unit tests.
#include <gpupack/dialect/nomad/scorers.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

const published::check nomad_scores{
    "nomad", "binpack_spread_cpu2048_mem4096", table::of_rows, "scores_as_published",
    [](const published::row& row, differences& found) { // CPU and memory in use, binpack, spread
        const cluster cluster = cluster_builder{}.add_nodes(1, {milli_cpu{2048}, mebibytes{4096}, {}}).build().value();
        const request request{.cpu = milli_cpu{row[0].get<std::int64_t>()},
                              .memory = mebibytes{row[1].get<std::int64_t>()}};
        found.expect_equal(dialect::nomad_binpack{}(cluster[node_id{0}], request),
                           row[2].get<int>() * dialect::nomad_binpack::point, row);
        found.expect_equal(dialect::nomad_spread{}(cluster[node_id{0}], request),
                           row[3].get<int>() * dialect::nomad_spread::point, row);
    }};

} // namespace
