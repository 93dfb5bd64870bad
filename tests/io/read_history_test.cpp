// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_history.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace gpupack::io;

namespace {

job_history read_jobs(std::string_view content, const history_options& options = {}) {
    auto history = parse_history("h", content, options);
    EXPECT_TRUE(history) << history.error().message();
    return history ? *std::move(history) : job_history{};
}

std::string history_error(std::string_view content, const history_options& options = {}) {
    const auto history = parse_history("h", content, options);
    return history ? "" : history.error().message();
}

/// How many rows were left out for reasons that contain a text.
std::size_t left_out(const job_history& history, std::string_view reason) {
    std::size_t rows = 0;
    for (const history_note& each : history.left_out)
        if (each.text.find(reason) != std::string::npos) rows += each.rows;
    return rows;
}

/// Members, GPUs, milli, cpu, memory, arrival, start, end; -1 for none.
std::vector<std::int64_t> numbers(const history_job& job) {
    return {job.members, job.gpus,    job.gpu_milli,          job.cpu,
            job.memory,  job.arrival, job.start.value_or(-1), job.end.value_or(-1)};
}

using row = std::vector<std::int64_t>;

constexpr std::string_view sacct_header =
    "JobID|User|Account|State|Submit|Start|End|Timelimit|NNodes|ReqMem|ReqTRES|AllocTRES|NodeList\n";

} // namespace

