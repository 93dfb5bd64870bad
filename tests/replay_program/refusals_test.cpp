// SPDX-License-Identifier: Apache-2.0
// What the program refuses, in one line, with nothing written.
#include <gpupack/presets.hpp>

#include "program_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

TEST_F(replay_program, refuses_flags_of_tasks_that_come_and_go_where_none_do) {
    expect_refused("--stays recorded", "--stays: \"recorded\": expected --arrivals poisson beside it");
    expect_refused("--length 5", "--length: \"5\": expected --arrivals poisson beside it");
    expect_refused("--arrivals poisson --stays recorded",
                   "--stays: \"recorded\": expected --nodes and --pods with recorded times; openb has none");
    expect_refused("--bursts 5", "--bursts: \"5\": expected --arrivals poisson beside it");
    expect_refused(recorded + "--arrivals poisson --bursts x",
                   "--bursts: \"x\": expected a whole number from 0 to 1000");
    expect_refused(recorded + "--arrivals poisson --stay-cap 5",
                   "--stay-cap: \"5\": expected --stays recorded beside it");
    expect_refused(recorded + "--arrivals poisson --timeline",
                   "--timeline: \"\": expected no other arrivals beside --arrivals poisson");
    expect_refused("--workload mixed --arrivals once",
                   "--arrivals: \"once\": expected poisson; tasks of mixed come and go");
    expect_refused("--arrivals often", "--arrivals: \"often\": expected once, recorded or poisson");
    expect_refused(recorded + "--arrivals poisson --stays long",
                   "--stays: \"long\": expected recorded, exponential or lognormal");
    expect_refused(recorded + "--arrivals poisson --warm-up x",
                   "--warm-up: \"x\": expected a whole number from 0 to 1000");
    write("cpu.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1000,1,0,0\n");
    expect_refused("--nodes nodes.csv --pods cpu.csv --arrivals poisson",
                   "cpu.csv: --arrivals: \"poisson\": expected tasks that want GPUs, and nodes that have some");
}

