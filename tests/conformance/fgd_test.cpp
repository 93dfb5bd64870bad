// SPDX-License-Identifier: Apache-2.0
// Numbers of the unit tests of FGD's simulator, and of its code.
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_packing.hpp>

#include "support/published_check.hpp"
#include "support/score_of_states.hpp"

#include <cmath>

using namespace gpupack;
using published::differences;
using published::table;

namespace {

/// The expected tasks of a list, in parts of 10,000, for a node whose GPUs are the first model.
task_mix tasks_in_parts(const nlohmann::json& tasks, const std::string& node_model) {
    model_table models;
    (void)models.add({name{node_model}, 0_MiB});
    task_mix mix;
    for (const auto& task : tasks) {
        request request = asking(task[0], task[2], task[1]);
        if (const std::string model = task[3]; !model.empty()) {
            if (!models.find(model)) (void)models.add({name{model}, 0_MiB});
            request.models = models.select(model).value();
        }
        mix.add(request, std::lround(10000 * task[4].get<double>()));
    }
    return mix;
}

double fragmentation_under(const published::row& row, const task_mix& mix, std::int64_t cpu, const char* model) {
    const cluster cluster = node_with(row.at("left").get<std::vector<int>>(), cpu, gpu_model{name{model}, 0_MiB});
    const policy::fragmentation_table expected{mix};
    return static_cast<double>(expected.view().fragmentation(cluster[node_id{0}])) / 10000;
}

void compare_fragmentation(const published::row& row, differences& found) {
    const auto model = row.at("type").get<std::string>();
    const bool is_listed = row.contains("list") && !row.at("list").is_string();
    const task_mix mix = tasks_in_parts(is_listed ? row.at("list") : row.family.at("typicalA"), model);
    found.expect_near(fragmentation_under(row, mix, row.at("cpu"), model.c_str()), row.at("F").get<double>(), 0.01,
                      row);
}

const published::check fgd_fragmentation{"fgd", "frag", table::of_rows, "measures_fragmentation_as_published",
                                         compare_fragmentation};

const published::check fgd_just_fitting{"fgd", "just_fitting", table::of_rows,
                                        "measures_fragmentation_where_a_task_just_fits", compare_fragmentation};

const published::check fgd_unusable{// enough CPU for the one expected task
                                    "fgd", "unusable", table::of_rows, "counts_gpus_too_small_as_unusable",
                                    [](const published::row& row, differences& found) {
                                        task_mix one;
                                        one.add(asking(1000, row.at("gpus"), row.at("milli")), 10000);
                                        found.expect_near(fragmentation_under(row, one, 1000, "1080"),
                                                          row.at("expect").get<double>(), 1e-9, row);
                                    }};

const published::check fgd_packing{
    "fgd", "packing_score", table::of_rows, "scores_packing_as_published",
    [](const published::row& row, differences& found) {
        const cluster cluster = node_with(row.at("left").get<std::vector<int>>(), 96000);
        found.expect_equal(policy::gpu_packing{}(cluster[node_id{0}], asking(0, row.at("gpus"), row.at("milli"))),
                           row.at("expect").get<policy::score>(), row);
    }};

} // namespace
