// SPDX-License-Identifier: Apache-2.0
// Quotas as a user gives them to the program.
#include "replay_program/program_fixture.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;

namespace {

/// One node of 4 GPUs; vision comes first with 4 tasks of a GPU for 100 s, speech at 10 s with 2 for 20 s.
void write_case(const std::string& folder_tasks) {
    std::ofstream{folder_tasks}
        << "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time,tenant\n"
           "v0,1000,1,1,1000,0,100,vision\nv1,1000,1,1,1000,0,100,vision\nv2,1000,1,1,1000,0,100,vision\n"
           "v3,1000,1,1,1000,0,100,vision\ns0,1000,1,1,1000,10,30,speech\ns1,1000,1,1,1000,10,30,speech\n";
}

} // namespace

TEST_F(replay_program, quotas_limit_lend_and_reclaim) {
    write_case((folder_ / "pods.csv").string());
    write("nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,65536,4,T4\n");
    write("own.csv", "tenant,gpus\nvision,2\nspeech,2\n");
    write("lent.csv", "tenant,cohort,gpus\nvision,lab,2\nspeech,lab,2\n");
    const auto waits = [&](const std::string& flags) {
        const run told = call(recorded + "--timeline --policy first-fit --json - " + flags);
        EXPECT_EQ(told.status, 0) << told.err;
        return json::parse(told.out)[0];
    };
    const auto longest = [](const json& answer, std::size_t tenant) {
        return answer["waits_by_tenant"][tenant]["longest_wait_seconds"].get<int>();
    };
    const json open = waits("");
    EXPECT_EQ(longest(open, 0), 90); // speech waits for vision
    EXPECT_EQ(longest(open, 1), 0);
    const json strict = waits("--quota own.csv");
    EXPECT_EQ(longest(strict, 0), 0);
    EXPECT_EQ(longest(strict, 1), 100); // vision waits for itself, beside idle GPUs
    for (const std::string rule : {"strict", "easy", "conservative", "drain"}) {
        const json queued = waits("--quota own.csv --queue " + rule);
        EXPECT_EQ(longest(queued, 0), 0) << rule; // nobody waits for those who wait for their quota
        EXPECT_EQ(longest(queued, 1), 100) << rule;
    }
    const json lent = waits("--quota lent.csv");
    EXPECT_EQ(longest(lent, 0), 90);
    EXPECT_EQ(longest(lent, 1), 0);
    EXPECT_EQ(lent["reclaims"], 0);
    const json reclaimed = waits("--quota lent.csv --reclaim");
    EXPECT_EQ(longest(reclaimed, 0), 0);
    EXPECT_EQ(reclaimed["reclaims"], 2);
    EXPECT_EQ(longest(reclaimed, 1), 0);           // until it started for the first time
    EXPECT_EQ(reclaimed["makespan_seconds"], 130); // two of vision start anew at 30
    EXPECT_EQ(lent["makespan_seconds"], 120);
    EXPECT_NE(call(recorded + "--timeline --policy first-fit --quota own.csv --waits").out.find("tenant vision"),
              std::string::npos);
    write("limit.csv", "tenant,gpus,limit_gpus\nvision,,0.5\nspeech,,\n");
    EXPECT_EQ(waits("--quota limit.csv")["rejected"], 4);
}

TEST_F(replay_program, quotas_refuse_what_means_nothing) {
    write("quotas.csv", "tenant,gpus\nvision,2\n");
    expect_refused(recorded + "--timeline --quota quotas.csv",
                   "quotas.csv: tenant: \"\": expected a row for the tenant of task a, or one for *");
    expect_refused(recorded + "--timeline --reclaim", "--reclaim: \"\": expected --quota beside it");
    expect_refused(recorded + "--quota quotas.csv",
                   "--quota: \"\": expected --timeline, or --arrivals poisson, beside it: tasks that come and go");
    write("quotas.csv", "tenant,gpus\n*,x\n");
    expect_refused(recorded + "--timeline --quota quotas.csv",
                   "quotas.csv:2: gpus: \"x\": expected a number of GPUs from 0: 12 or 2.5");
}
