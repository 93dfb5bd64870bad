// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of FGD's simulator.
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_packing.hpp>

#include "conformance/numbers.hpp"
#include "support/score_of_states.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace gpupack;

namespace {

/// The expected tasks of a row, by parts of 10,000.
task_mix mix_of(const nlohmann::json& tasks, model_table& models) {
    task_mix mix;
    for (const auto& task : tasks) {
        request request = asking(task[0], task[2], task[1]);
        if (const std::string model = task[3]; !model.empty()) {
            EXPECT_TRUE(models.add({name{model}, 0_MiB}));
            request.models = models.select(model).value();
        }
        mix.add(request, std::lround(10000 * task[4].get<double>()));
    }
    return mix;
}

double fragmentation_of(const nlohmann::json& row, const task_mix& mix) {
    const cluster on =
        node_with(row.at("left").get<std::vector<int>>(), row.value("cpu", 1000), gpu_model{"1080", 0_MiB});
    const policy::fragmentation_table table{mix};
    return static_cast<double>(table.view().fragmentation(on[node_id{0}])) / 10000;
}

} // namespace

TEST(fgd, measures_fragmentation_as_published) {
    const auto table = published("fgd");
    for (const auto& row : table.at("frag")) {
        model_table models;
        EXPECT_TRUE(models.add({"1080", 0_MiB}));
        const task_mix mix = mix_of(row.at("list").is_string() ? table.at("typicalA") : row.at("list"), models);
        EXPECT_NEAR(fragmentation_of(row, mix), row.at("F").get<double>(), row.at("tol").get<double>())
            << row.at("id");
    }
}

TEST(fgd, counts_gpus_too_small_as_unusable) { // enough CPU for the one expected task
    for (const auto& row : published("fgd").at("unusable")) {
        task_mix one;
        one.add(asking(1000, row.at("gpus"), row.at("milli")), 10000);
        EXPECT_NEAR(fragmentation_of(row, one), row.at("expect").get<double>(), 1e-9) << row;
    }
}

TEST(fgd, scores_packing_as_published) {
    for (const auto& row : published("fgd").at("packing_score")) {
        const cluster on = node_with(row.at("left").get<std::vector<int>>(), 96000);
        EXPECT_EQ(policy::gpu_packing{}(on[node_id{0}], asking(0, row.at("gpus"), row.at("milli"))),
                  row.at("expect").get<policy::score>())
            << row;
    }
}
