// SPDX-License-Identifier: Apache-2.0
// What people reported of other systems in public, and what is right: one test a report, or several of a kind. The numbers are
// those of the projects' issues. Reports that belong to one header stand in its test.
#include <gpupack/plan/make_room.hpp>
#include <gpupack/plan/place_compound.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/plan/plan_replacement.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

auto placing_on(const std::vector<node_spec>& nodes) {
    cluster_builder builder;
    for (const node_spec& each : nodes) builder.add_nodes(1, each);
    return scheduler{std::move(builder).build().value(), policy::best_fit{}};
}

auto placing_on(const node_spec& node) {
    return placing_on(std::vector{node});
}

share profile(const cluster& cluster, const char* name) {
    return mig_profile(cluster.models(), name).value();
}

/// Two spines of so many racks ("r0", "r1", ...) with so many nodes of 8 GPUs each.
auto placing_on_racks(int racks_per_spine, std::size_t nodes_per_rack) {
    domain_tree_builder tree{{"spine", "rack"}};
    tree.add("s0", "spine").add("s1", "spine");
    for (int r = 0; r < 2 * racks_per_spine; ++r)
        tree.add(std::string{"r"}.append(std::to_string(r)), "rack", r < racks_per_spine ? "s0" : "s1");
    cluster_builder builder;
    builder.domains(std::move(tree).build().value());
    for (int r = 0; r < 2 * racks_per_spine; ++r)
        builder.add_nodes(nodes_per_rack, {.cpu = 64_cores, .gpus = {8, models::h100_80gb}},
                          std::string{"r"}.append(std::to_string(r)));
    return scheduler{std::move(builder).build().value(), policy::best_fit{}};
}

std::map<std::uint32_t, int> members_by_node(const plan::gang_placement& placed) {
    std::map<std::uint32_t, int> members;
    for (const placement& each : placed.members) ++members[each.node.number()];
    return members;
}

} // namespace

// HAMi#602, #2403, volcano#2907, gpu-operator#465, nomad#27102: several shares, and one GPU that has room for them all.
TEST(public_reports, several_shares_may_come_from_one_gpu_where_the_pod_allows_it) {
    auto slices = placing_on({.cpu = 8_cores, .gpus = {1, models::t4}});
    const request two_slices{.gpus = 2, .share = slice{.memory = 1000_MiB}};
    EXPECT_FALSE(slices.place(two_slices)); // two GPUs, by default
    EXPECT_TRUE(plan::place_compound(slices, {.parts = {{two_slices, part_phase::main, true}}}));

    auto standing =
        placing_on({.cpu = 8_cores, .gpus = {2, models::a100_80gb, {.instances = {{"3g.40gb", 0}, {"3g.40gb", 4}}}}});
    const request_part four{{.gpus = 4, .share = profile(standing.cluster(), "3g.40gb")}, part_phase::main, true};
    EXPECT_TRUE(plan::place_compound(standing, {.parts = {four}})); // four in one request, as two and two
    EXPECT_FALSE(
        plan::place_compound(standing, {.parts = {{{.gpus = 1, .share = profile(standing.cluster(), "3g.40gb")}}}}));
}

// gpu-operator#386, skypilot#5423: shares that nobody asked to keep together are on different GPUs.
TEST(public_reports, shares_are_on_different_gpus_unless_said_otherwise) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {2, models::t4, {.only = sharing::slices, .max_sharers = 4}}});
    const auto placed = by.place({.gpus = 2, .share = slice{.memory = 100_MiB}});
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->gpus.size(), 2);
}

// HAMi#1054, #948: memory on a GPU that is cut as it is needed. A 3g.20gb has less than 20,000 MiB.
TEST(public_reports, memory_is_met_by_an_instance_that_has_it) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {1, models::a100_40gb}});
    EXPECT_TRUE(by.place({.gpus = 1, .share = mig_at_least(by.cluster().models(), 8000_MiB).value()}));
    const share large = mig_at_least(by.cluster().models(), 20000_MiB).value();
    EXPECT_EQ(large.profiles(), profile(by.cluster(), "7g.40gb").profiles());
    EXPECT_FALSE(by.place({.gpus = 1, .share = large}));
    EXPECT_TRUE(by.place({.gpus = 1, .share = profile(by.cluster(), "3g.20gb")}));
}

// HAMi#798, #1528, k8s-device-plugin#1690: containers of one pod, each with its own count.
TEST(public_reports, containers_of_a_pod_fit_together_or_not_at_all) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {2, models::t4}});
    const auto half = [](int gpus) {
        return request_part{{.cpu = 1_cores, .gpus = gpus, .share = slice{.memory = 7000_MiB}}};
    };
    EXPECT_TRUE(plan::place_compound(by, {.parts = {half(1), half(2)}}));
    EXPECT_FALSE(plan::place_compound(by, {.parts = {half(1), half(1)}})); // one share of the four is left
    EXPECT_TRUE(plan::place_compound(by, {.parts = {half(1)}}));
}

