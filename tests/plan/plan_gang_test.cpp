// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/plan_gang.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/request/instances.hpp>

#include "support/every_way.hpp"
#include "support/for_all.hpp"
#include "support/random_gang.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

using namespace gpupack;

namespace {

/// The members of a gang, one by one.
std::vector<request> members_of(const gang& of) {
    std::vector<request> all;
    for (const gang_part& part : of.parts) all.insert(all.end(), static_cast<std::size_t>(part.count), part.request);
    return all;
}

bool counts_are_right(const std::map<std::uint32_t, int>& on_node, const gang& of) {
    for (const auto& [node, count] : on_node)
        if (count > 0 && (count < of.least_per_node || count > of.most_per_node)) return false;
    return true;
}

/// The deepest level with a domain that has a placement, as an index into levels(); -1 for none, nothing where it takes too
/// long to tell.
std::optional<int> deepest_level(const cluster& world, const gang& of, int narrowest, int widest) {
    test::every_way ways{world, of};
    const int node_level = static_cast<int>(world.domains().levels().size());
    for (int level = narrowest; level >= widest; --level) {
        std::vector<std::vector<node_id>> groups;
        if (level == node_level)
            for (std::uint32_t n = 0; n < world.size(); ++n) groups.push_back({node_id{n}});
        for (std::uint32_t d = 0; d < world.domains().size() && level != node_level; ++d) {
            if (world.domains()[domain_id{d}].level != level) continue;
            const node_range within = world.nodes_in(domain_id{d});
            groups.emplace_back(within.begin(), within.end());
        }
        for (const std::vector<node_id>& nodes : groups) {
            const std::optional<bool> found = ways.exists(nodes);
            if (!found) return std::nullopt;
            if (*found) return level;
        }
    }
    return -1;
}

cluster racks(int count, int nodes_each, const node_spec& spec) {
    domain_tree_builder tree{{"rack"}};
    for (int r = 0; r < count; ++r) tree.add(std::string{"r"}.append(std::to_string(r)), "rack");
    cluster_builder builder;
    builder.domains(tree.build().value());
    for (int r = 0; r < count; ++r)
        builder.add_nodes(static_cast<std::size_t>(nodes_each), spec, std::string{"r"}.append(std::to_string(r)));
    return std::move(builder).build().value();
}

} // namespace

// Small cases, against every way there is: a plan is right, as narrow as any, and found where one exists.
TEST(plan_gang, finds_the_narrowest_placement_where_there_is_one) {
    int planned = 0;
    int refused = 0;
    int never = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        if (on.size() > 5) continue;
        const gang wanted = random_gang(history, on, 4);
        const int node_level = static_cast<int>(on.domains().levels().size());
        int narrowest = wanted.layout == gang_layout::spread ? 0 : node_level;
        int widest = 0;
        if (!wanted.level.empty()) {
            const int level = wanted.level == "node" ? node_level : *on.domains().level(wanted.level);
            if (wanted.layout == gang_layout::spread) narrowest = level;
            if (wanted.required) widest = level;
        }
        const auto made = plan::plan_gang(on, policy::best_fit{}, wanted, 2'000'000);
        const std::optional<int> deepest = deepest_level(on, wanted, narrowest, widest);
        if (!deepest) continue;
        ASSERT_EQ(made.has_value(), *deepest >= 0) << "seed " << seed;
        if (!made) {
            EXPECT_TRUE(made.error().proven) << "seed " << seed;
            if (!made.error().feasible_when_empty) {
                cluster empty =
                    random_history{seed}.any_cluster(); // the same, before anything came; what is closed stays so
                for (std::uint32_t n = 0; n < on.size(); ++n) {
                    empty.set_closed(node_id{n}, on[node_id{n}].closed());
                    for (int i = 0; i < on[node_id{n}].gpu_count(); ++i)
                        if (on[node_id{n}].gpu(i).closed) empty.set_closed(node_id{n}, gpu_set::of(i), true);
                }
                ++never;
                EXPECT_EQ(deepest_level(empty, wanted, narrowest, widest).value_or(-1), -1) << "seed " << seed;
            }
            ++refused;
            continue;
        }
        ++planned;
        const int level = made->level(on.domains());
        if (wanted.layout == gang_layout::pack)
            EXPECT_EQ(level, *deepest) << "seed " << seed;
        else
            EXPECT_GE(level, *deepest) << "seed " << seed; // within a domain of that level
        cluster copy = on;
        std::map<std::uint32_t, int> on_node;
        const std::vector<request> members = members_of(wanted);
        ASSERT_EQ(made->members.size(), members.size());
        for (const std::size_t m : made->order) {
            const selection& at = made->members[m];
            ASSERT_TRUE(fit::fits_on(copy[at.node], members[m], at.gpus, at.slots)) << "seed " << seed;
            (void)copy.take(at.node, at.gpus, members[m], at.slots);
            ++on_node[at.node.number()];
        }
        EXPECT_TRUE(counts_are_right(on_node, wanted)) << "seed " << seed;
        EXPECT_EQ(made->nodes, on_node.size());
    }
    EXPECT_GT(planned, 150);
    EXPECT_GT(refused, 200);
    EXPECT_GT(never, 50);
}

