// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/cluster_json.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

using namespace gpupack;

// Every way of sharing, every setup, closed nodes and GPUs, nodes that are gone or shrink.
TEST(cluster_json, a_cluster_that_is_saved_and_loaded_is_in_the_same_state_bit_for_bit) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        if (history.below(3) == 0 && on.size() > 1)
            (void)on.remove_node(node_id{static_cast<std::uint32_t>(history.below(on.size()))});
        const node_id node = on.id_at(static_cast<std::uint32_t>(history.below(on.size())));
        if (on.contains(node) && history.below(3) == 0) (void)on.change_node(node, {.cpu = 1_cores, .memory = 1_GiB});
        int number = 0;
        const std::string text =
            io::write_cluster_json(on, [&](const placement&) { return "t" + std::to_string(number++); });
        auto loaded = io::parse_cluster_json("saved.json", text);
        RC_ASSERT(loaded.has_value());
        RC_ASSERT(loaded->cluster.same_state(on));
        RC_ASSERT(loaded->tasks.size() == on.live_placements());
        RC_ASSERT(what_differs(loaded->cluster) == "");
        number = 0;
        RC_ASSERT(io::write_cluster_json(loaded->cluster,
                                         [&](const placement&) { return "t" + std::to_string(number++); }) == text);
    });
}

TEST(cluster_json, says_what_is_wrong_and_never_throws) {
    const auto wrong = [](const char* text) { return io::parse_cluster_json("c.json", text).error().message(); };
    EXPECT_EQ(wrong("{"), R"(c.json: document: "": expected JSON)");
    EXPECT_EQ(wrong(R"({"gpupack_cluster": 2})"), R"(c.json: /gpupack_cluster: "2": expected 1)");
    EXPECT_NE(wrong("[]"), "");
    EXPECT_NE(wrong(R"({"gpupack_cluster": 1})"), "");
    EXPECT_EQ(wrong(R"({"gpupack_cluster": 1, "nodes": [{"spec": {"cpu_milli": -1, "memory_mib": 0, "gpus": ""}}]})"),
              R"(c.json: node cpu: "-1": expected from 0 to 2147483647)");
}