// HAMi#807: two pods of four halves; the third is told what is missing.
TEST(public_reports, halves_of_four_cards_go_twice) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {4, models::a10}});
    const request halves{.gpus = 4, .share = slice{.memory = 10_GiB, .compute = 500_milli}};
    EXPECT_TRUE(by.place(halves));
    EXPECT_TRUE(by.place(halves));
    const auto third = by.place(halves);
    ASSERT_FALSE(third);
    EXPECT_TRUE(third.error().ever);
}

// gpu-operator#637: a node in MIG mode gives no whole GPUs; and gpushare-scheduler-extender#10: neither does one with slices.
TEST(public_reports, whole_gpus_are_not_taken_from_what_is_shared) {
    auto mig = placing_on({.cpu = 8_cores, .gpus = {1, models::a100_80gb, {.only = sharing::mig}}});
    const auto refused = mig.place({.gpus = 1});
    ASSERT_FALSE(refused);
    EXPECT_FALSE(refused.error().ever);
    auto sliced = placing_on({.cpu = 8_cores, .gpus = {1, models::t4}});
    EXPECT_TRUE(sliced.place({.gpus = 1, .share = slice{.memory = 1_MiB}}));
    EXPECT_FALSE(sliced.place({.gpus = 1}));
}

// k8s-device-plugin#1786: two and eight replicas, by GPU.
TEST(public_reports, each_gpu_has_its_own_number_of_sharers) {
    auto by = placing_on(
        {.cpu = 64_cores, .gpus = {{1, models::t4, {.max_sharers = 2}}, {1, models::t4, {.max_sharers = 8}}}});
    int placed = 0;
    while (by.place({.gpus = 1, .share = slice{.memory = 1_MiB}})) ++placed;
    EXPECT_EQ(placed, 10);
}

// mig-parted#31: one driver calls it 3g.39gb, the other 3g.40gb. mig-parted#100: 4g and 3g stand side by side.
TEST(public_reports, profiles_have_more_than_one_spelling) {
    auto by =
        placing_on({.cpu = 8_cores, .gpus = {1, models::a100_80gb, {.instances = {{"4g.40gb", 0}, {"3g.39gb", 4}}}}});
    EXPECT_TRUE(by.place({.gpus = 1, .share = profile(by.cluster(), "nvidia.com/mig-3g.40gb")}));
    EXPECT_TRUE(by.place({.gpus = 1, .share = profile(by.cluster(), "4g.39gb")}));
    EXPECT_FALSE(cluster_builder{}
                     .add_nodes(1, {.gpus = {1, models::a100_80gb, {.instances = {{"4g.40gb", 0}, {"4g.40gb", 4}}}}})
                     .build());
}

// dra-driver-nvidia-gpu#897: 4g, 2g and 1g of one claim belong on one GPU.
TEST(public_reports, parts_of_a_claim_share_a_gpu_where_it_says_so) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {3, models::a100_80gb}});
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(by.take({node_id{0}, gpu_set::of(i), slot_list{}}, {.gpus = 1}).node == node_id{0});
    const auto part = [&](const char* name) { return request_part{{.gpus = 1, .share = profile(by.cluster(), name)}}; };
    const compound_request claim{.parts = {part("4g.40gb"), part("2g.20gb"), part("1g.10gb")},
                                 .relations = {{0, 1, gpu_relation::same}, {0, 2, gpu_relation::same}}};
    const auto placed = plan::place_compound(by, claim);
    ASSERT_TRUE(placed);
    EXPECT_FALSE(plan::place_compound(by, claim)); // no other GPU has room, and half of one will not do
}

// dra-driver-nvidia-gpu#933, volcano#3948: 1g at 0, 1 and 5 leave no place for 4g. One move makes it.
TEST(public_reports, one_move_makes_room_for_a_large_instance) {
    auto by = placing_on({.cpu = 8_cores, .gpus = {2, models::a100_80gb}});
    const request small{.gpus = 1, .share = profile(by.cluster(), "1g.10gb")};
    const request large{.gpus = 1, .share = profile(by.cluster(), "4g.40gb")};
    std::vector<plan::running_task> tasks;
    for (const int gpu : {0, 1}) {
        for (const int start : {gpu, 5}) { // on GPU 0 at 0 and 5, on GPU 1 at 1 and 5
            slot_list slots;
            slots.set(0, by.cluster().mig_placement(node_id{0}, gpu, "1g.10gb", start).value());
            tasks.push_back(
                {by.take({node_id{0}, gpu_set::of(gpu), slots}, small), small, plan::running_task::never, 1});
        }
    }
    ASSERT_FALSE(by.place(large));
    const auto plan = plan::make_room(by.cluster(), by.policy(), large, tasks);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->moves, 1);
    EXPECT_TRUE(plan::carry_out(by, large, tasks, *plan));
}