// Nodes with 8 idle GPUs and little CPU, and with 4 idle GPUs and much: whoever assigns the members one by one, the
// largest first on the node that it fits most tightly, leaves no room for the last.
TEST(plan_gang, chooses_together_where_one_by_one_fails) {
    const cluster on = cluster_builder{}
                           .add_nodes(1, {10_cores, 64_GiB, {6, models::t4}})
                           .add_nodes(1, {9_cores, 64_GiB, {7, models::t4}})
                           .build()
                           .value();
    // 3 + 3 on the first and 4 + 3 on the second; 4 + 2 ... would leave one over.
    const gang wanted{.parts = {{{.cpu = 1_cores, .gpus = 4}, 1}, {{.cpu = 1_cores, .gpus = 3}, 3}}};
    const auto made = plan::plan_gang(on, policy::first_fit{}, wanted);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->members[0].node, node_id{1});
    EXPECT_EQ(made->nodes, 2U);
    const auto cut_short = plan::plan_gang(on, policy::first_fit{}, wanted, 0);
    ASSERT_FALSE(cut_short);
    EXPECT_FALSE(cut_short.error().proven);
}

TEST(plan_gang, takes_the_tightest_narrow_domain) {
    cluster on = racks(3, 4, machines::dgx_h100());
    (void)on.take(node_id{4}, gpu_set::first(8), {.gpus = 8}); // in r1
    const auto made = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 3}}});
    ASSERT_TRUE(made);
    EXPECT_EQ(on.domains()[made->domain].name, "r1");
    EXPECT_EQ(made->level(on.domains()), 1);
    const auto four = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 4}}});
    EXPECT_EQ(on.domains()[four->domain].name, "r0");
    const auto one = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 2}, 4}}});
    EXPECT_TRUE(one->one_node);
    const auto wide = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 5}}});
    EXPECT_EQ(wide->domain, domain_id{});
    EXPECT_EQ(wide->nodes, 5U);
    const auto required =
        plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 5}}, .level = "rack", .required = true});
    ASSERT_FALSE(required);
    EXPECT_FALSE(required.error().feasible_when_empty); // a rack has four of them
    (void)on.take(node_id{0}, gpu_set::first(8), {.gpus = 8});
    (void)on.take(node_id{8}, gpu_set::first(8), {.gpus = 8});
    const auto later =
        plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 4}}, .level = "rack", .required = true});
    ASSERT_FALSE(later);
    EXPECT_TRUE(later.error().feasible_when_empty);
    EXPECT_EQ(later.error().message(),
              "no domain that is narrow enough has room for the whole gang now; 3 of 4 members would fit");
}

TEST(plan_gang, spreads_evenly_over_domains_and_nodes) {
    const cluster on = racks(3, 4, machines::dgx_h100());
    const auto made =
        plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 1}, 7}}, .layout = gang_layout::spread});
    ASSERT_TRUE(made);
    std::map<std::uint32_t, int> in_rack;
    std::map<std::uint32_t, int> on_node;
    for (const auto& member : made->members) {
        ++in_rack[on.domain_of(member.node).number()];
        ++on_node[member.node.number()];
    }
    EXPECT_EQ(in_rack, (std::map<std::uint32_t, int>{{1, 3}, {2, 2}, {3, 2}}));
    EXPECT_EQ(on_node.size(), 7U);
    const auto pairs = plan::plan_gang(
        on, policy::first_fit{},
        gang{.parts = {{{.gpus = 1}, 7}}, .layout = gang_layout::spread, .least_per_node = 2, .most_per_node = 3});
    ASSERT_TRUE(pairs);
    EXPECT_EQ(pairs->nodes, 3U); // 3 + 2 + 2
}

