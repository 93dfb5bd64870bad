// SPDX-License-Identifier: Apache-2.0
#include <gpupack/presets.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <type_traits>

using namespace gpupack;

namespace {

/// Checks the policy of a preset as its own type.
template <class Policy, class Check>
void check_preset(std::string_view name, const preset_inputs& inputs, const Check& check) {
    bool is_of_that_type = false;
    for_each_preset([&](const auto& row) {
        if constexpr (std::is_same_v<typename std::remove_cvref_t<decltype(row)>::policy_type, Policy>) {
            if (row.name != name) return;
            is_of_that_type = true;
            check(row.make(inputs));
        }
    });
    EXPECT_TRUE(is_of_that_type) << name;
}

} // namespace

TEST(presets, have_names_of_their_own_and_a_line_each) {
    std::set<std::string_view> names;
    for (const preset_name& each : presets) {
        names.insert(each.name);
        EXPECT_GT(each.summary.size(), 20U) << each.name;
    }
    EXPECT_EQ(names.size(), presets.size());
}

TEST(presets, are_those_that_programs_and_documents_name) {
    std::set<std::string_view> names;
    for (const preset_name& each : presets) names.insert(each.name);
    const std::set<std::string_view> known{"random",
                                           "first-fit",
                                           "worst-fit",
                                           "best-fit",
                                           "dot-product",
                                           "gpu-packing",
                                           "gpu-clustering",
                                           "fgd",
                                           "lookahead",
                                           "lookahead-fill",
                                           "lookahead-dense",
                                           "binpack",
                                           "spread",
                                           "nomad-binpack",
                                           "nomad-spread",
                                           "volcano-binpack",
                                           "mig-best-fit",
                                           "mig-fragmentation",
                                           "mig-options",
                                           "mig-scarcity",
                                           "k8s-exclusive",
                                           "device-plugin-packed",
                                           "device-plugin-distributed",
                                           "gpushare",
                                           "aliyun-vgpu",
                                           "hami-binpack",
                                           "hami-spread",
                                           "hami-binpack-spread",
                                           "hami-spread-binpack",
                                           "volcano-vgpu-binpack",
                                           "kai-binpack",
                                           "kai-spread",
                                           "koordinator-most",
                                           "koordinator-least",
                                           "ray-pack",
                                           "ray-spread",
                                           "slurm-shard",
                                           "gpuallocator",
                                           "gpuallocator-binpack",
                                           "hami-topology",
                                           "link-preserve",
                                           "volcano-vgpu-spread",
                                           "volcano-vgpu-default",
                                           "kai-spread-sharing"};
    EXPECT_EQ(names, known);
}

TEST(presets, are_made_by_their_names) {
    for (const preset_name& each : presets) {
        const auto name = visit_preset(each.name, [](const auto& row) { return std::string{row.name}; });
        ASSERT_TRUE(name) << each.name;
        EXPECT_EQ(*name, each.name);
    }
}

TEST(presets, an_unknown_name_is_an_error_that_lists_the_known_ones) {
    for (const char* name : {"best", "Binpack", "", "hami", "spread "}) {
        const auto found = visit_preset(name, [](const auto& row) { return std::string{row.name}; });
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().message(), std::string{"policy: \""} + name + "\": expected one of " + preset_names());
    }
}

TEST(presets, that_decide_by_expected_tasks_are_not_made_without) {
    const std::set<std::string_view> by_mix{"fgd",         "lookahead",   "lookahead-fill", "lookahead-dense",
                                            "mig-options", "mig-scarcity"};
    task_mix mix;
    mix.add({.gpus = 1});
    for (const preset_name& each : presets) {
        EXPECT_EQ(needs_mix(each.name), by_mix.contains(each.name)) << each.name;
        const auto made = make_preset(each.name, {}, search::scan{});
        EXPECT_EQ(made.has_value(), !by_mix.contains(each.name)) << each.name;
        if (!made) {
            EXPECT_EQ(made.error().message(), "policy: \"" + std::string{each.name} +
                                                  "\": expected a mix of tasks beside it (preset_inputs::expected): it "
                                                  "decides by them, and by none as "
                                                  "first-fit does");
        }
        EXPECT_TRUE(make_preset(each.name, {.expected = mix}, search::scan{})) << each.name;
        EXPECT_TRUE(make_preset(each.name, {.may_be_empty = true}, search::scan{})) << each.name; // its caller learns
    }
}

