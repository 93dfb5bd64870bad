// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/volcano/binpack.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(volcano_binpack, scores_as_its_formula_does) {
    for_random_nodes([](const node_view& node, const request& request) {
        const policy::resource_weights weights{2, 3, 7};
        double sum = 0;
        double all = 0;
        bool over = false;
        const auto add = [&](auto weight, auto wanted, auto free, auto capacity) {
            if (wanted.count() == 0) return;
            all += static_cast<double>(weight);
            if (capacity.count() == 0) return;
            const double used = number(capacity - free + wanted);
            over = over || used > number(capacity);
            sum += static_cast<double>(weight) * used / number(capacity);
        };
        add(weights.cpu, request.cpu, node.cpu_free(), node.cpu());
        add(weights.memory, request.memory, node.memory_free(), node.memory());
        if (request.gpus > 0) {
            // A request for memory of GPUs alone counts the GPUs' compute at nothing, but asks for it.
            all += static_cast<double>(weights.gpu);
            const double used = number(node.compute() - node.compute_free() + request.total_compute());
            over = over || used > number(node.compute());
            if (node.compute().count() > 0) sum += static_cast<double>(weights.gpu) * used / number(node.compute());
        }
        const double expected = over || all == 0 ? 0 : 1000 * sum / all;
        const dialect::volcano_binpack rule{weights, 10};
        const double told = static_cast<double>(rule(node, request)) / dialect::volcano_binpack::point;
        RC_ASSERT(std::abs(told - expected) < 1e-4);
    });
}

TEST(volcano_binpack, gives_nothing_to_what_would_be_over_used) {
    cluster on = cluster_builder{}.add_nodes(1, {2_cores, 4_GiB, {}}).build().value();
    (void)on.take(node_id{0}, {}, {.cpu = milli_cpu{1500}});
    EXPECT_EQ(dialect::volcano_binpack{}(on[node_id{0}], {.cpu = 1_cores, .memory = 1_GiB}), 0);
}