TEST(plan_gang, keeps_to_numbers_on_a_node) {
    const cluster on = racks(2, 4, machines::dgx_h100());
    const auto most = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 1}, 4}}, .most_per_node = 1});
    EXPECT_EQ(most->nodes, 4U);
    const auto none = plan::plan_gang(on, policy::first_fit{},
                                      gang{.parts = {{{.gpus = 4}, 3}}, .level = "rack", .least_per_node = 2});
    ASSERT_FALSE(none); // two on a node is all that there is room for, and one is left over
    EXPECT_TRUE(none.error().proven);
}

TEST(plan_gang, says_what_is_wrong) {
    const cluster on = racks(1, 2, machines::dgx_h100());
    const auto refused = [&](const gang& wanted) {
        const auto made = plan::plan_gang(on, policy::first_fit{}, wanted);
        return made ? std::string{"planned"} : made.error().message();
    };
    EXPECT_EQ(refused({}), "gang: \"0\": expected from 1 to 1000000 members");
    EXPECT_EQ(refused({.parts = {{{.gpus = 1}, 1}}, .level = "row"}),
              "gang level: \"row\": expected node, or a level of the cluster's domains");
    const std::string never = "no domain that is narrow enough has room for the whole gang, even when it is empty";
    EXPECT_EQ(refused({.parts = {{{.gpus = 8}, 3}}}), never + "; 2 of 3 members would fit");
    EXPECT_EQ(refused({.parts = {{{.gpus = 1}, 2}, {{.cpu = 300_cores}, 1}}}),
              never + "; not one member of part 1 fits any node now; 2 of 3 members would fit");
    EXPECT_EQ(refused({.parts = {{{.gpus = 1}, 3}}, .most_per_node = 1}), never + "; 2 of 3 members would fit");
    EXPECT_EQ(refused({.parts = {{{.gpus = 4}, 3}}, .level = "node", .required = true}),
              never + "; 2 of 3 members would fit");
    EXPECT_EQ(refused({.parts = {{{.gpus = 1}, 2}}, .least_per_node = 3}),
              "least_per_node: \"3\": expected at most the 2 members");
}

// A closed node is not like its open twins.
TEST(plan_gang, is_not_misled_by_a_closed_twin) {
    const node_spec twin{.cpu = 8_cores, .memory = 64_GiB, .gpus = {2, models::t4}};
    const node_spec wide{.cpu = 4_cores, .memory = 64_GiB, .gpus = {4, models::t4}};
    const gang job{.parts = {{{.cpu = 3_cores, .gpus = 2}, 1}, {{.cpu = 3_cores, .gpus = 1}, 2}}};
    cluster on = cluster_builder{}.add_nodes(2, twin).add_nodes(1, wide).build().value();
    on.set_closed(node_id{0}, true);
    const auto made = plan::plan_gang(on, policy::best_fit{}, job);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->members[0].node, node_id{2});
    EXPECT_EQ(made->members[1].node, node_id{1});
}