TEST(presets, take_the_options_that_their_rows_name) {
    const preset_inputs inputs{.may_be_empty = true};
    const auto wrong = [&](const char* text) { return make_preset(text, inputs, search::scan{}).error().message(); };
    EXPECT_TRUE(make_preset(
        "lookahead:leave=0:reserve=150:scarcity=0:cpu_scarcity=9:model_scarcity=10000:step=1:offers=1:gpu_memory=1",
        inputs, search::scan{}));
    EXPECT_TRUE(make_preset("random:seed=7", inputs, search::scan{}));
    EXPECT_TRUE(make_preset("fgd:typical=50", inputs, search::scan{}));
    EXPECT_EQ(wrong("fgd:reserve=1"), R"(option of fgd: "reserve=1": expected one of typical)");
    EXPECT_EQ(wrong("binpack:seed=1"), R"(option of binpack: "seed=1": expected none: it has no options)");
    EXPECT_EQ(wrong("lookahead:reserve=x"), R"(policy, column 11: "reserve=x": expected reserve= from 0 to 10000)");
    preset_inputs by_hand = inputs;
    by_hand.options = {{"step", 0}};
    EXPECT_FALSE(make_preset("lookahead", by_hand, search::scan{}));
    check_preset<policy::node_then_gpus_policy<policy::random, policy::gpu_random>>(
        "random", {.options = {{"seed", 7}}}, [](const auto& preset) { EXPECT_EQ(preset.node.seed, 7U); });
    for_each_preset([](const auto& row) { // each option of a row is one that there is, and changes what it makes
        for (const policy_option_range& range : policy_option_ranges)
            EXPECT_EQ(row.has_option(range.name),
                      (' ' + std::string{row.options} + ' ').find(' ' + std::string{range.name} + ' ') !=
                          std::string::npos);
    });
}

TEST(presets, take_their_seed_and_their_typical_tasks) {
    using random_preset = policy::node_then_gpus_policy<policy::random, policy::gpu_random>;
    check_preset<random_preset>("random", {{}, 9}, [](const auto& preset) { EXPECT_EQ(preset.node.seed, 9U); });
    task_mix mix;
    mix.add({.cpu = 1_cores, .gpus = 1}, 95);
    mix.add({.cpu = 2_cores, .gpus = 1}, 5);
    check_preset<policy::fgd>("fgd", {mix, 1}, [&](const policy::fgd& preset) {
        EXPECT_TRUE(preset == policy::fgd{mix.typical(95)});
        EXPECT_FALSE(preset == policy::fgd{mix});
    });
    check_preset<policy::lookahead>("lookahead", {mix, 1, 40_GiB}, [&](const policy::lookahead& preset) {
        const cluster nodes = cluster_builder{}.add_nodes(1, {4_cores, 16_GiB, {2, models::t4}}).build().value();
        const request half{.cpu = 1_cores, .gpus = 1, .share = slice{.memory = {}, .compute = 500_milli}};
        const auto score = [&](const policy::lookahead& lookahead) {
            return policy::node_score(lookahead.prepare({nodes, half, 0}), nodes[node_id{0}], half);
        };
        EXPECT_EQ(score(preset), score(policy::lookahead{mix, {.memories = {.fallback = 40_GiB}}}));
        EXPECT_NE(score(preset), score(policy::lookahead{task_mix{}, {.memories = {.fallback = 40_GiB}}}));
    });
}

TEST(presets, only_the_system_that_shares_no_gpus_rounds_requests_up) {
    for_each_preset([](const auto& row) {
        EXPECT_EQ(row.rule == request_rule::whole_gpus, row.name == "k8s-exclusive") << row.name;
    });
}
