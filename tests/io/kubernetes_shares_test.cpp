// SPDX-License-Identifier: Apache-2.0
// Shares of GPUs in histories of Kubernetes, by the resources and annotations of the systems that share them.
#include <gpupack/io/read_history.hpp>
#include <gpupack/io/read_trace.hpp>
#include <gpupack/io/write_history.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

/// A pod that has run, with these limits of its containers and these annotations, both as JSON.
std::string pod_with(const std::vector<std::string>& limits, const std::string& annotations = "{}") {
    std::string containers;
    for (const std::string& each : limits)
        containers += (containers.empty() ? "" : ",") + (R"({"resources": {"limits": )" + each + "}}");
    return R"({"kind": "Pod", "metadata": {"name": "p", "creationTimestamp": "2024-01-01T00:00:00Z", "annotations": )" +
           annotations + R"(}, "spec": {"containers": [)" + containers +
           R"(]}, "status": {"phase": "Succeeded", "startTime": "2024-01-01T00:01:00Z",
               "containerStatuses": [{"state": {"terminated": {"finishedAt": "2024-01-01T00:02:00Z"}}}]}})";
}

io::job_history history_of_pod(const std::string& pod) {
    return io::parse_history("pods.json", pod, {}).value();
}

/// GPUs, milli-GPUs, MiB and percent of each, of the only job; and all notes.
std::string share_in(const std::string& pod) {
    const io::job_history history = history_of_pod(pod);
    const io::history_job& job = history.records.at(0);
    std::string text = std::to_string(job.gpus) + " x " + std::to_string(job.gpu_milli) + " milli, " +
                       std::to_string(job.gpu_memory) + " MiB, " + std::to_string(job.gpu_memory_percent) + " %";
    for (const io::history_note& each : history.assumed) text += "; " + each.text;
    return text;
}

} // namespace

TEST(kubernetes_shares, of_each_system_are_read_as_it_reads_them) {
    EXPECT_EQ(share_in(pod_with({R"({"aliyun.com/gpu-mem": 3})", R"({"aliyun.com/gpu-mem": "1"})"})),
              "1 x 0 milli, 4096 MiB, 0 %; aliyun.com/gpu-mem was read as GiB, as gpushare is installed");
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpu": 2, "nvidia.com/gpumem": 3000, "nvidia.com/gpucores": 30})"})),
              "2 x 300 milli, 3000 MiB, 0 %");
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpumem-percentage": 50})"})), "1 x 0 milli, 0 MiB, 50 %");
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpu": 1, "nvidia.com/gpucores": 100})"})),
              "1 x 1000 milli, 0 MiB, 0 %");
    EXPECT_EQ(share_in(pod_with(
                  {R"({"volcano.sh/vgpu-number": 1, "volcano.sh/vgpu-memory": "2Ki", "volcano.sh/vgpu-cores": 20})"})),
              "1 x 200 milli, 2048 MiB, 0 %");
    EXPECT_EQ(share_in(pod_with({R"({"koordinator.sh/gpu-core": 50, "koordinator.sh/gpu-memory": "8Gi"})"})),
              "1 x 500 milli, 8192 MiB, 0 %");
    EXPECT_EQ(share_in(pod_with({R"({"koordinator.sh/gpu": 200})"})), "2 x 1000 milli, 0 MiB, 0 %");
    EXPECT_EQ(share_in(pod_with({R"({"cpu": 1})"}, R"({"gpu-fraction": "0.25", "gpu-fraction-num-devices": "2"})")),
              "2 x 0 milli, 0 MiB, 25 %");
    EXPECT_EQ(share_in(pod_with({R"({"cpu": 1})"}, R"({"gpu-fraction": "0.125"})")),
              "1 x 0 milli, 0 MiB, 13 %; a part of a GPU's memory was rounded up to a percent");
    EXPECT_EQ(share_in(pod_with({R"({"cpu": 1})"}, R"({"gpu-memory": "2000"})")), "1 x 0 milli, 2000 MiB, 0 %");
}

TEST(kubernetes_shares, say_what_is_not_read) {
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpumem": 1000})", R"({"nvidia.com/gpumem": 2000})"})),
              "1 x 0 milli, 1000 MiB, 0 %; of several containers with shares of HAMi, the first counts");
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpu": 1, "nvidia.com/gpumem-percentage": 306})"})),
              "0 x 0 milli, 0 MiB, 0 %; a share of GPUs that HAMi would refuse counts as none");
    EXPECT_EQ(share_in(pod_with({R"({"cpu": 1})"}, R"({"gpu-fraction": "much"})")),
              "0 x 0 milli, 0 MiB, 0 %; a share of GPUs that KAI would refuse counts as none");
    EXPECT_EQ(share_in(pod_with({R"({"example.com/gpu-slice": 1})"})),
              "0 x 0 milli, 0 MiB, 0 %; a part of a GPU, such as example.com/gpu-slice, is not read");
    EXPECT_EQ(share_in(pod_with({R"({"nvidia.com/gpu": 2})"})), "2 x 1000 milli, 0 MiB, 0 %");
    for (const char* odd :
         {"[]", "7", "null", R"("x")", R"([[1], {"resources": 3}])"}) // no containers that could share
        EXPECT_EQ(share_in(R"({"kind": "Pod", "metadata": {"name": "p", "annotations": [1]}, "spec": {"containers": )" +
                           std::string{odd} +
                           R"(}, "status": {"phase": "Running", "startTime": "2024-01-01T00:01:00Z"}})")
                      .substr(0, 24),
                  "0 x 0 milli, 0 MiB, 0 %;")
            << odd;
}

TEST(kubernetes_shares, are_written_so_that_they_can_be_replayed) {
    for (const char* limits : {R"({"nvidia.com/gpu": 2, "nvidia.com/gpumem": 3000, "nvidia.com/gpucores": 30})",
                               R"({"nvidia.com/gpumem-percentage": 50})",
                               R"({"koordinator.sh/gpu-core": 50, "koordinator.sh/gpu-memory": "8Gi"})"}) {
        const io::job_history history = history_of_pod(pod_with({limits}));
        const io::history_job& job = history.records.at(0);
        model_table models;
        label_table labels;
        const auto tasks = io::read_tasks("tasks.csv", io::write_history_tasks(history.records), models, labels);
        ASSERT_TRUE(tasks) << tasks.error().message();
        const gpupack::request& request = tasks->at(0).request;
        EXPECT_EQ(request.gpus, job.gpus);
        EXPECT_EQ(request.share.compute().count(), job.gpu_milli);
        EXPECT_EQ(request.share.memory().count(), job.gpu_memory);
        EXPECT_EQ(request.share.memory_percent(), job.gpu_memory_percent);
    }
}
