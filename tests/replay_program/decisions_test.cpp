// SPDX-License-Identifier: Apache-2.0
// The decisions that the program writes: the same for the same seed, whatever the engine, and those of the published simulator.
#include <gpupack/presets.hpp>

#include "program_fixture.hpp"
#include "support/data_files.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

TEST_F(replay_program, writes_decisions_in_the_given_order_on_nodes_numbered_so) {
    write("order.txt", "c\na\na\nb\nd\n");
    write("nodes.txt", "n1\nn0\n");
    const run told = call(recorded + "--policy first-fit --order order.txt --node-order nodes.txt --decisions d.csv");
    ASSERT_EQ(told.status, 0) << told.err;
    EXPECT_EQ(content("d.csv"), "task,node,gpus\nc,n1,0-1-2-3\na,n0,0\na,n0,1\nb,,\nd,n1,\n");
}

// A row for each that came, also during the warm-up; times are mean stays, and what one says follows from the others.
TEST_F(replay_program, writes_decisions_of_tasks_that_come_and_go) {
    for (const std::string& source : {recorded + "--arrivals poisson ", std::string{"--workload mixed "}}) {
        for (const bool waits : {false, true}) {
            const run told = call(source + "--load 1.1 --warm-up 1 --length 20 --policy first-fit --no-fit " +
                                  (waits ? "wait" : "reject") + " --decisions d.csv --json -");
            ASSERT_EQ(told.status, 0) << told.err;
            std::istringstream rows{content("d.csv")};
            std::string row;
            std::getline(rows, row);
            EXPECT_EQ(row, "task,node,gpus,arrived,started,ended,wait,evictions");
            int placed = 0;
            int others = 0;
            int waited = 0;
            while (std::getline(rows, row)) {
                // A name with a comma is quoted, the other fields hold none.
                const auto after_name = row.find(',', row.front() == '"' ? row.find('"', 1) : 0);
                ASSERT_EQ(std::count(row.begin() + static_cast<std::ptrdiff_t>(after_name), row.end(), ','), 7) << row;
                if (row.find(",,,", after_name) == after_name) { // no node and no GPUs
                    ++others;
                    continue;
                }
                ASSERT_EQ(row.back(), '0') << row; // nobody is ended for others
                double arrived = -1;
                double started = -1;
                double ended = -1;
                double wait = -1;
                const auto times = row.find(',', row.find(',', after_name + 1) + 1);
                ASSERT_GE(std::sscanf(row.c_str() + times, ",%lf,%lf,%lf,%lf", &arrived, &started, &ended, &wait), 2)
                    << row;
                ++placed;
                if (wait < 0) continue; // it runs at the end
                ASSERT_GE(ended, started) << row;
                ASSERT_NEAR(wait, started - arrived, 2e-6) << row;
                waited += wait > 0 ? 1 : 0;
            }
            const auto told_json = nlohmann::json::parse(told.out)[0];
            EXPECT_GE(placed, told_json["placed"].get<int>());
            EXPECT_EQ(waited > 0, waits);
            EXPECT_EQ(others > 0, !waits || told_json.value("unplaced", 0) > 0);
        }
    }
}

TEST_F(replay_program, same_seed_same_bytes) {
    for (const char* policy : {"random", "fgd", "worst-fit"}) {
        const std::string flags = std::string{"--policy "} + policy + " --load 0.3 --decisions ";
        ASSERT_EQ(call(flags + "one.csv").status, 0);
        ASSERT_EQ(call(flags + "two.csv").status, 0);
        EXPECT_EQ(content("one.csv"), content("two.csv"));
        EXPECT_GT(content("one.csv").size(), 1000U);
    }
}

TEST_F(replay_program, every_engine_decides_alike_to_the_last_byte) {
    for (const gpupack::preset_name& row : gpupack::presets) {
        const std::string policy{row.name};
        const std::string flags = "--policy " + policy + " --load 0.3 --decisions ";
        for (const char* engine : {"scan", "indexed", "parallel"})
            EXPECT_EQ(call(flags + engine + ".csv --engine " + engine).status, 0);
        EXPECT_EQ(content("indexed.csv"), content("scan.csv")) << policy;
        EXPECT_EQ(content("parallel.csv"), content("scan.csv")) << policy;
    }
}

TEST_F(replay_program, reproduces_the_published_simulator_from_its_own_orders) {
    SKIP_WITHOUT_DATA();
    std::ifstream reference{data_file("openb/reference_fgd_seed42.csv")};
    std::string line;
    std::string order;
    std::vector<std::string> lines;
    for (std::getline(reference, line); std::getline(reference, line);) {
        lines.push_back(line);
        order += line.substr(0, line.find(',')) + "\n";
    }
    write("order.txt", order);
    const run told = call("--nodes " + data_file("openb/nodes.csv") + " --pods " + data_file("openb/pods_default.csv") +
                          " --node-order " + data_file("openb/reference_node_order_seed42.txt") +
                          " --order order.txt --policy fgd --decisions ours.csv");
    ASSERT_EQ(told.status, 0) << told.err;
    std::ifstream ours{folder_ / "ours.csv"};
    std::size_t same = 0;
    std::getline(ours, line);
    for (std::size_t i = 0; std::getline(ours, line); ++i) same += line == lines.at(i) ? 1U : 0U;
    EXPECT_GE(same, lines.size() * 999 / 1000);
    EXPECT_EQ(lines.size(), 10866U);
}
