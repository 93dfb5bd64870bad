// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/idle_node.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(idle_node, is_as_a_node_of_its_kind_with_nothing_on_it) {
    for_all([](std::uint64_t seed) {
        const cluster idle = random_history{seed}.any_cluster();
        for (std::uint32_t n = 0; n < idle.size(); ++n) {
            const node_view node = idle[node_id{n}];
            const fit::idle_node made{node.type()};
            RC_ASSERT(made.view().cpu_free() == node.cpu_free());
            RC_ASSERT(made.view().memory_free() == node.memory_free());
            for (int i = 0; i < node.gpu_count(); ++i) RC_ASSERT(made.view().gpu(i) == node.gpu(i));
        }
    });
}

TEST(idle_node, keeps_closed_what_is_closed) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster used = history.used_cluster();
        cluster idle = random_history{seed}.any_cluster();
        for (std::uint32_t n = 0; n < used.size(); ++n) {
            const node_view node = used[node_id{n}];
            idle.set_closed(node_id{n}, node.closed());
            for (int i = 0; i < node.gpu_count(); ++i)
                if (node.gpu(i).closed) idle.set_closed(node_id{n}, gpu_set::of(i), true);
            const fit::idle_node made{node};
            RC_ASSERT(made.view().closed() == node.closed());
            RC_ASSERT(made.view().idle_gpus() == idle[node_id{n}].idle_gpus());
            for (int i = 0; i < node.gpu_count(); ++i) RC_ASSERT(made.view().gpu(i) == idle[node_id{n}].gpu(i));
        }
    });
}
