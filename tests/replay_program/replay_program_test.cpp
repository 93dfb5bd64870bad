// SPDX-License-Identifier: Apache-2.0
// The program as a user runs it: what it prints and what it writes.
#include "program_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

TEST_F(replay_program, prints_a_line_a_policy_and_which_wastes_least) {
    const run told = call(recorded + "--policy first-fit,fgd --load 0.9");
    EXPECT_EQ(told.status, 0) << told.err;
    EXPECT_EQ(told.err, "");
    EXPECT_NE(told.out.find("pods.csv: 2 nodes, 6 GPUs; tasks arrive until 90 % of the GPUs are requested"),
              std::string::npos)
        << told.out;
    EXPECT_NE(told.out.find("\nfgd "), std::string::npos);
    EXPECT_EQ(told.out.find("waste"), std::string::npos) << told.out; // both allocate alike
    const std::string best = call("--policy first-fit,best-fit --load 1.1").out;
    EXPECT_NE(best.find("first-fit wastes least: "), std::string::npos) << best;
    const std::string alone = call(recorded + "--policy fgd --load 0.9").out;
    EXPECT_EQ(alone.find("waste"), std::string::npos) << alone; // one policy wastes neither least nor most
    EXPECT_NE(alone.find(" % of the GPUs are allocated at the end, "), std::string::npos) << alone;
}