// KAI-Scheduler#306, nomad#18364, #26584: host memory counts as GPUs do; a GPU in use is in use; two models serve one request.
TEST(public_reports, idle_gpus_alone_do_not_make_a_node_fit) {
    auto by = placing_on({.cpu = 8_cores, .memory = 7_GiB, .gpus = {{1, models::t4}, {1, models::a10}}});
    EXPECT_FALSE(by.place({.memory = 8_GiB, .gpus = 1}));
    const auto both = by.place({.gpus = 2});
    ASSERT_TRUE(both);
    EXPECT_FALSE(by.place({.gpus = 1}));
}

// volcano#1818, #1782: GPUs that fail under running tasks take nothing more, before and after those end.
TEST(public_reports, failed_gpus_take_nothing_whoever_leaves) {
    auto by = placing_on({.cpu = 64_cores, .gpus = {8, models::t4}});
    const auto all = by.place({.gpus = 8});
    ASSERT_TRUE(all);
    by.set_closed(node_id{0}, gpu_set::first(2), true);
    EXPECT_FALSE(by.place({.gpus = 6}));
    by.release(*all);
    const auto refused = by.place({.gpus = 7});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().closed_gpus, gpu_set::first(2));
    EXPECT_TRUE(by.place({.gpus = 6}));
}

// volcano#5335: a dry run, or a gang that is given up, leaves nothing behind.
TEST(public_reports, what_was_only_tried_holds_nothing) {
    auto by = placing_on({.cpu = 64_cores, .gpus = {4, models::t4}});
    const cluster before = by.cluster();
    const gang four{.parts = {{{.gpus = 1}, 4}}};
    EXPECT_FALSE(plan::place_gang(by, four, [](std::size_t member, const placement&) { return member < 3; }));
    EXPECT_TRUE(plan::plan_gang(by.cluster(), by.policy(), four));
    EXPECT_TRUE(by.cluster().same_state(before));
    EXPECT_TRUE(plan::place_gang(by, four));
    EXPECT_FALSE(by.place({.gpus = 1}));
}

// volcano#2984: 24 single-GPU members are three whole nodes. flux-sched#1129: thousands of members are no trouble.
TEST(public_reports, members_fill_whole_nodes) {
    auto by = placing_on_racks(4, 8);
    const auto placed = plan::place_gang(by, {.parts = {{{.gpus = 1}, 24}}});
    ASSERT_TRUE(placed);
    const auto nodes = members_by_node(*placed);
    EXPECT_EQ(nodes.size(), 3U);
    for (const auto& [node, members] : nodes) EXPECT_EQ(members, 8) << node;
    plan::release_gang(by, *placed);
    const auto many = plan::place_gang(by, {.parts = {{{.cpu = 1_cores, .gpus = 1}, 512}}});
    ASSERT_TRUE(many);
    EXPECT_EQ(members_by_node(*many).size(), 64U);
}

// volcano#4343, #4331, KAI-Scheduler#1217: the narrowest domain that has room; a refusal says how many would fit.
TEST(public_reports, a_gang_goes_to_the_narrowest_domain_with_room) {
    auto by = placing_on_racks(2, 18);
    gang job{.parts = {{{.gpus = 8}, 16}}, .level = "rack", .required = true};
    std::set<std::string> racks;
    for (int i = 0; i < 4; ++i) {
        const auto placed = plan::place_gang(by, job);
        ASSERT_TRUE(placed) << i;
        racks.insert(by.cluster().domains()[placed->domain].name);
    }
    EXPECT_EQ(racks.size(), 4U);
    const auto fifth = plan::place_gang(by, job);
    ASSERT_FALSE(fifth);
    EXPECT_TRUE(fifth.error().proven);
    EXPECT_EQ(fifth.error().fitting, 2); // of one rack
    job = {.parts = {{{.gpus = 8}, 4}}};
    const auto spine = plan::place_gang(by, job); // two and two, under one spine
    ASSERT_TRUE(spine);
    EXPECT_EQ(by.cluster().domains()[spine->domain].name.substr(0, 1), "s");
}