// A part that fits nowhere, more equal members than there is room for, and two parts that need the same: proven at once.
TEST(plan_gang, proves_what_is_hopeless_without_a_search) {
    cluster on = cluster_builder{}.add_nodes(200, {.cpu = 96_cores, .gpus = {8, models::t4}}).build().value();
    for (std::uint32_t n = 0; n < 200; ++n)
        (void)on.take(node_id{n}, gpu_set::first(5), {.cpu = milli_cpu{88'000 - n}, .gpus = 5}); // no two alike
    const auto refusal = [&](const gang& gang) {
        const auto made = plan::plan_gang(on, policy::best_fit{}, gang, 0); // nothing may be searched
        return made ? plan::gang_failure{.proven = false} : made.error();
    };
    const plan::gang_failure nowhere =
        refusal({.parts = {{{.cpu = 8_cores, .gpus = 2}, 4}, {{.cpu = 9_cores, .gpus = 1}, 1}}});
    EXPECT_TRUE(nowhere.proven && nowhere.feasible_when_empty);
    EXPECT_EQ(nowhere.part, 1U);
    EXPECT_EQ(nowhere.fitting, 4);
    const plan::gang_failure many = refusal({.parts = {{{.cpu = 2_cores, .gpus = 1}, 700}}});
    EXPECT_TRUE(many.proven);
    EXPECT_EQ(many.fitting, 600);
    const plan::gang_failure alike =
        refusal({.parts = {{{.cpu = 8_cores, .gpus = 2}, 101}, {{.cpu = 8_cores, .gpus = 3}, 100}}});
    EXPECT_TRUE(alike.proven);
    EXPECT_EQ(alike.fitting, 200);
}

// An instance on each of two GPUs and others beside them: the starts are chosen for all of them together.
TEST(plan_gang, chooses_starts_of_instances_together) {
    const cluster on =
        cluster_builder{}.add_nodes(1, {.cpu = 64_cores, .gpus = {2, models::a100_80gb}}).build().value();
    const request pair{.gpus = 2, .share = mig_profile(on.models(), "1g.10gb").value()};
    const request large{.gpus = 1, .share = mig_profile(on.models(), "4g.40gb").value()};
    for (const gang& job : {gang{.parts = {{pair, 1}, {large, 2}}}, gang{.parts = {{large, 2}, {pair, 1}}}})
        EXPECT_TRUE(plan::plan_gang(on, policy::first_fit{}, job)); // whose own starts leave no room for the second
    EXPECT_FALSE(plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{pair, 4}, {large, 2}}}));
}

TEST(plan_gang, ignores_the_share_of_members_without_gpus) {
    const cluster on = cluster_builder{}.add_nodes(1, {.cpu = 8_cores, .gpus = {1, models::t4}}).build().value();
    const request launcher{.cpu = 1_cores, .gpus = 0, .share = split_slice{4_GiB}};
    EXPECT_TRUE(plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{launcher, 2}}}));
}

// Equal parts are one part, and the order of parts does not matter.
TEST(plan_gang, does_not_depend_on_how_a_gang_is_written) {
    const cluster on = racks(2, 4, machines::dgx_h100());
    const request large{.gpus = 5};
    const request small{.cpu = 1_cores, .gpus = 2};
    const auto a = plan::plan_gang(on, policy::best_fit{}, gang{.parts = {{large, 2}, {small, 3}}});
    const auto b =
        plan::plan_gang(on, policy::best_fit{}, gang{.parts = {{small, 1}, {large, 1}, {small, 2}, {large, 1}}});
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->members[0], b->members[1]);
    EXPECT_EQ(a->members[1], b->members[4]);
    EXPECT_EQ(a->members[2], b->members[0]);
    EXPECT_EQ(a->members[4], b->members[3]);
    EXPECT_EQ(a->domain, b->domain);
}

// A gang that names a rack, and one that goes where another one is.
TEST(plan_gang, keeps_to_the_domain_that_it_names) {
    const cluster on = racks(3, 4, machines::dgx_h100());
    const auto first = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 2}}, .domain = "r2"});
    ASSERT_TRUE(first);
    EXPECT_EQ(on.domains()[first->domain].name, "r2");
    const std::string there = on.domains()[first->domain].name;
    const auto one = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 1}, 4}}, .domain = there});
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->one_node);
    EXPECT_EQ(on.domains()[one->domain].name, "r2");
    const auto spread = plan::plan_gang(
        on, policy::first_fit{}, gang{.parts = {{{.gpus = 1}, 4}}, .layout = gang_layout::spread, .domain = there});
    ASSERT_TRUE(spread);
    EXPECT_EQ(spread->nodes, 4U);
    EXPECT_EQ(on.domains()[spread->domain].name, "r2");
    const auto large = plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 5}}, .domain = "r1"});
    ASSERT_FALSE(large);
    EXPECT_TRUE(large.error().proven);
    EXPECT_FALSE(large.error().feasible_when_empty);
    EXPECT_EQ(large.error().fitting, 4);
    EXPECT_EQ(
        plan::plan_gang(on, policy::first_fit{}, gang{.parts = {{{.gpus = 8}, 5}}, .domain = "r7"}).error().message(),
        "gang domain: \"r7\": expected a domain of the cluster");
}