TEST_F(replay_program, says_what_was_accepted_where_tasks_come_and_go) {
    const run told = call("--workload mig-small --load 0.9 --policy mig-scarcity,first-fit --seed 1:2 --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    ASSERT_EQ(runs.size(), 4U);
    EXPECT_EQ(runs[0]["kinds"].size(), 5U);
    EXPECT_EQ(runs[0]["size_unit"], "compute slices");
    EXPECT_EQ(runs[0]["tasks"], runs[2]["tasks"]); // the same tasks come, whatever the policy
    EXPECT_GT(runs[0]["accepted_size_percent"].get<double>(), runs[2]["accepted_size_percent"].get<double>());
    EXPECT_LE(runs[0]["accepted_size_percent"].get<double>(), runs[0]["bound_size_percent"].get<double>() + 0.5);
    EXPECT_LE(runs[0]["mean_active_gpus"].get<double>(), 100.0);
    const run table = call("--workload vgpu-t4 --policy first-fit");
    EXPECT_NE(table.out.find("come and go at 100 % of the capacity in GB of frame buffer"), std::string::npos)
        << table.out;
    EXPECT_NE(table.out.find("no policy could have accepted more than about"), std::string::npos);
    const auto learnt =
        nlohmann::json::parse(call("--workload mig-small --policy mig-scarcity --learn 500 --json -").out);
    const auto given = nlohmann::json::parse(call("--workload mig-small --policy mig-scarcity --json -").out);
    EXPECT_NEAR(learnt[0]["accepted_size_percent"].get<double>(), given[0]["accepted_size_percent"].get<double>(), 2);
    EXPECT_NE(learnt[0]["accepted_size_percent"], given[0]["accepted_size_percent"]);
    expect_refused("--workload mixed --learn 0", "--learn: \"0\": expected a number of arrivals from 1 to 1000000000");
    for (const std::string flag : {"--order", "--node-order", "--history"})
        expect_refused("--workload mixed " + flag + " all.csv",
                       flag + ": \"all.csv\": expected a workload whose tasks stay; those of mixed come and go");
}

TEST_F(replay_program, says_how_close_together_training_jobs_are) {
    const run told = call("--workload training-h100 --load 0.9 --policy link-preserve,best-fit --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_GT(runs[0]["multi_gpu_tasks"].get<int>(), 1000);
    EXPECT_GT(runs[0]["on_best_set_percent"].get<double>(), runs[1]["on_best_set_percent"].get<double>());
    EXPECT_GT(runs[0]["link_score_percent"].get<double>(), 99.0);
    const auto& levels = runs[0]["gangs_by_level"];
    EXPECT_EQ(levels.size(), 4U);
    EXPECT_GT(levels["rack"].get<int>(), levels["cluster"].get<int>());
    const run table = call("--workload training-nvl72 --policy all");
    for (const char* part : {"best set %", "link %", "in one nvl72 %", "\ngpuallocator-binpack ", "\nlink-preserve "})
        EXPECT_NE(table.out.find(part), std::string::npos) << part << table.out;
    EXPECT_EQ(table.out.find("\nmig-"), std::string::npos);
    EXPECT_EQ(call("--policy all --load 0.1").out.find("link-preserve"), std::string::npos);
}

TEST_F(replay_program, lets_tasks_of_any_workload_come_and_go) {
    const std::string poisson = "--arrivals poisson --load 0.9 --policy best-fit,fgd --seed 1:2 --length 20 --json - ";
    const auto runs_of = [&](const std::string& flags) {
        const run told = call(flags + poisson);
        EXPECT_EQ(told.status, 0) << told.err;
        return nlohmann::json::parse(told.out);
    };
    for (const std::string stays :
         {"", "--stays exponential ", "--stays lognormal ", "--stays recorded ", "--stays recorded --stay-cap 15 "}) {
        const auto runs = runs_of(recorded + stays);
        ASSERT_EQ(runs.size(), 4U);
        EXPECT_EQ(runs[0]["tasks"], runs[2]["tasks"]) << stays; // the same tasks come, whatever the policy
        for (const auto& each : runs) {
            EXPECT_GT(each["mean_allocated_percent"].get<double>(), 30.0) << stays;
            EXPECT_LT(each["mean_allocated_percent"].get<double>(), 100.0) << stays;
            EXPECT_LE(each["accepted_size_percent"].get<double>(), 100.0);
            EXPECT_GT(each["accepted_percent"].get<double>(), 0.0);
            EXPECT_GT(each["bound_size_percent"].get<double>(), 0.0);
            EXPECT_GT(each["bound_allocated_percent"].get<double>(), 0.0);
            EXPECT_LE(each["refused_though_free"].get<int>(), each["refused"].get<int>());
            int arrived = 0;
            for (const auto& size : each["sizes"]) arrived += size["arrived"].get<int>();
            EXPECT_EQ(arrived, each["tasks"]) << stays;
        }
    }
    const auto in_use = [](const nlohmann::json& runs) { return runs[1]["mean_allocated_percent"]; };
    EXPECT_EQ(in_use(runs_of(recorded)), in_use(runs_of(recorded + "--stays exponential --warm-up 4 ")));
    EXPECT_GT(runs_of(recorded + "--no-fit wait ")[0]["mean_wait_stays"].get<double>(), 0.0);
    int moves = 0;
    for (const auto& each : runs_of(recorded + "--stays recorded --moves 4 ")) moves += each["moves"].get<int>();
    EXPECT_GT(moves, 0);
    for (const auto& each : runs_of(recorded)) EXPECT_EQ(each["moves"], 0);
    EXPECT_NEAR(runs_of("--workload slices-mib ")[0]["mean_allocated_percent"].get<double>(), 85, 7); // by memory
    const run table = call(recorded + "--arrivals poisson --policy best-fit,fgd --seed 1:3");
    for (const char* part : {"mean alloc %", "though free %", "Less fgd, seed by seed", " +- ", "CPU only", "4 GPUs",
                             "or had more than about"})
        EXPECT_NE(table.out.find(part), std::string::npos) << part << table.out;
}

TEST_F(replay_program, tells_lookahead_whether_tasks_leave) {
    const auto allocated = [&](const std::string& how, const char* measure) {
        const run told = call("--policy lookahead,lookahead-fill,lookahead:leave=1 --json - " + how);
        const nlohmann::json runs = nlohmann::json::parse(told.out);
        return std::vector<double>{runs[0][measure], runs[1][measure], runs[2][measure]};
    };
    const auto stay = allocated("--load 1.3", "allocated_gpu_percent");
    EXPECT_EQ(stay[0], stay[1]);
    EXPECT_LT(stay[2], stay[0]);
    const auto leave = allocated("--cluster-size 60 --arrivals poisson --load 0.9", "mean_allocated_percent");
    EXPECT_EQ(leave[0], leave[2]);
    EXPECT_NE(leave[0], leave[1]);
}

// Tasks that ask for much memory and little compute: the bound is not below what policies reach.
TEST_F(replay_program, bounds_what_tasks_have_of_gpu_memory) {
    write("a10s.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,65536,4,A10\n");
    write("slices.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_memory_mib,creation_time,deletion_time\n"
                        "a,1000,100,1,100,20000,0,10\nb,1000,100,1,100,18000,1,20\nc,1000,100,1,100,16000,2,30\n");
    const run told = call("--nodes a10s.csv --pods slices.csv --arrivals poisson --policy best-fit --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    EXPECT_GT(runs[0]["mean_allocated_percent"].get<double>(), 40.0);
    EXPECT_GT(runs[0]["bound_allocated_percent"].get<double>(), runs[0]["mean_allocated_percent"].get<double>());
    EXPECT_GT(runs[0]["bound_size_percent"].get<double>(), runs[0]["accepted_size_percent"].get<double>());
}

TEST_F(replay_program, lists_policies_version_and_help) {
    EXPECT_NE(call("--list-policies").out.find("\nfgd                        fragmentation gradient descent"),
              std::string::npos);
    EXPECT_EQ(call("--version").out, "gpupack-replay " GPUPACK_TEST_VERSION "\n");
    EXPECT_NE(call("--help").out.find("--decisions"), std::string::npos);
}

TEST_F(replay_program, writes_json_with_every_field_and_nothing_else_to_standard_output) {
    const run told = call(recorded + "--policy best-fit,random --seed 1:2 --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    ASSERT_EQ(runs.size(), 4U);
    for (const char* field :
         {"workload", "policy", "seed", "engine", "load", "nodes", "gpus", "tasks", "placed", "failed",
          "allocated_gpu_percent", "fragmented_gpu_percent", "decisions", "seconds", "decisions_per_second", "curve"})
        EXPECT_TRUE(runs[0].contains(field)) << field;
    EXPECT_EQ(runs[3]["policy"], "random");
    EXPECT_EQ(runs[3]["seed"], 2);
    EXPECT_EQ(runs[0]["load"], 1.3);
    EXPECT_EQ(runs[0]["placed"].get<int>() + runs[0]["failed"].get<int>(), runs[0]["decisions"].get<int>());
    EXPECT_EQ(runs[0]["curve"][0].size(), 3U);
}

TEST_F(replay_program, writes_a_row_or_a_line_a_run) {
    const run lines = call(recorded + "--policy best-fit,random --ndjson - --csv runs.csv");
    ASSERT_EQ(lines.status, 0) << lines.err;
    EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 2);
    const auto first = nlohmann::json::parse(lines.out.substr(0, lines.out.find('\n')));
    EXPECT_EQ(first["schema"], 1);
    EXPECT_EQ(first["policy"], "best-fit");
    const std::string table = content("runs.csv");
    EXPECT_EQ(table.substr(0, 44), "schema,workload,policy,seed,engine,load,node");
    EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
    EXPECT_EQ(table.find("curve"), std::string::npos); // that is more than one value
}

// Waits and GPU time are the same in every output.
TEST_F(replay_program, tells_waits_and_gpu_time_in_every_output) {
    for (const std::string where : {"--timeline", "--workload mixed --no-fit wait --length 2 --warm-up 1"}) {
        const bool timed = where == "--timeline";
        const run told = call((timed ? recorded : std::string{}) + where +
                              " --policy best-fit --waits --json runs.json --csv runs.csv --waits-csv waits.csv");
        ASSERT_EQ(told.status, 0) << told.err;
        for (const char* const part : {"waits in ", "95 %", "slowdown", "idle, tasks wait", "evictions", "moves"})
            EXPECT_NE(told.out.find(part), std::string::npos) << part << told.out;
        const auto object = nlohmann::json::parse(content("runs.json"))[0];
        const std::string hours = timed ? "hours" : "stays";
        const std::string seconds = timed ? "seconds" : "stays";
        EXPECT_GT(object["used_gpu_" + hours].get<double>(), 0);
        const std::string table = content("runs.csv");
        std::map<std::string, std::string> values;
        std::istringstream names{table.substr(0, table.find('\n'))};
        std::istringstream fields{table.substr(table.find('\n') + 1)};
        for (std::string name, field; std::getline(names, name, ',') && std::getline(fields, field, ',');)
            values[name] = field;
        EXPECT_EQ(values["used_gpu_" + hours], object["used_gpu_" + hours].dump());
        EXPECT_EQ(values["idle_gpu_" + hours + ".while_tasks_wait"],
                  object["idle_gpu_" + hours]["while_tasks_wait"].dump());
        EXPECT_EQ(values["lost_gpu_" + hours], object["lost_gpu_" + hours].dump());
        EXPECT_EQ(values["waits.p95_wait_" + seconds], object["waits"]["p95_wait_" + seconds].dump());
        const auto& slices = object["waits_by_size"][1];
        EXPECT_EQ(slices["name"], "slice");
        EXPECT_EQ(values["waits_by_size.slice.mean_slowdown"], slices["mean_slowdown"].dump());
        EXPECT_NE(content("waits.csv").find(",all,"), std::string::npos);
    }
}

TEST_F(replay_program, decides_on_a_gpu_or_says_in_one_line_why_not) {
    const run told = call("--policy fgd --load 0.3 --engine cuda --decisions cuda.csv");
    if (told.status == 0) {
        ASSERT_EQ(call("--policy fgd --load 0.3 --engine scan --decisions scan.csv").status, 0);
        EXPECT_EQ(content("cuda.csv"), content("scan.csv"));
        return;
    }
    EXPECT_EQ(told.status, 2);
    EXPECT_NE(told.err.find("--engine: \"cuda\": expected "), std::string::npos) << told.err;
    EXPECT_EQ(std::count(told.err.begin(), told.err.end(), '\n'), 1) << told.err;
}

TEST_F(replay_program, tells_of_each_run_the_bound_and_why_gpus_are_idle_and_which_sizes_fail) {
    const run told = call("--policy all --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    for (const auto& each : runs) {
        const auto what = each["policy"].get<std::string>();
        EXPECT_LE(each["allocated_gpu_percent"].get<double>(), each["bound_gpu_percent"].get<double>()) << what;
        EXPECT_LT(each["bound_gpu_percent"].get<double>(), 100.0);
        EXPECT_EQ(each["bound_gpu_percent"], runs[0]["bound_gpu_percent"]);
        double idle = 0;
        for (const auto& [cause, milli] : each["idle_milli_gpus"].items()) idle += milli.get<double>();
        EXPECT_NEAR(idle / each["gpus"].get<double>() / 10, 100 - each["allocated_gpu_percent"].get<double>(), 1e-9)
            << what;
        int arrived = 0;
        int failed = 0;
        for (const auto& size : each["sizes"]) {
            arrived += size["arrived"].get<int>();
            failed += size["failed"].get<int>();
        }
        EXPECT_EQ(arrived, each["tasks"]) << what;
        EXPECT_EQ(failed, each["failed"]) << what;
    }
}

TEST_F(replay_program, says_how_much_of_the_gap_to_the_bound_is_closed) {
    const std::string with_fgd = call("--policy fgd,worst-fit,first-fit").out;
    EXPECT_NE(with_fgd.find("gap closed %"), std::string::npos) << with_fgd;
    EXPECT_NE(with_fgd.find("No policy could allocate more than 99."), std::string::npos) << with_fgd;
    EXPECT_NE(with_fgd.find("of the way from fgd to there"), std::string::npos) << with_fgd;
    EXPECT_NE(call("--policy worst-fit,first-fit").out.find("of the way from worst-fit to there"), std::string::npos);
    const std::string alone = call("--policy first-fit").out;
    EXPECT_EQ(alone.find("gap closed"), std::string::npos) << alone;
    EXPECT_NE(alone.find("had it known them all beforehand.\n"), std::string::npos) << alone;
    EXPECT_EQ(call(recorded + "--timeline").out.find("No policy could"), std::string::npos);
}

TEST_F(replay_program, prints_causes_and_sizes_where_asked) {
    const run one = call(recorded + "--policy first-fit,k8s-exclusive --causes");
    ASSERT_EQ(one.status, 0) << one.err;
    for (const char* part : {"Idle at the end by cause", "too small", "CPU or memory", "wrong model", "no cause",
                             "rounded up", "Failed by size", "CPU only", "4 GPUs"})
        EXPECT_NE(one.out.find(part), std::string::npos) << part << one.out;
    EXPECT_EQ(one.out.find("8 GPUs"), std::string::npos); // none arrived
    EXPECT_EQ(one.out.find("less that of fgd"), std::string::npos);
    EXPECT_EQ(call(recorded + "--policy first-fit").out.find("Idle at the end"), std::string::npos);
    const run several = call(recorded + "--policy first-fit,fgd --seed 1:3 --causes");
    EXPECT_NE(several.out.find("less that of fgd, seed by seed"), std::string::npos) << several.out;
    const run timed = call(recorded + "--policy first-fit --timeline --causes");
    EXPECT_NE(timed.out.find("Waited by size"), std::string::npos) << timed.out;
    EXPECT_EQ(timed.out.find("Idle at the end"), std::string::npos) << timed.out;
    expect_refused("--workload mixed --causes",
                   "--causes: \"\": expected a workload whose tasks stay; those of mixed come and go");
}

TEST_F(replay_program, expects_what_a_history_or_the_arrivals_tell) {
    write("history.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\nx,1000,100,1,300,T4\n"
                         "y,1000,100,4,1000,V100M32\n");
    write("same.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n"
                      "a,1000,100,1,1000\nb,1000,100,1,500\nc,1000,100,4,1000\nd,1000,100,0,0\n");
    const auto decided = [&](const std::string& flags) {
        EXPECT_EQ(call("--policy fgd --load 0.9 --decisions d.csv " + flags).status, 0) << flags;
        return content("d.csv");
    };
    const std::string known = decided("");
    const std::string by_history = decided("--history history.csv");
    EXPECT_NE(by_history, known);
    EXPECT_EQ(decided("--history history.csv --engine scan"), by_history);
    const std::string learnt = decided("--learn 400");
    EXPECT_NE(learnt, known);
    EXPECT_EQ(decided("--learn 400"), learnt);
    EXPECT_EQ(decided("--learn 400 --engine scan"), learnt); // which forgets nothing
    EXPECT_NE(decided("--learn 400 --history history.csv"), learnt);
    // The history of the workload itself is what is known without one.
    const auto of_pods = [&](const std::string& flags) {
        EXPECT_EQ(call("--nodes nodes.csv --pods same.csv --policy fgd --decisions d.csv " + flags).status, 0);
        return content("d.csv");
    };
    EXPECT_EQ(of_pods("--history same.csv"), of_pods(""));
    EXPECT_EQ(call(recorded + "--policy fgd,random --timeline --learn 2 --history history.csv").status, 0);
    write("bad.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\nx,1000,100,1,1001\n");
    expect_refused("--history bad.csv", "bad.csv:2: gpu_milli: \"1001\": expected a whole number from 0 to 1000");
    EXPECT_EQ(call("--history none.csv").status, 2);
}

TEST_F(replay_program, replays_recorded_time) {
    const run told = call(recorded + "--policy first-fit --timeline --json -");
    ASSERT_EQ(told.status, 0) << told.err;
    const auto runs = nlohmann::json::parse(told.out);
    EXPECT_EQ(runs[0]["placed"], 4);
    EXPECT_EQ(runs[0]["failed"], 0);
    EXPECT_TRUE(runs[0]["waited"].is_number());
    EXPECT_TRUE(runs[0]["timeline"].is_array());
    EXPECT_FALSE(runs[0].contains("bound_gpu_percent")); // tasks leave
    int waited = 0;
    for (const auto& size : runs[0]["sizes"]) waited += size["waited"].get<int>();
    EXPECT_EQ(waited, runs[0]["waited"]);
    EXPECT_EQ(call(recorded + "--timeline").status, 0);
}