TEST(read_history, sacct_takes_what_was_allocated_and_skips_steps) {
    const job_history history = read_jobs(
        std::string{sacct_header} +
        "7|ann|lab|COMPLETED|2024-01-01T00:00:00|2024-01-01T01:00:00|2024-01-01T03:00:00|1-00:00:00|2|4Gn|cpu=2,"
        "mem=8G,node=2|billing=8,cpu=64,gres/gpu:a100=16,gres/gpu=16,mem=1T,node=2|n[1-2]\n"
        "7.batch||lab|COMPLETED|2024-01-01T01:00:00|2024-01-01T01:00:00|2024-01-01T03:00:00||1|||cpu=32,mem=512G,"
        "node=1|n1\n"
        "7.0||lab|COMPLETED|2024-01-01T01:00:00|2024-01-01T01:00:00|2024-01-01T03:00:00||2|||cpu=64,node=2|n[1-2]\n"
        "8_3|bob|lab|CANCELLED by "
        "1000|2024-01-01T00:00:00|2024-01-01T00:00:10|2024-01-01T00:00:40|UNLIMITED|1|62.50G|cpu=1,node=1|cpu=4,"
        "mem=62.50G,node=1|n1\n"
        "9_[5-9%2]|bob|lab|PENDING|2024-01-01T00:00:00|Unknown|Unknown|10:00|1|1G|cpu=1,gres/gpu=1,node=1||None "
        "assigned\n"
        "10|bob|lab|CANCELLED by "
        "0|2024-01-01T00:00:00|None|2024-01-01T00:05:00|10:00|1|1G|cpu=1,gres/gpu=1,node=1||None assigned\n"
        "11|bob|lab|RUNNING|2024-01-01T00:00:00|2024-01-01T00:30:00|Unknown|10:00|1|1G||cpu=1,gres/"
        "gpu=1,mem=1G,node=1|n3\n");
    EXPECT_EQ(history.layout, "slurm");
    EXPECT_EQ(history.rows, 7U);
    ASSERT_EQ(history.records.size(), 3U);
    constexpr std::int64_t day = 1704067200;
    EXPECT_EQ(numbers(history.records[0]), (row{2, 8, 1000, 32'000, 512 * 1024, day, day + 3600, day + 3 * 3600}));
    EXPECT_EQ(history.records[0].models, "a100");
    EXPECT_EQ(history.records[0].tenant, "lab");
    EXPECT_EQ(history.records[0].limit, 86400);
    EXPECT_EQ(numbers(history.records[1]), (row{1, 0, 0, 4000, 64000, day, day + 10, day + 40}));
    EXPECT_FALSE(history.records[1].limit);
    EXPECT_EQ(numbers(history.records[2]), (row{1, 1, 1000, 1000, 1024, day, day + 1800, day + 3 * 3600}));
    EXPECT_EQ(left_out(history, "step"), 2U);
    EXPECT_EQ(left_out(history, "never"), 2U);
    ASSERT_EQ(history.assumed.size(), 1U); // of the job that still runs
    EXPECT_EQ(history.assumed[0].first_line, 8U);
}

TEST(read_history, sacct_without_a_header) {
    // The columns that XDMoD asks for.
    const std::string xdmod = "5|5|c|gpu|normal|acct|g|1|u|2|2024-01-01T00:00:00|2024-01-01T00:00:00|2024-01-01T00:"
                              "01:00|2024-01-01T00:02:00|00:01:00|0:0|COMPLETED|1|4|4|4000Mn|cpu=4,node=1|cpu=4,"
                              "gres/gpu=2,mem=4000M,node=1|1-00:00:00|n1|job name\n";
    EXPECT_EQ(numbers(read_jobs(xdmod).records.at(0)),
              (row{1, 2, 1000, 4000, 4000, 1704067200, 1704067260, 1704067320}));
    // Others are found by what they hold.
    const std::string own =
        "5|COMPLETED|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T00:02:00|cpu=4,node=1|cpu=4,gres/"
        "gpu=2,node=1\n6|FAILED|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T00:02:00|cpu=4,node=1|cpu=4,"
        "gres/gpu=2,node=1\n";
    EXPECT_EQ(numbers(read_jobs(own).records.at(1)), (row{1, 2, 1000, 4000, 0, 1704067200, 1704067260, 1704067320}));
    history_options named;
    named.columns = {"JobID", "State", "Submit", "Start", "End", "ReqTRES", "AllocTRES"};
    EXPECT_EQ(read_jobs(own, named).records, read_jobs(own).records);
}

TEST(read_history, sacct_of_old_versions) {
    const job_history history = read_jobs(
        "JobID|State|Submit|Start|End|NNodes|NCPUS|ReqMem|AllocGRES\n"
        "1|COMPLETED|2014-01-01T00:00:00|2014-01-01T00:00:00|2014-01-01T00:01:00|2|8|4000Mc|gpu:2\n"
        "2|COMPLETED|2014-01-01T00:00:00|2014-01-01T00:00:00|2014-01-01T00:01:00|2|8|4Gn|gpu:p100:4(IDX:0-3)\n"
        "3|COMPLETED|2014-01-01T00:00:00|2014-01-01T00:00:00|2014-01-01T00:01:00|1|8|512M|7696487:1\n");
    ASSERT_EQ(history.records.size(), 3U);
    EXPECT_EQ(numbers(history.records[0]), (row{2, 2, 1000, 4000, 16000, 1388534400, 1388534400, 1388534460}));
    EXPECT_EQ(numbers(history.records[1]), (row{2, 4, 1000, 4000, 4096, 1388534400, 1388534400, 1388534460}));
    EXPECT_EQ(history.records[1].models, "p100");
    EXPECT_EQ(numbers(history.records[2]), (row{1, 1, 1000, 8000, 512, 1388534400, 1388534400, 1388534460}));
}

TEST(read_history, helios_counts_gpus_of_all_nodes_of_a_gang) {
    const job_history history =
        read_jobs("job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n"
                  "1,u,vcA,16,64,2,COMPLETED,2020-06-09 18:41:01,2020-06-09 18:41:02,2020-06-09 18:41:12,10,1\n"
                  "2,u,vcA,0,4,1,CANCELLED,2020-06-09 18:41:01,,2020-06-09 18:41:12,0,11\n");
    EXPECT_EQ(history.layout, "helios");
    ASSERT_EQ(history.records.size(), 1U);
    EXPECT_EQ(numbers(history.records[0]), (row{2, 8, 1000, 32'000, 0, 1591728061, 1591728062, 1591728072}));
    EXPECT_EQ(history.records[0].tenant, "vcA");
}

TEST(read_history, acme_has_zones_and_memory_of_a_pod) {
    const job_history history =
        read_jobs("job_id,user,node_num,gpu_num,cpu_num,mem_per_pod_GB,shared_mem_per_pod,type,state,submit_time,start_"
                  "time,end_time,fail_time,stop_time,duration,queue,gpu_time\n"
                  "x,u,8,64,960,1000,100.0,Other,FAILED,2023-05-17 19:00:58+08:00,2023-05-17 11:01:08+00:00,2023-05-17 "
                  "11:01:16+00:00,,,18,10.0,1152.0\n");
    EXPECT_EQ(history.layout, "acme-kalos");
    EXPECT_EQ(numbers(history.records.at(0)),
              (row{8, 8, 1000, 120'000, 1'024'000, 1684321258, 1684321268, 1684321276}));
}

TEST(read_history, pai_has_percents_instances_and_no_header) {
    const std::string rows = "j,ps,2.0,Terminated,100.0,200.0,600.0,29.296875,0.0,MISC\nj,worker,3.0,Failed,100.0,,"
                             "400.0,,50.0,V100\nk,worker,1,Waiting,,,400.0,1,150.0,\n";
    const job_history history = read_jobs(rows);
    EXPECT_EQ(history.layout, "pai-2020");
    ASSERT_EQ(history.records.size(), 2U);
    EXPECT_EQ(numbers(history.records[0]), (row{2, 0, 0, 6000, 30000, 100, 100, 200}));
    EXPECT_EQ(numbers(history.records[1]), (row{3, 1, 500, 4000, 0, 100, 100, 200}));
    EXPECT_EQ(history.records[1].name, "j/worker");
    EXPECT_EQ(history.records[1].models, "V100");
    EXPECT_EQ(
        read_jobs("job_name,task_name,inst_num,status,start_time,end_time,plan_cpu,plan_mem,plan_gpu,gpu_type\n" + rows)
            .records,
        history.records);
}

TEST(read_history, alibaba_2025_and_2026) {
    const job_history dlrm = read_jobs(
        "instance_sn,role,app_name,cpu_request,cpu_limit,gpu_request,gpu_limit,rdma_request,rdma_limit,memory_"
        "request,memory_limit,disk_request,disk_limit,max_instance_per_node,creation_time,scheduled_time,"
        "deletion_time\n"
        "i1,HN,a,12,12,1,1,25,25,120.0,120.0,680.0,800.0,8,,,\n"
        "i2,CN,b,64,64,0,0,1,1,320.0,320.0,255.0,300.0,-1,1435629.0,1435629.0,1435760.0\n");
    ASSERT_EQ(dlrm.records.size(), 2U);
    EXPECT_EQ(numbers(dlrm.records[0]), (row{1, 1, 1000, 12'000, 122'880, 0, -1, 1435760}));
    EXPECT_EQ(numbers(dlrm.records[1]), (row{1, 0, 0, 64'000, 327'680, 1435629, 1435629, 1435760}));
    const job_history spot =
        read_jobs("job_name,organization,gpu_model,cpu_request,gpu_request,worker_num,submit_time,duration,job_type\n"
                  "1,13,A10,20,1,1,0,50,HP\n2,57,A100-SXM4-80GB,15,2,94,60,70,Spot\n");
    ASSERT_EQ(spot.records.size(), 2U);
    EXPECT_EQ(spot.layout, "alibaba-2026-spot");
    EXPECT_EQ(numbers(spot.records[1]), (row{94, 2, 1000, 15'000, 0, 60, -1, 130}));
    EXPECT_EQ(spot.records[0].priority, 1);
    EXPECT_EQ(spot.records[1].priority, 0);
    EXPECT_EQ(spot.records[1].user, "57");
}

TEST(read_history, philly_adds_up_attempts_and_takes_the_last_shape) {
    const job_history history = read_jobs(
        R"([{"status": "Pass", "vc": "v", "jobid": "a", "submitted_time": "2017-10-07 01:11:39", "user": "u", "attempts": [
        {"start_time": "2017-10-07 01:12:09", "end_time": "2017-10-07 01:12:19", "detail": [{"ip": "m1", "gpus": ["gpu0"]}]},
        {"start_time": "2017-10-07 01:13:00", "end_time": "2017-10-07 01:13:05", "detail": [{"ip": "m1", "gpus": ["gpu0", "gpu1"]}, {"ip": "m2", "gpus": ["gpu0", "gpu1"]}]}]},
        {"status": "Killed", "vc": "v", "jobid": "b", "submitted_time": "2017-10-07 01:11:39", "user": "u", "attempts": []},
        {"status": "Failed", "vc": "v", "jobid": "c", "submitted_time": "None", "user": null, "attempts": [{"start_time": "2017-10-07 01:12:09", "end_time": null, "detail": []}]}])");
    EXPECT_EQ(history.layout, "philly");
    ASSERT_EQ(history.records.size(), 2U);
    EXPECT_EQ(numbers(history.records[0]), (row{2, 2, 1000, 0, 0, 1507338699, 1507338729, 1507338744}));
    EXPECT_EQ(left_out(history, "never"), 1U);
}

TEST(read_history, kubernetes_pods) {
    const job_history history = read_jobs(
        R"({"kind": "List", "items": [{"kind": "Node"}, {"kind": "Pod", "metadata": {"name": "p", "namespace": "team", "creationTimestamp": "2024-01-01T00:00:00Z"},
        "spec": {"priority": 5, "initContainers": [{"resources": {"requests": {"cpu": "3"}}}], "containers": [{"resources": {"requests": {"cpu": "500m", "memory": "1.5Gi"}, "limits": {"nvidia.com/gpu": "2"}}}, {"resources": {"requests": {"cpu": 1, "memory": "1e6"}}}]},
        "status": {"phase": "Succeeded", "startTime": "2024-01-01T00:01:00Z", "containerStatuses": [{"state": {"terminated": {"finishedAt": "2024-01-01T00:02:00Z"}}}]}},
        {"kind": "Pod", "metadata": {"name": "q"}, "spec": {"containers": [{"resources": {"limits": {"nvidia.com/mig-1g.5gb": "1", "cpu": "2"}}}]}, "status": {"phase": "Running", "startTime": "2024-01-01T00:01:00Z"}}]})");
    ASSERT_EQ(history.records.size(), 2U);
    EXPECT_EQ(numbers(history.records[0]), (row{1, 2, 1000, 3000, 1537, 1704067200, 1704067260, 1704067320}));
    EXPECT_EQ(history.records[0].priority, 5);
    EXPECT_EQ(history.records[0].name, "team/p");
    EXPECT_EQ(history.records[1].mig_profile, "1g.5gb");
    EXPECT_EQ(history.records[1].cpu, 2000);
}

TEST(read_history, a_table_in_plain_words_and_gangs_that_are_not_named) {
    history_options machines;
    machines.gpus_per_node = 8;
    const job_history plain = read_jobs(
        "id\tsubmit_time\tduration\tnum_gpus\n1\t1591728061000\t10.0\t12\n2\t1591728062000\t5\t8\n", machines);
    EXPECT_EQ(plain.layout, "plain");
    EXPECT_EQ(numbers(plain.records.at(0)), (row{2, 6, 1000, 0, 0, 1591728061, -1, 1591728071}));
    EXPECT_EQ(numbers(plain.records.at(1)), (row{1, 8, 1000, 0, 0, 1591728062, -1, 1591728067}));
}

TEST(read_history, options_drop_failed_and_cpu_jobs) {
    const std::string text = "job_id,submit_time,duration,num_gpus,state\n1,0,5,1,FAILED\n2,0,5,0,COMPLETED\n3,0,5,"
                             "1,COMPLETED\n3,0,5,1,COMPLETED\n";
    EXPECT_EQ(read_jobs(text).records.size(), 4U);
    EXPECT_EQ(read_jobs(text).records.back().name, "3#2");
    history_options options;
    options.keep_failed = false;
    options.keep_cpu_jobs = false;
    EXPECT_EQ(read_jobs(text, options).records.size(), 2U);
}

namespace {

constexpr std::string_view sacct_short = "JobID|State|Submit|Start|End|AllocTRES|JobName\n";
constexpr std::string_view sacct_times = "|2024-01-01T00:00:00|2024-01-01T01:00:00|2024-01-01T03:00:00|";

/// A line of sacct with the columns of sacct_short.
std::string sacct_line(std::string_view job, std::string_view resources, std::string_view name) {
    return std::string{job}.append("|COMPLETED").append(sacct_times).append(resources).append("|").append(name) + "\n";
}

} // namespace

TEST(read_history, sacct_quotes_and_comments_are_names) {
    const job_history history = read_jobs(std::string{sacct_short} + sacct_line("7", "gres/gpu=2", "\"never closed") +
                                          sacct_line("8", "gres/gpu=1", "#x") + sacct_line("9", "gres/gpu=1", "\"z\""));
    EXPECT_EQ(history.records.size(), 3U);
    // What has been read as a table and written again has quotes.
    EXPECT_EQ(
        read_jobs("\"JobID\"|\"State\"|\"Submit\"|\"Start\"|\"End\"|\"AllocTRES\"\n\"7\"|\"COMPLETED\"|\"2024-01-01\"|"
                  "\"2024-01-02\"|\"2024-01-03\"|\"gres/gpu=2\"\n")
            .records.at(0)
            .gpus,
        2);
}

TEST(read_history, sacct_without_a_header_in_another_order) {
    const job_history history =
        read_jobs("billing=8,cpu=64,gres/gpu:a100=16,mem=1T,node=2|2|7" + std::string{sacct_times} +
                  "COMPLETED|ann\nbilling=8,cpu=8,gres/gpu:a100=1,mem=10G,node=1|1|8" + std::string{sacct_times} +
                  "FAILED|bob\n");
    ASSERT_EQ(history.records.size(), 2U);
    EXPECT_EQ(history.records[0].name, "7");
    EXPECT_EQ(numbers(history.records[0]), (row{2, 8, 1000, 32'000, 512 * 1024, 1704067200, 1704070800, 1704078000}));
    // End is Unknown in all rows: they run.
    const job_history running = read_jobs("7|RUNNING|2024-01-01T00:00:00|2024-01-01T01:00:00|Unknown|cpu=4,node=1\n"
                                          "8|RUNNING|2024-01-01T00:00:00|2024-01-01T02:00:00|Unknown|cpu=4,node=1\n");
    EXPECT_EQ(numbers(running.records.at(0)), (row{1, 0, 0, 4000, 0, 1704067200, 1704070800, 1704074400}));
}

TEST(read_history, sacct_says_which_shares_it_does_not_read_and_never_started_without_a_start) {
    const job_history history =
        read_jobs(std::string{sacct_short} + sacct_line("7", "cpu=2K,gres/shard=3,node=1", "a") +
                  sacct_line("8", "cpu=1,gres/gpu:a100=2,gres/gpu:v100=1,node=1", "b"));
    ASSERT_EQ(history.assumed.size(), 1U);
    EXPECT_EQ(history.records.at(0).cpu, 2'048'000);
    EXPECT_EQ(history.records.at(1).models, "a100|v100");
    EXPECT_EQ(left_out(read_jobs("JobID|State|Submit|Start|ElapsedRaw|AllocTRES\n7|COMPLETED|2024-01-01|Unknown|0|\n"),
                       "never"),
              1U);
}

TEST(read_history, a_header_in_other_spellings_and_behind_other_lines) {
    const std::string rows = "1,5,10,4\n2,6,10,4\n";
    const job_history plain = read_jobs("job_id,submit_time,duration,num_gpus\n" + rows);
    for (const std::string_view header :
         {"Job ID,Submit Time,Duration,Num GPUs", "jobId,submitTime,duration,numGpus",
          "job-id,submit-time,duration,num-gpus", "job_id,submit_time(s),duration (seconds),num_gpus",
          "$ cat jobs.csv\njob_id,submit_time,duration,num_gpus"})
        EXPECT_EQ(read_jobs(std::string{header} + "\n" + rows).records, plain.records) << header;
    // Two files, one behind the other.
    EXPECT_EQ(
        read_jobs("job_id,submit_time,duration,num_gpus\n1,5,10,4\njob_id,submit_time,duration,num_gpus\n2,6,10,4\n")
            .records,
        plain.records);
    EXPECT_EQ(left_out(read_jobs("sacct: a warning\nJobID|State|Submit|Start|End|AllocTRES\n7|COMPLETED" +
                                 std::string{sacct_times} + "gres/gpu=4\n"),
                       "before the header"),
              1U);
}

TEST(read_history, parts_of_a_gpu_starts_without_arrivals_and_spans_in_words) {
    EXPECT_EQ(read_jobs("job_id,submit_time,duration,num_gpus\n1,5,1 days 00:00:01,0.5\n").records.at(0),
              (history_job{.name = "1", .gpus = 1, .gpu_milli = 500, .arrival = 5, .end = 86406}));
    EXPECT_EQ(numbers(read_jobs("job_id,start_time,end_time,gpus\n1,5,10,1\n").records.at(0)),
              (row{1, 1, 1000, 0, 0, 5, 5, 10}));
}

TEST(read_history, times_that_cannot_be_replayed_are_left_out) {
    for (const std::string_view times : {"-5,10", "5,9223372036854775807", "1700000000,9e18", "-9e18,1"})
        EXPECT_EQ(left_out(read_jobs("job_id,submit_time,duration,num_gpus\n1," + std::string{times} + ",1\n"), "time"),
                  1U)
            << times;
}

TEST(read_history, kubernetes_objects_that_do_not_say_all) {
    const std::string pod =
        R"({"metadata": {"name": "p"}, "spec": {"overhead": {"cpu": "250m"}, "initContainers": [
        {"restartPolicy": "Always", "resources": {"requests": {"cpu": "1", "nvidia.com/gpu": "1"}}},
        {"resources": {"requests": {"cpu": "2"}}}],
        "containers": [{"resources": {"requests": {"cpu": "1"}, "limits": {"nvidia.com/gpu": "1", "example.com/gpu-slice": "9"}}}]},
        "status": {"phase": "Failed", "containerStatuses": [{"state": {"terminated": {"startedAt": "2024-01-01T00:00:00Z"}}}],
        "conditions": [{"lastTransitionTime": "2024-01-01T00:05:00Z"}]}})";
    for (const std::string& text : {R"({"kind": "List", "items": [)" + pod + "]}", "[" + pod + "]", pod,
                                    pod + "\n" + pod, R"({"items": [)" + pod + R"(]}{"items": []})"}) {
        const job_history history = read_jobs(text);
        EXPECT_EQ(history.layout, "kubernetes");
        ASSERT_GE(history.records.size(), 1U) << text;
        EXPECT_EQ(numbers(history.records[0]), (row{1, 2, 1000, 3250, 0, 1704067200, 1704067200, 1704067500}));
        EXPECT_NE(history.assumed.at(0).text.find("example.com/gpu-slice"), std::string::npos);
    }
    EXPECT_EQ(history_error(pod + "{"), "h: document: \"" + pod.substr(0, 30) + "\": expected JSON that is whole");
}

TEST(read_history, philly_with_numbers_alone_and_in_lines) {
    const std::string job =
        R"({"jobid": 17, "submitted_time": 1507338699, "attempts": [{"start_time": "2017-10-07 01:12:09", "end_time": "2017-10-07 01:12:19", "detail": [{"ip": "m", "gpus": 4}]}]})";
    for (const std::string& text : {job, "[" + job + "]", job + "\n" + job}) {
        const history_job read = read_jobs(text).records.at(0);
        EXPECT_EQ(read.name, "17");
        EXPECT_EQ(numbers(read), (row{1, 4, 1000, 0, 0, 1507338699, 1507338729, 1507338739}));
    }
}

TEST(read_history, refuses_in_one_line) {
    EXPECT_EQ(history_error("job_id,submit_time,duration,num_gpus\n1,0,5,x\n"),
              "h:2: num_gpus: \"x\": expected a number that is not negative");
    EXPECT_EQ(history_error("job_id,submit_time,duration,num_gpus\n1,yesterday,5,1\n"),
              "h:2: submit_time: \"yesterday\": expected a time: seconds, or a date such as 2026-01-31T12:00:00Z");
    EXPECT_EQ(history_error("job_id,submit_time,duration,num_gpus\n1,0,5\n"),
              "h:2: row: \"1 ...\": expected 4 fields, not 3");
    EXPECT_EQ(history_error("job_id,submit_time,duration,num_gpus\n"),
              "h: rows: \"\": expected a header and one row or more");
    EXPECT_NE(history_error("[]"), "");
    EXPECT_NE(history_error("JobID    JobName    State\n------ ------- -----\n7  a COMPLETED\n").find("--parsable2"),
              std::string::npos);
    EXPECT_EQ(history_error("\"job\n\n\n\nid\",a\n1,2\n").find('\n'), std::string::npos);
    EXPECT_NE(history_error("sn,cpu\n1,2\n"), "");
    EXPECT_NE(history_error(""), "");
    EXPECT_NE(history_error("[{]"), "");
    EXPECT_NE(history_error("JobID|State\n1|COMPLETED\n"), "");
    for (const std::string_view text :
         {"sn,cpu\n1,2\n", "", "{}", "[]", "[1]", "\"", "|||\n", "[{\"jobid\": 1, \"attempts\": 3}]"})
        EXPECT_EQ(history_error(text).find('\n'), std::string::npos) << text;
}

RC_GTEST_PROP(read_history, damaged_text_is_read_or_refused_and_nothing_else, ()) {
    static const std::vector<std::string> samples{
        std::string{sacct_header} +
            "7|ann|lab|COMPLETED|2024-01-01T00:00:00|2024-01-01T01:00:00|2024-01-01T03:00:00|1-00:00:00|2|4Gn|cpu="
            "2,mem=8G,node=2|cpu=64,gres/gpu:a100=16,mem=1T,node=2|n[1-2]\n",
        "job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time\n1,u,vcA,16,64,2,COMPLETED,"
        "2020-06-09 18:41:01,2020-06-09 18:41:02,2020-06-09 18:41:12\n",
        R"([{"status": "Pass", "jobid": "a", "submitted_time": "2017-10-07 01:11:39", "attempts": [{"start_time": "2017-10-07 01:12:09", "end_time": null, "detail": [{"ip": "m", "gpus": ["g"]}]}]}])",
        R"({"kind": "PodList", "items": [{"metadata": {"name": "p"}, "spec": {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "2"}}}]}, "status": {"startTime": "2024-01-01T00:01:00Z"}}]})"};
    std::string text = *rc::gen::elementOf(samples);
    const int changes = *rc::gen::inRange(1, 6);
    for (int i = 0; i < changes; ++i) {
        const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
        const auto kind = *rc::gen::inRange(0, 3);
        if (kind == 0) text[place] = *rc::gen::arbitrary<char>();
        if (kind == 1) text.erase(place, *rc::gen::inRange<std::size_t>(1, 9));
        if (kind == 2) text.insert(place, text.substr(text.size() / 2, *rc::gen::inRange<std::size_t>(1, 9)));
        if (text.empty()) break;
    }
    const auto history = parse_history("h", text);
    if (!history) RC_ASSERT(history.error().message().size() < 2000U);
    if (history)
        for (const history_job& job : history->records)
            RC_ASSERT((job.gpus >= 0 && job.gpus <= 32 && job.members >= 1 &&
                       job.end.value_or(0) >= job.start.value_or(job.arrival)));
}

TEST(read_history, reads_the_shared_traces) {
    const std::string folder = std::string{GPUPACK_DATA_DIR} + "/traces/";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "without ../shared";
    const auto helios = read_history(folder + "helios_dirlab.csv");
    ASSERT_TRUE(helios);
    EXPECT_EQ(helios->records.size(), 15000U);
    const auto gangs = std::count_if(helios->records.begin(), helios->records.end(),
                                     [](const history_job& job) { return job.members > 1; });
    EXPECT_EQ(gangs, 1263);
    const auto philly = read_history(folder + "philly_chronus.csv");
    ASSERT_TRUE(philly);
    EXPECT_EQ(philly->records.size(), 30940U);
}
