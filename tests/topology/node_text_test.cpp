// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/node_text.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/random_topology.hpp"

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <unordered_set>

using namespace gpupack;

namespace {

std::string any_name(random_history& history) {
    static const std::string letters = "ab=,\\\" ;{}+";
    std::string name;
    for (std::uint64_t i = 1 + history.below(5); i > 0; --i) name += letters[history.below(letters.size())];
    return name;
}

node_description any_node(random_history& history) {
    node_description node{.name = any_name(history)};
    if (history.below(4) == 0) node.name.clear();
    node.spec.cpu = milli_cpu{history.number(0, 200'000)};
    node.spec.memory = mebibytes{history.number(0, 2'000'000)};
    const gpu_model models[] = {models::t4, models::a10, models::a100_80gb};
    std::vector<gpu_group> groups;
    for (std::uint64_t i = history.below(3); i > 0; --i) {
        const gpu_model& model = models[history.below(3)];
        gpu_setup setup = history.any_setup(model);
        if (history.below(2) == 0) setup.labels = {any_name(history), any_name(history)};
        groups.push_back({static_cast<int>(1 + history.below(4)), model, setup});
    }
    int count = 0;
    for (const gpu_group& group : groups) count += group.count;
    node.spec.gpus = gpu_list{std::move(groups)};
    for (std::uint64_t i = history.below(3); i > 0; --i) node.spec.labels.push_back(any_name(history));
    for (int i = 0; history.below(2) == 0 && i < count; ++i) node.gpu_ids.push_back(any_name(history));
    if (history.below(2) == 0) node.domain = any_name(history);
    if (history.below(2) == 0) {
        random_stream random{history.below(1'000'000)};
        node.spec.topology = random_topology(random, count);
        if (history.below(3) == 0) node.spec.topology->partitions = {gpu_set::first(count / 2), gpu_set{}};
    }
    return node;
}

} // namespace

TEST(node_text, reads_back_any_node) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        for (int i = 0; i < 10; ++i) {
            const node_description node = any_node(history);
            const auto read = node_from_text(to_text(node));
            RC_LOG() << to_text(node);
            RC_ASSERT(read.has_value());
            RC_ASSERT(*read == node);
        }
    });
}

TEST(node_text, looks_like_this) {
    const node_description node{
        .name = "n1",
        .spec = {.cpu = 96_cores, .memory = 768_GiB, .gpus = {2, models::t4}, .labels = {"zone=a"}},
        .gpu_ids = {"A", "B"},
        .domain = "rack1"};
    EXPECT_EQ(to_text(node), "name=n1 cpu=96000m memory=786432MiB gpus=2xT4 labels=zone=a ids=A,B domain=rack1");
}

TEST(node_text, says_where_it_is_wrong) {
    const auto wrong = [](const char* line) { return node_from_text(line).error().message(); };
    EXPECT_EQ(wrong("name=n cpu=x"), R"(cpu, column 8: "x": expected an amount of CPU: 96000m, 96)");
    EXPECT_EQ(wrong("name=n name=m"), R"(name, column 8: "m": expected each field once)");
    EXPECT_EQ(
        wrong("name=n gpus=2xT4,1xT5"),
        R"(gpus, column 6 of the list in column 8: "T5": expected a model of the catalogue, or one that was added)");
    EXPECT_EQ(
        wrong("links=PIX numa=0,0"),
        R"(links, column 1: "PIX": expected after numa, one link for each pair of GPUs: SYS, NODE, PHB, PXB, PIX or BOARD, and NVLinks: SYS+4)");
    EXPECT_EQ(
        wrong("disk=1"),
        R"(disk, column 1: "1": expected name, cpu, memory, gpus, labels, ids, domain, numa, links, nics, switched or partitions)");
}

TEST(node_text, nodes_are_keys) {
    const node_description a{.name = "a"};
    const node_description b{.name = "b"};
    EXPECT_TRUE(a < b);
    EXPECT_EQ((std::set<node_description>{a, b, a}.size()), 2U);
    EXPECT_EQ((std::unordered_set<node_description>{a, b, a}.size()), 2U);
}
