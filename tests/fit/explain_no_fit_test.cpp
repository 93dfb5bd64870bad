// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/explain_no_fit.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>
#include <sstream>

using namespace gpupack;

TEST(explain_no_fit, counts_every_node_once_and_finds_the_least_distance) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        bool fits = false;
        bool ever = false;
        std::optional<std::int64_t> least;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            fits = fits || fit::fits(node, request);
            ever = ever || fit::fits(fit::idle_node{node.type(), node.id()}.view(), request);
            const fit::diagnosis found = fit::diagnose(node, request);
            if (!found.could_serve) continue;
            const std::int64_t far = fit::distance(found.lack, request);
            least = std::min(least.value_or(far), far);
        }
        if (fits) return;
        const no_fit why = fit::explain_no_fit(on, request);
        RC_ASSERT(std::accumulate(std::begin(why.failed), std::end(why.failed), std::size_t{0}) == on.size());
        RC_ASSERT(why.nodes == on.size() && why.ever == ever);
        RC_ASSERT(why.has_nearest == least.has_value());
        if (least) RC_ASSERT(fit::distance(why.nearest, request) == *least);
    });
}

TEST(explain_no_fit, says_it_in_one_line) {
    cluster on = cluster_builder{}
                     .add_nodes(61, {8_cores, 64_GiB, {1, gpu_model{"small", 18_GiB}}})
                     .add_nodes(39, {2_cores, 64_GiB, {1, gpu_model{"large", 80_GiB}}})
                     .build()
                     .value();
    const request request{.cpu = 4_cores, .gpus = 1, .share = slice{.memory = 20_GiB, .compute = 100_milli}};
    std::ostringstream text;
    text << fit::explain_no_fit(on, request);
    EXPECT_EQ(text.str(), "0 of 100 nodes: 61 lack GPU memory, 39 lack CPU; nearest: node 0, 2 GiB of GPU memory "
                          "short; it would not fit an empty cluster either");
}

TEST(explain_no_fit, writes_amounts_as_a_person_would) {
    cluster on = cluster_builder{}.add_nodes(1, {4_cores, 4_GiB, {2, models::t4}}).build().value();
    (void)on.take(node_id{0}, gpu_set::first(2), {.cpu = 2_cores, .gpus = 2});
    EXPECT_EQ(fit::explain_no_fit(on, {.cpu = milli_cpu{3500}, .memory = 1_GiB, .gpus = 1}).message(),
              "0 of 1 node: 1 lack idle GPUs; nearest: node 0, 1 GPU, 1.5 cores short");
    EXPECT_EQ(fit::explain_no_fit(cluster_builder{}.build().value(), {}).message(),
              "0 of 0 nodes; it would not fit an empty cluster either");
}
