// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/opportunity_value.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/opportunity_value_table.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;

namespace {

/// A node by itself, whose amounts a test may change.
struct lone_node {
    node_type kind;
    node_state state;
    std::vector<gpu_state> gpus;

    explicit lone_node(const node_view& view) : kind{view.type()} {
        state.cpu_free = static_cast<std::int32_t>(view.cpu_free().count());
        for (int i = 0; i < view.gpu_count(); ++i) gpus.push_back(view.gpu(i));
    }
    [[nodiscard]] node_view view(std::uint32_t number = 0) const { return {node_id{number}, kind, state, gpus.data()}; }
};

/// Calls body(use, node, history) for nodes of random clusters in random states, and a mix that their tasks come from.
template <class Body> void for_random_uses(Body body) {
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const policy::opportunity_value_table table{history.any_mix(on), static_cast<int>(history.number(1, 40))};
        for (std::uint32_t n = 0; n < on.size(); ++n) body(table.view(), on[node_id{n}], history);
    });
}

} // namespace

TEST(opportunity_value, does_not_depend_on_the_node_or_the_order_of_its_gpus) {
    for_random_uses([](const policy::opportunity_value_view& use, const node_view& node, random_history& history) {
        lone_node other{node};
        for (std::size_t i = other.gpus.size(); i > 1; --i) {
            const std::size_t j = history.below(i);
            std::swap(other.gpus[i - 1], other.gpus[j]);
            std::swap(other.kind.gpus[i - 1], other.kind.gpus[j]);
            std::swap(other.kind.gpu_models[i - 1], other.kind.gpu_models[j]);
        }
        RC_ASSERT(use.of(other.view(77)) == use.of(node));
    });
}

TEST(opportunity_value, never_falls_where_more_is_free) {
    for_random_uses([](const policy::opportunity_value_view& use, const node_view& node, random_history& history) {
        lone_node more{node};
        std::int64_t last = use.of(node);
        for (int step = 0; step < 20; ++step) {
            more.state.cpu_free += static_cast<std::int32_t>(history.number(0, 2000));
            if (!more.gpus.empty()) {
                gpu_state& gpu = more.gpus[history.below(more.gpus.size())];
                gpu.compute_free =
                    static_cast<std::int16_t>(std::min<std::int64_t>(1000, gpu.compute_free + history.number(0, 300)));
                gpu.memory_free += static_cast<std::int32_t>(history.number(0, 4000));
                if (history.below(8) == 0) gpu.closed = gpu.sharers_at_limit = false;
            }
            RC_ASSERT(use.of(more.view()) >= last);
            last = use.of(more.view());
        }
    });
}

TEST(opportunity_value, is_no_more_than_what_is_free) {
    for_random_uses([](const policy::opportunity_value_view& use, const node_view& node, random_history&) {
        std::int64_t free = 0;
        for (int i = 0; i < node.gpu_count(); ++i) free += use.free_part(node.gpu(i), node.capacity(i));
        RC_ASSERT(use.of(node) >= 0);
        RC_ASSERT(use.of(node) <=
                  free * policy::opportunity_value_view::unit * policy::opportunity_value_view::outlooks);
    });
}

TEST(opportunity_value, promises_the_same_cores_once) {
    task_mix mix;
    mix.add({.cpu = 8_cores, .gpus = 1}, 1);
    const policy::opportunity_value_table table{mix, 200};
    const auto gpus_used = [&](milli_cpu cpu) {
        const cluster on = cluster_builder{}.add_nodes(1, {cpu, 1_GiB, {4, models::t4}}).build().value();
        return static_cast<double>(table.view().of(on[node_id{0}])) / policy::opportunity_value_view::unit / 1000 /
               policy::opportunity_value_view::outlooks;
    };
    EXPECT_EQ(gpus_used(0_cores), 0);
    EXPECT_LT(gpus_used(8_cores), 2);     // 1 but for the outlooks of more CPU
    EXPECT_GT(gpus_used(320_cores), 3.9); // enough in every outlook
}
