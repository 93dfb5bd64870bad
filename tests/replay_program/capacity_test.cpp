// SPDX-License-Identifier: Apache-2.0
// What `gpupack-replay capacity` says is what a replay then finds.
#include "replay_program/program_fixture.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using nlohmann::json;

/// Tasks of 1 to 4 GPUs, more than 3 nodes of 4 take at a time.
std::string crowd() {
    std::string text = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time\n";
    for (int i = 0; i < 120; ++i) {
        const int gpus = 1 + i * 7 % 4;
        const int begin = i * 5;
        text += "t" + std::to_string(i) + ",1000,100," + std::to_string(gpus) + ",1000," + std::to_string(begin) + "," +
                std::to_string(begin + 20 + i * 11 % 30) + "\n";
    }
    return text;
}

std::string equal_nodes(int count) {
    std::string text = "sn,cpu_milli,memory_mib,gpu,model\n";
    for (int i = 0; i < count; ++i) text += "n" + std::to_string(i) + ",64000,65536,4,T4\n";
    return text;
}

} // namespace

TEST_F(replay_program, capacity_counts_what_fits) {
    const run told =
        call("capacity --nodes nodes.csv --request gpus=1 --request 'gpus=2 cpu=8' --request 'gpus=2 members=2' "
             "--request 'gpus=1 share=slice:500m' --request cpu=4 --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const json answer = json::parse(told.out);
    EXPECT_EQ(answer["nodes"], 2);
    EXPECT_EQ(answer["gpus"], 6);
    EXPECT_EQ(answer["running"], 0);
    const std::int64_t expected[] = {6, 3, 1, 12, 6};
    ASSERT_EQ(answer["requests"].size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        const json& row = answer["requests"][i];
        EXPECT_EQ(row["at_least"], expected[i]) << i;
        EXPECT_EQ(row["at_most"], expected[i]) << i;
        EXPECT_EQ(row["placed"], expected[i]) << i;
        EXPECT_EQ(row["exact"], true) << i;
    }
    EXPECT_EQ(answer["requests"][1]["largest_gpus"], 4);
    EXPECT_EQ(answer["requests"][1]["largest_node"], "n1");
    EXPECT_EQ(answer["models"][0]["largest_gpus"], 2);
    EXPECT_EQ(answer["models"][1]["model"], "P100");
    EXPECT_EQ(answer["models"][1]["largest_gpus"], 4);
}

TEST_F(replay_program, capacity_starts_from_the_tasks_that_run) {
    write("order.csv", "n0\nn1\n");
    ASSERT_EQ(call(recorded + "--timeline --policy first-fit --node-order order.csv --decisions d.csv").status, 0);
    const run told = call("capacity " + recorded + "--running d.csv --at 5 --request gpus=1 --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const json at_five = json::parse(told.out);
    EXPECT_EQ(at_five["running"], 4); // a, b, c and d
    EXPECT_EQ(at_five["requests"][0]["at_most"], 0);
    std::int64_t idle = 0;
    for (const auto& [name, milli] : at_five["idle_milli_gpus"].items()) idle += milli.get<std::int64_t>();
    EXPECT_EQ(idle, 500); // beside b
    EXPECT_EQ(at_five["idle_milli_gpus"]["too_small"], 500);
    const json at_fifteen =
        json::parse(call("capacity " + recorded + "--running d.csv --at 15 --request gpus=1 --json -").out);
    EXPECT_EQ(at_fifteen["running"], 3);
    EXPECT_EQ(at_fifteen["requests"][0]["at_most"], 1);
    write("wrong.csv", "task,node,gpus\na,n0,0\nb,n0,0\n");
    expect_refused("capacity " + recorded + "--running wrong.csv",
                   "wrong.csv:3: gpus: \"0\": expected GPUs that have room for the task");
    write("wrong.csv", "task,node,gpus\na,n7,0\n");
    expect_refused("capacity " + recorded + "--running wrong.csv",
                   "wrong.csv:2: node: \"n7\": expected the name of a node of --nodes");
    write("wrong.csv", "task,node,gpus\nz,n0,0\n");
    expect_refused("capacity " + recorded + "--running wrong.csv",
                   "wrong.csv:2: task: \"z\": expected the name of a task of --pods");
}

// So many nodes bring the wait down to it, and one less does not: a replay with them says so.
TEST_F(replay_program, capacity_finds_the_nodes_that_shorten_the_queue) {
    write("pods.csv", crowd());
    const auto wait_with = [&](std::int64_t nodes) {
        write("nodes.csv", equal_nodes(static_cast<int>(nodes)));
        return json::parse(call(recorded + "--timeline --policy best-fit --queue easy --json -")
                               .out)[0]["waits"]["p95_wait_seconds"]
            .get<std::int64_t>();
    };
    for (const std::int64_t aim : {200, 60, 5}) {
        write("nodes.csv", equal_nodes(3));
        const run told =
            call("capacity " + recorded + "--queue easy --most-nodes 40 --json - --wait-under " + std::to_string(aim));
        ASSERT_EQ(told.status, 0) << told.err;
        const json wait = json::parse(told.out)["wait"];
        const std::int64_t nodes = wait["added"][0]["nodes"].get<std::int64_t>();
        EXPECT_EQ(wait["added"][0]["gpus"], 4 * nodes);
        EXPECT_EQ(wait["p95_wait_seconds"], wait_with(3));
        EXPECT_EQ(wait["added"][0]["p95_wait_seconds"], wait_with(3 + nodes));
        EXPECT_LE(wait_with(3 + nodes), aim);
        EXPECT_GT(nodes, 0);
        EXPECT_GT(wait_with(2 + nodes), aim);
    }
    write("nodes.csv", equal_nodes(3));
    const json none =
        json::parse(call("capacity " + recorded + "--most-nodes 1 --wait-under 0 --json -").out)["wait"]["added"][0];
    EXPECT_TRUE(none["nodes"].is_null());
    EXPECT_EQ(none["tried_nodes"], 1);
}

TEST_F(replay_program, capacity_finds_the_gpus_that_a_policy_saves) {
    const run told =
        call("capacity --policy dot-product,fgd --savings --seed 42:43 --load 1.1 --cluster-size 60 --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const int gpus = json::parse(told.out)["gpus"].get<int>();
    const json savings = json::parse(told.out)["savings"];
    ASSERT_EQ(savings.size(), 2U);
    for (const json& each : savings) {
        EXPECT_EQ(each["policy"], "fgd");
        EXPECT_EQ(each["does_as_well"], true);
        EXPECT_GT(each["saved_gpus"], 0);
        EXPECT_EQ(each["saved_gpus"].get<int>() + each["gpus"].get<int>(), gpus);
    }
    // In recorded time a replay on so many nodes says the same.
    write("pods.csv", crowd());
    write("nodes.csv", equal_nodes(8));
    const json timed = json::parse(
        call("capacity " + recorded + "--timeline --policy worst-fit,best-fit --savings --json -").out)["savings"][0];
    const auto wait_of = [&](const std::string& flags) {
        return json::parse(call(recorded + "--timeline --json - " + flags).out)[0]["waits"]["p95_wait_seconds"]
            .get<double>();
    };
    EXPECT_EQ(timed["reached"], wait_of("--policy worst-fit"));
    EXPECT_LE(wait_of("--policy best-fit --cluster-size " + timed["nodes"].dump()), timed["reached"].get<double>());
    EXPECT_GT(wait_of("--policy best-fit --cluster-size " + std::to_string(timed["nodes"].get<int>() - 1)),
              timed["reached"].get<double>());
}

TEST_F(replay_program, capacity_refuses_what_it_cannot_answer) {
    expect_refused("capacity --nodes nodes.csv", "--request: \"\": expected one at least, where there is no --pods");
    expect_refused("capacity --nodes nodes.csv --request gpus=40",
                   "--request: gpus, column 1: \"40\": expected from 0 to 32");
    expect_refused("capacity --nodes nodes.csv --request 'gpus=1 members=0'",
                   "--request: members: \"0\": expected from 1 to 100000");
    expect_refused("capacity --nodes nodes.csv --request gpus=1 --fill 1",
                   "--fill: \"\": expected --pods beside it: tasks");
    expect_refused("capacity --fill 1 --at 3", "--at: \"3\": expected --running beside it");
    expect_refused("capacity --savings", "--policy: \"best-fit\": expected two policies or more, for --savings");
    expect_refused("capacity --policy fgd,best-fit",
                   "--policy: \"best-fit\": expected one policy; several only for --savings");
    expect_refused("capacity " + recorded + "--wait-under soon",
                   "--wait-under: \"soon\": expected a whole number from 0 to 1000000000000");
    expect_refused("capacity --wait-under 3",
                   "--timeline: \"\": expected --nodes and --pods with recorded times; the built-in workload has none");
    expect_refused("capacity --workload mixed",
                   "capacity: \"mixed\": expected tasks that stay or were recorded, not such that come and go");
    expect_refused("capacity --csv x.csv", "capacity: \"x.csv\": expected no output file but --json");
}