// nvcf#598: a clique with one free node is no place for two; the other one is, or none.
TEST(public_reports, a_gang_is_not_pinned_to_a_domain_that_is_full) {
    auto by = placing_on_racks(1, 2);
    (void)by.take({node_id{0}, gpu_set::of(0), slot_list{}}, {.gpus = 1});
    const gang pair{.parts = {{{.gpus = 8}, 2}}, .level = "rack", .required = true};
    const auto placed = plan::place_gang(by, pair);
    ASSERT_TRUE(placed);
    EXPECT_EQ(by.cluster().domains()[placed->domain].name, "r1");
    EXPECT_FALSE(plan::place_gang(by, pair));
}

// kueue#14244, #12735, grove#648: a member is replaced in its rack; a second gang goes where the first one is.
TEST(public_reports, a_gang_can_name_a_domain_and_a_member_be_replaced_in_it) {
    auto by = placing_on_racks(2, 3);
    gang job{.parts = {{{.gpus = 8}, 2}}, .level = "rack", .required = true};
    const auto first = plan::place_gang(by, job);
    ASSERT_TRUE(first);
    const std::string rack{by.cluster().domains()[first->domain].name};
    std::vector<selection> members;
    for (const placement& each : first->members) members.push_back({each.node, each.gpus, slot_list{}});
    by.set_closed(first->members[0].node, true);
    by.release(first->members[0]);
    const auto beside = plan::plan_replacement(by.cluster(), by.policy(), job, members, 0);
    ASSERT_TRUE(beside);
    EXPECT_EQ(by.cluster().domain_of(beside->node), first->domain);
    gang second{.parts = {{{.gpus = 8}, 1}}};
    second.domain = rack;
    const auto there = plan::place_gang(by, second);
    ASSERT_TRUE(there);
    EXPECT_EQ(by.cluster().domain_of(there->members[0].node), first->domain);
    second.parts[0].count = 2;
    EXPECT_FALSE(plan::place_gang(by, second)); // not elsewhere
}

// ray#18309, #42683: large members first, or none finds its place.
TEST(public_reports, members_of_different_sizes_are_seated_together) {
    auto by = placing_on({{.cpu = 8_cores}, {.cpu = 16_cores}, {.cpu = 16_cores}});
    for (const std::vector<int>& order : {std::vector{8, 16, 16}, {16, 8, 16}, {16, 16, 8}}) {
        gang bundles;
        for (const int cores : order) bundles.parts.push_back({{.cpu = milli_cpu{1000 * cores}}, 1});
        const auto placed = plan::place_gang(by, bundles);
        ASSERT_TRUE(placed);
        plan::release_gang(by, *placed);
    }
    auto mixed = placing_on({{.cpu = 8_cores, .memory = 128_GiB, .gpus = {1, models::t4}},
                             {.cpu = 8_cores, .memory = 256_GiB, .gpus = {1, models::t4}}});
    const auto part = [](milli_gpu gpu, mebibytes memory, int count) {
        return gang_part{{.memory = memory, .gpus = 1, .share = slice{.compute = gpu}}, count};
    };
    EXPECT_TRUE(plan::place_gang(mixed, {.parts = {part(900_milli, 1_GiB, 2), part(100_milli, 130_GiB, 1)}}));
}

// volcano#410, yunikorn-core#76: tasks without GPUs leave the GPU nodes to those that need them.
TEST(public_reports, tasks_without_gpus_keep_off_gpu_nodes) {
    auto by = placing_on({{.cpu = 32_cores, .gpus = {8, models::t4}}, {.cpu = 32_cores}});
    const auto placed = by.place({.cpu = 4_cores});
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->node, node_id{1});
    EXPECT_EQ(by.place({.cpu = 30_cores})->node, node_id{0}); // but wait for nothing
}

// KAI-Scheduler#1591, kueue#5243: victims whose places serve the request together, on one node.
TEST(public_reports, victims_are_on_the_node_that_is_freed) {
    auto by = placing_on(std::vector<node_spec>(4, {.cpu = 64_cores, .gpus = {4, models::t4}}));
    std::vector<plan::running_task> tasks;
    for (int i = 0; i < 16; ++i) {
        const request one{.cpu = 1_cores, .gpus = 1};
        tasks.push_back(
            {*by.place(one), one, 1 + i % 4, plan::running_task::never}); // the cheap ones are on four nodes
    }
    const request four{.gpus = 4};
    const auto plan = plan::make_room(by.cluster(), by.policy(), four, tasks);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->ends, 4);
    std::set<std::uint32_t> nodes;
    for (const plan::room_step& step : plan->steps)
        if (step.kind == plan::room_step::action::end) nodes.insert(tasks[step.task].place.node.number());
    EXPECT_EQ(nodes.size(), 1U);
    EXPECT_FALSE(plan::make_room(by.cluster(), by.policy(), four, tasks, {.ends = 3}));
}
