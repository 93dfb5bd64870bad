// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/explain_no_fit.hpp>

#include <gpupack/fit/fits_empty.hpp>

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
        std::optional<std::int64_t> least;
        std::optional<std::int64_t> least_when_empty;
        bool opening_helps = false;
        bool opening_helps_now = false;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            fits = fits || fit::fits(node, request);
            opening_helps_now = opening_helps_now || fit::fits(fit::opened_node{node}.view(), request);
            const fit::diagnosis found = fit::diagnose(node, request);
            const bool closed = found.why == fit::reason::closed || found.why == fit::reason::closed_gpus;
            opening_helps =
                opening_helps || (closed && fit::fits(fit::idle_node{node.type(), node.id()}.view(), request));
            if (fit::fits(fit::idle_node{node}.view(), request)) {
                const std::int64_t far = fit::distance(found.lack, request);
                least = std::min(least.value_or(far), far);
            }
            const fit::diagnosis empty = fit::diagnose(fit::idle_node{node.type(), node.id()}.view(), request);
            if (node.closed() || !empty.could_serve || empty.why == fit::reason::none) continue;
            const std::int64_t far = fit::distance(empty.lack, request);
            least_when_empty = std::min(least_when_empty.value_or(far), far);
        }
        if (fits) return;
        const no_fit why = fit::explain_no_fit(on, request);
        RC_ASSERT(std::accumulate(std::begin(why.failed), std::end(why.failed), std::size_t{0}) == on.size());
        RC_ASSERT((why.nodes == on.size() && why.ever == least.has_value()));
        RC_ASSERT(why.ever == fit::fits_empty(on, request));
        RC_ASSERT((!(why.closed_node == node_id::none()) == opening_helps || opening_helps_now));
        RC_ASSERT(why.opening_helps_now == opening_helps_now);
        const auto& nearest = why.ever ? least : least_when_empty;
        RC_ASSERT(why.has_nearest == nearest.has_value());
        if (nearest) RC_ASSERT(fit::distance(why.nearest, request) == *nearest);
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
                          "short even when empty; it would not fit an empty cluster either");
}

TEST(explain_no_fit, writes_amounts_as_a_person_would) {
    cluster on = cluster_builder{}.add_nodes(1, {4_cores, 4_GiB, {2, models::t4}}).build().value();
    (void)on.take(node_id{0}, gpu_set::first(2), {.cpu = 2_cores, .gpus = 2});
    EXPECT_EQ(fit::explain_no_fit(on, {.cpu = milli_cpu{3500}, .memory = 1_GiB, .gpus = 1}).message(),
              "0 of 1 node: 1 lack idle GPUs; nearest: node 0, 1 GPU, 1.5 cores short");
    EXPECT_EQ(fit::explain_no_fit(cluster_builder{}.build().value(), {}).message(),
              "0 of 0 nodes; it would not fit an empty cluster either");
}

// The T4 lacks less than the A100, but will never have so much; names, not numbers; what is closed is named.
TEST(explain_no_fit, names_what_could_help) {
    const node_spec small{.cpu = 8_cores, .memory = 64_GiB, .gpus = {1, models::t4}};
    cluster on = cluster_builder{}
                     .add_node("small", small)
                     .add_node("large", {.cpu = 8_cores, .gpus = {1, models::a100_80gb}})
                     .build()
                     .value();
    (void)on.take(node_id{1}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory = 70_GiB}});
    EXPECT_EQ(fit::explain_no_fit(on, {.gpus = 1, .share = slice{.memory = 20_GiB}}).message(),
              "0 of 2 nodes: 2 lack GPU memory; nearest: large, 10909 MiB of GPU memory short");
    on.set_closed(node_id{1}, gpu_set::of(0), true);
    EXPECT_EQ(
        fit::explain_no_fit(on, {.gpus = 1, .share = slice{.memory = 2_GiB}, .models = model_set::of(model_id{1})})
            .message(),
        "0 of 2 nodes: 1 lack a GPU of a wanted model, 1 have too many GPUs closed; large would take it if its GPU 0 "
        "were open; nothing open ever will");
    on.set_closed(node_id{0}, true);
    EXPECT_FALSE(fit::fits_empty(on, {.gpus = 1}));
    EXPECT_TRUE(fit::fits_empty(on, {.cpu = 1_cores}));
    const std::string name(80, 'n');
    EXPECT_EQ(node_label{name}.view(), std::string(60, 'n') + "...");
}
