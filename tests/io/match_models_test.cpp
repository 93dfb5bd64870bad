// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/match_models.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack::io;

TEST(match_models, names_models_as_the_machines_do_or_takes_any) {
    const std::vector<history_node> nodes{
        {"a", 1, 1, 6, "A100:2+T4:4"}, {"b", 1, 1, 8, "A100"}, {"c", 1, 1, 8, "NVIDIA-A10"}, {"d", 1, 1, 0, ""}};
    job_history jobs;
    for (const char* const models : {"a100", "nvidia-t4|v100", "a10", "v100", "", "A100|T4"})
        jobs.records.push_back({.name = models, .gpus = 1, .models = models});
    match_models(jobs, nodes);
    std::vector<std::string> named;
    for (const history_job& job : jobs.records) named.push_back(job.models);
    EXPECT_EQ(named, (std::vector<std::string>{"A100", "T4", "NVIDIA-A10", "", "", "A100|T4"}));
    EXPECT_EQ(jobs.assumed, (std::vector<history_note>{{"no machine has its GPU models: any will do", 1, 0}}));
}
