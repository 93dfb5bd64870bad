// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/node_columns.hpp>

#include <gpupack/fit/fits.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>

using namespace gpupack;

TEST(node_columns, find_the_nodes_that_a_request_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        request request = history.any_request(cluster);
        request.ids = gpu_choice{};
        const search::node_columns columns{cluster};
        search::node_columns::mask fits;
        columns.find_fitting(request, fits);
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            RC_ASSERT((fits[columns.row_of()[n]] != 0) == fit::fits(cluster[node_id{n}], request));
    });
}

TEST(node_columns, have_a_row_for_each_state) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const search::node_columns columns{cluster};
        for (std::uint32_t a = 0; a < cluster.size(); ++a)
            for (std::uint32_t b = 0; b < cluster.size(); ++b) {
                const node_view first = cluster[node_id{a}];
                const node_view second = cluster[node_id{b}];
                const bool alike = search::same_state(first, second) && first.closed() == second.closed();
                RC_ASSERT((columns.row_of()[a] == columns.row_of()[b]) == alike);
            }
    });
}
