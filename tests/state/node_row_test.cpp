// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_row.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(node_row, its_view_is_the_view_of_the_node) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_row row = on.row(node_id{n});
            const node_view a = on.view(row);
            const node_view b = on[node_id{n}];
            RC_ASSERT((a.id() == b.id() && &a.type() == &b.type() && a.cpu_free() == b.cpu_free()));
            RC_ASSERT(a.idle_gpus() == b.idle_gpus());
            for (int g = 0; g < a.gpu_count(); ++g) RC_ASSERT(&a.gpu(g) == &b.gpu(g));
        }
    });
}
