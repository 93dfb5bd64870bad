// SPDX-License-Identifier: Apache-2.0
// Each limit of docs/daemon.md is met through the front door: a status with one line, never an abort, and nothing changed.
#include <gpupack/fleet.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

namespace {

struct limits : testing::Test {
    fleet all{any_scheduler{cluster_builder{}.build().value(), any_policy{policy::best_fit{}, search::indexed{}},
                            "best-fit"}};

    expected<node_id, failure> put(const std::string& name, gpu_list gpus, std::vector<std::string> labels = {}) {
        return all.put_node(name,
                            {.cpu = 8_cores, .memory = 8_GiB, .gpus = std::move(gpus), .labels = std::move(labels)});
    }
    [[nodiscard]] std::size_t nodes() const {
        return all.look([](const any_scheduler& by) { return by.cluster().node_count(); });
    }
};

/// The nth way to let 1g instances stand on an A100.
gpu_setup nth_layout(int nth) {
    gpu_setup setup{.only = sharing::mig};
    for (int start = 0; start < 7; ++start)
        if ((nth + 1) >> start & 1) setup.instances.push_back({"1g.5gb", start});
    return setup;
}

} // namespace

TEST_F(limits, gpus_of_a_node) {
    EXPECT_TRUE(put("most", {32, models::t4}));
    const auto refused = put("more", {33, models::t4});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, outcome::bad_input);
    EXPECT_EQ(refused.error().message, R"(node gpus: "33": expected from 0 to 32 GPUs on one node)");
    EXPECT_EQ(nodes(), 1U);
    EXPECT_EQ(all.place("t", {.gpus = 33}).error().status, outcome::bad_input);
    EXPECT_TRUE(all.place("t", {.gpus = 32}));
}

TEST_F(limits, models_of_a_cluster) {
    for (int m = 0; m < 64; ++m) {
        const std::string text = "model " + std::to_string(m);
        ASSERT_TRUE(put(text, {1, gpu_model{.model = name{text}, .memory = 1_GiB}}));
    }
    const auto refused = put("more", {1, models::t4});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, outcome::full);
    EXPECT_EQ(refused.error().message, R"(model: "T4": expected at most 64 models in one cluster)");
    EXPECT_EQ(nodes(), 64U);
    EXPECT_TRUE(all.place("t", {.gpus = 1}));
}

TEST_F(limits, ways_to_cut_gpus_by_mig) {
    int taken = 0;
    while (taken < 40 && put("n" + std::to_string(taken), {1, models::a100_40gb, nth_layout(taken)})) ++taken;
    EXPECT_EQ(taken, 16);
    const auto refused = put("more", {1, models::a100_40gb, nth_layout(taken)});
    EXPECT_EQ(refused.error().status, outcome::full);
    EXPECT_EQ(refused.error().message,
              R"(GPU setup: "MIG": expected at most 16 ways to cut GPUs by MIG in one cluster)");
    EXPECT_TRUE(put("like another", {1, models::a100_40gb, nth_layout(3)}));
}

TEST_F(limits, other_memory_of_a_model_is_another_model) {
    ASSERT_TRUE(put("a", {1, gpu_model{.model = "X", .memory = mebibytes{81920}}}));
    const auto refused = put("b", {1, gpu_model{.model = "X", .memory = mebibytes{81251}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, outcome::bad_input);
    EXPECT_EQ(refused.error().message,
              R"(model: "X": expected the same memory and profiles as when it was first named)");
    EXPECT_TRUE(put("b", {1, gpu_model{.model = "X-81251", .memory = mebibytes{81251}}}));
    // Or the model's larger memory, and what a driver offers less as a reserve.
    EXPECT_TRUE(put("c", {1, gpu_model{.model = "X", .memory = mebibytes{81920}}, {.reserve = mebibytes{669}}}));
}

TEST_F(limits, labels_of_a_cluster) {
    for (int n = 0; n < 200; ++n)
        ASSERT_TRUE(put("n" + std::to_string(n), {1, models::t4}, {"hostname=n" + std::to_string(n)}));
    const auto by = [&](const std::string& line) {
        return all.look([&](const any_scheduler& each) { return request_from_text(line, each.cluster()); });
    };
    const auto placed = all.place("t", by("gpus=1 labels=hostname=n150").value());
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->node, "n150");
    EXPECT_FALSE(by("gpus=1 labels=hostname=n201"));
}

TEST_F(limits, nodes_that_a_request_names_by_gpu_id) {
    std::string ids;
    for (int n = 0; n < 9; ++n) {
        const std::string id = "G" + std::to_string(n);
        ASSERT_TRUE(all.put_node("n" + std::to_string(n), {.gpus = {1, models::t4}}, std::vector{id}));
        ids += (n == 0 ? "" : ",") + id;
        const auto read =
            all.look([&](const any_scheduler& by) { return request_from_text("gpus=1 ids=" + ids, by.cluster()); });
        EXPECT_EQ(read.has_value(), n < 8);
        if (!read) {
            EXPECT_EQ(read.error().message(), R"(ids, column 8: "G8": expected GPUs of at most 8 nodes)");
        }
    }
}

TEST_F(limits, characters_of_a_name) {
    const std::string most(63, 'x');
    EXPECT_TRUE(put("n", {1, gpu_model{.model = name{most}, .memory = 1_GiB}}));
    EXPECT_FALSE(name::fits(most + "x"));
    EXPECT_EQ(gpu_list_from_text("1x" + most + "x", {}).error().expected,
              "a model of the catalogue, or one that was added");
    EXPECT_TRUE(put(std::string(10'000, 'n'), {1, models::t4})); // names of nodes and tasks have no limit
    EXPECT_TRUE(all.place(std::string(10'000, 't'), {.gpus = 1}));
}