TEST_F(replay_program, empty_and_hopeless_inputs_are_no_errors) {
    write("no_pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n");
    EXPECT_EQ(call("--nodes nodes.csv --pods no_pods.csv").status, 0);
    write("no_gpus.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,8000,8192,0,\n");
    write("plain.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1000,1,1,1000\nb,99000000,1,0,0\n");
    const run told = call("--nodes no_gpus.csv --pods plain.csv --policy fgd --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    EXPECT_EQ(nlohmann::json::parse(told.out)[0]["failed"], 2);
    EXPECT_EQ(call("--nodes no_gpus.csv --pods plain.csv --report page.html").status, 0);
}

TEST_F(replay_program, says_that_no_node_has_the_model_that_tasks_want) {
    write("a100.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,8192,8,A100-80GB\n");
    write("h100.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\na,1000,1,1,1000,H100-80GB\nb,1000,1,1,"
                      "1000,A100-80GB\nc,1,1,0,0,\n");
    const run told = call("--nodes a100.csv --pods h100.csv --policy first-fit");
    EXPECT_EQ(told.status, 0);
    EXPECT_NE(
        told.err.find("gpupack-replay: h100.csv: 1 of 3 tasks want GPUs of a model that no node has: H100-80GB\n"),
        std::string::npos)
        << told.err;
}

TEST_F(replay_program, refuses_bad_flags) {
    expect_refused("--policy fdg", "--policy: \"fdg\": expected a name that --list-policies lists, did you mean fgd?");
    expect_refused("--policy nothing-like-that",
                   "--policy: \"nothing-like-that\": expected all, or some of " + gpupack::preset_names());
    expect_refused("studdy --out x",
                   "command: \"studdy\": expected capacity, import, study or merge, or only flags that --help "
                   "lists, did you mean study?");
    expect_refused("--polcy fgd", "argument: \"--polcy\": expected a flag that --help lists, did you mean --policy?");
    expect_refused("--policy fgd --report -", "--report: \"-\": expected a file");
    expect_refused("--policy fgd --decisions -", "--decisions: \"-\": expected a file");
    expect_refused("--policy fgd --json - --csv -", "--csv: \"-\": expected a file beside --json -");
    expect_refused("--policy fgd,fgd", "--policy: \"fgd\": expected each policy once");
    expect_refused("--engine warp", "--engine: \"warp\": expected indexed, scan, parallel or cuda");
    expect_refused("--workload openc",
                   "--workload: \"openc\": expected one of openb, mig-uniform, mig-small, mig-large, mig-bimodal, "
                   "mig-uniform-h100, mig-small-h100, mig-large-h100, mig-bimodal-h100, slices-mib, vgpu-t4, mixed, "
                   "inference, notebooks, all-ways, "
                   "training-h100, training-dgx1, training-nvl72, did you mean openb?");
    expect_refused("--colour", "argument: \"--colour\": expected a flag that --help lists");
    expect_refused("--seed x", "--seed: \"x\": expected N or N:M, whole numbers with N up to M, at most 10000 seeds");
    expect_refused("--seed 5:3",
                   "--seed: \"5:3\": expected N or N:M, whole numbers with N up to M, at most 10000 seeds");
    expect_refused("--load -1", "--load: \"-1\": expected a number from 0 to 1000 with at most three decimals");
    expect_refused("--load much", "--load: \"much\": expected a number from 0 to 1000 with at most three decimals");
    expect_refused("--nodes nodes.csv", "--pods: \"\": expected a file, beside --nodes");
    expect_refused("--timeline", "--timeline: \"\": expected --nodes and --pods with recorded times; the built-in "
                                 "workload has none");
    expect_refused(recorded + "--decisions d.csv",
                   "--decisions: \"d.csv\": expected one policy and one seed, so that the file holds one run");
}

TEST_F(replay_program, refuses_bad_files) {
    expect_refused("--nodes none.csv --pods pods.csv", "file: \"none.csv\": expected a file that can be read");
    write("bad.csv", "name,cpu,memory_mib,num_gpu,gpu_milli\n");
    expect_refused("--nodes nodes.csv --pods bad.csv",
                   "bad.csv:1: header: \"name,cpu,memory_mib,num_gpu,gpu_milli\": expected the columns "
                   "name,cpu_milli,memory_mib,num_gpu,gpu_milli");
    write("short.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,1\n");
    expect_refused("--nodes short.csv --pods pods.csv", "short.csv:2: row: \"n0,1\": expected 5 fields");
    write("wide.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,1,1,64,T4\n");
    expect_refused("--nodes wide.csv --pods pods.csv", "wide.csv:2: gpu: \"64\": expected a whole number from 0 to 32");
    write("order.txt", "a\nzz\n");
    expect_refused(recorded + "--order order.txt",
                   "order.txt:2: task: \"zz\": expected the name of a task of the workload");
    write("nodes.txt", "n1\nn1\n");
    expect_refused(recorded + "--node-order nodes.txt", "nodes.txt: node: \"n1\": expected each node once");
    write("nodes.txt", "n1\n");
    expect_refused(recorded + "--node-order nodes.txt",
                   "nodes.txt: nodes: \"1 names\": expected all 2 nodes; n0 is missing");
}

TEST_F(replay_program, refuses_outputs_that_cannot_be_written_before_it_works) {
    expect_refused("--json /no/such/folder/x.json",
                   "--json: \"/no/such/folder/x.json\": expected a file that can be written");
    expect_refused("--report .", "--report: \".\": expected a file that can be written");
    write("kept.json", "old");
    expect_refused("--json kept.json --report /no/such/page.html",
                   "--report: \"/no/such/page.html\": expected a file that can be written");
    EXPECT_EQ(content("kept.json"), "old");
}
