// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/label_choice.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

bool has(const std::vector<std::string>& labels, const std::string& label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
}

node_spec labelled(std::vector<std::string> labels) {
    return {.cpu = 8_cores, .memory = 8_GiB, .gpus = {2, models::t4}, .labels = std::move(labels)};
}

} // namespace

// Kubernetes labels each node with its name, so that 10,000 nodes have 10,000 labels.
TEST(label_choice, ten_thousand_hostnames_are_labels_that_choose) {
    cluster_builder builder;
    builder.labels({"zone=a", "zone=b"});
    for (int n = 0; n < 10'000; ++n) {
        const std::string name = "n" + std::to_string(n);
        builder.add_node(name, labelled({"hostname=" + name, n % 2 == 0 ? "zone=a" : "zone=b"}));
    }
    cluster on = std::move(builder).build().value();
    EXPECT_LE(on.types().size(), 66U); // not one a node
    request request{.cpu = 1_cores, .gpus = 1};
    ASSERT_FALSE(choose_by_labels({.all_of = {"hostname=n9000", "zone=a"}}, on, request));
    for (std::uint32_t n = 0; n < on.size(); ++n) EXPECT_EQ(fit::fits(on[node_id{n}], request), n == 9000);
    EXPECT_EQ(request_from_text(to_text(request, on), on).value(), request);
    EXPECT_EQ(request_from_text("labels=hostname=n9000,zone=a cpu=1 gpus=1", on).value(), request);
    EXPECT_EQ(on.identity(node_id{9000}).spec->labels, (std::vector<std::string>{"hostname=n9000", "zone=a"}));

    request = {.gpus = 1};
    ASSERT_FALSE(choose_by_labels({.none_of = {"hostname=n1", "hostname=n2", "zone=b"}}, on, request));
    EXPECT_FALSE(fit::fits(on[node_id{1}], request));
    EXPECT_FALSE(fit::fits(on[node_id{2}], request));
    EXPECT_FALSE(fit::fits(on[node_id{3}], request));
    EXPECT_TRUE(fit::fits(on[node_id{4}], request));

    const node_id late = on.add_node("late", labelled({"hostname=late"})).value();
    ASSERT_FALSE(choose_by_labels({.all_of = {"hostname=late"}}, on, request = {.gpus = 2}));
    EXPECT_TRUE(fit::fits(on[late], request));
    ASSERT_FALSE(on.change_node(late, labelled({"hostname=other"})));
    EXPECT_TRUE(choose_by_labels({.all_of = {"hostname=late"}}, on, request));
    EXPECT_FALSE(choose_by_labels({.all_of = {"hostname=other"}}, on, request = {.gpus = 2}));
}

TEST(label_choice, says_what_a_label_without_a_number_cannot_do) {
    cluster_builder builder;
    for (int i = 0; i < 64; ++i) builder.add_nodes(1, labelled({"l" + std::to_string(i)}));
    builder.add_nodes(9, labelled({"many"}));
    const cluster on = std::move(builder).build().value();
    request request{.gpus = 1};
    const gpupack::request before = request;
    EXPECT_EQ(
        choose_by_labels({.all_of = {"many"}}, on, request)->message(),
        R"(label: "many": expected one that leaves GPUs to choose, and that at most 8 nodes have, as it is none of the first 64)");
    EXPECT_TRUE(choose_by_labels({.none_of = {"many"}}, on, request));
    EXPECT_EQ(request, before);
    gpupack::request no_gpus{.cpu = 1_cores};
    EXPECT_EQ(choose_by_labels({.all_of = {"many"}}, on, no_gpus)->expected,
              "one of the first 64 of the cluster, as the request has no GPUs");
    EXPECT_FALSE(choose_by_labels({.all_of = {"l3"}}, on, no_gpus));
    EXPECT_TRUE(choose_by_labels({.all_of = {"unknown"}}, on, request));
    // A label of a GPU has a number, or the node is refused.
    EXPECT_EQ(cluster_builder{}.labels(std::vector<std::string>(65, "x")).build().has_value(), true);
    node_spec by_gpu = labelled({});
    by_gpu.gpus = {1, models::t4, {.labels = {"new"}}};
    cluster full = on;
    EXPECT_EQ(full.add_node("", by_gpu).error().message(),
              R"(label: "new": expected at most 64 labels in one cluster)");
}

TEST(label_choice, chooses_the_nodes_whose_labels_say_so) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto any_label = [&] { return "l" + std::to_string(random.below(random.below(2) == 0 ? 12 : 120)); };
        cluster_builder builder;
        std::vector<std::vector<std::string>> labels(40);
        for (std::vector<std::string>& each : labels) {
            for (std::uint64_t i = random.below(6); i > 0; --i) each.push_back(any_label());
            builder.add_nodes(1, labelled(each));
        }
        const cluster on = std::move(builder).build().value();
        for (int i = 0; i < 20; ++i) {
            label_selector selector;
            for (std::uint64_t k = random.below(3); k > 0; --k) selector.all_of.push_back(any_label());
            for (std::uint64_t k = random.below(3); k > 0; --k) selector.none_of.push_back(any_label());
            request request{.gpus = 1};
            if (choose_by_labels(selector, on, request)) continue;
            for (std::uint32_t n = 0; n < on.size(); ++n) {
                const auto wanted = [&](const std::string& label) { return has(labels[n], label); };
                const bool will_do = std::all_of(selector.all_of.begin(), selector.all_of.end(), wanted) &&
                                     std::none_of(selector.none_of.begin(), selector.none_of.end(), wanted);
                RC_ASSERT(fit::fits(on[node_id{n}], request) == will_do);
            }
        }
    });
}
