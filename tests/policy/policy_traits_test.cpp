// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/policy_traits.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

using namespace gpupack;
using policy::policy_properties;
using policy::policy_traits;
using policy::reads;
using policy::score;

// Each property of a policy, in each combination of policies. A row of for_each_combination is a combination with the
// policy in one of its places; a test is a property.
namespace {

/// A policy without any property.
struct plain {
    score operator()(const candidate&, const request&) const { return 1; }
};

/// Whether a combination has a scope of its own.
enum class scope_of : std::uint8_t { parts, cluster };

/// Calls check(name, combination, scope) for each combination, with the policy in each place.
template <class Policy, class Check> void for_each_combination(const Policy& part, Check check) {
    using policy::operator*, policy::operator+;
    check("then, first", policy::then(part, plain{}), scope_of::parts);
    check("then, second", policy::then(plain{}, part), scope_of::parts);
    check("then, third", policy::then(plain{}, plain{}, part), scope_of::parts);
    check("sum, first", part + plain{}, scope_of::parts);
    check("sum, second", plain{} + part, scope_of::parts);
    check("weighted", 0.5 * part, scope_of::parts);
    check("quantize", policy::quantize(part, 2), scope_of::parts);
    check("normalize", policy::normalize(part), scope_of::cluster);
    check("node_then_gpus, node", policy::node_then_gpus(part, plain{}), scope_of::parts);
    check("node_then_gpus, gpus", policy::node_then_gpus(plain{}, part), scope_of::parts);
    check("nested", policy::node_then_gpus(policy::then(policy::quantize(0.5 * part + plain{}, 2), plain{}), plain{}),
          scope_of::parts);
}

/// A policy with those properties.
template <policy_properties Stated> struct stating : plain { static constexpr policy_properties properties = Stated; };

/// A policy with flags about the cluster.
struct flagged : plain {
    std::uint32_t flags = 0;

    static constexpr policy_properties properties{.scope = reads::cluster_flags};

    std::uint32_t cluster_flags() const { return flags; }
    bool affected_by(std::uint32_t changed, const node_view&) const { return (changed & 4U) != 0; }
};

/// A policy that visits the scores of its own candidates, and counts how often.
struct visiting : plain {
    int* visits;

    static constexpr policy_properties properties{.own_candidates = true};

    explicit visiting(int* counter) : visits{counter} {}
    template <class Visit> void for_each_score(const node_view&, const request&, Visit&& visit) const {
        ++*visits;
        visit(score{1}, gpu_set::of(3), slot_list{});
    }
};

/// A policy with a table.
struct tabled : plain {
    const int* table = nullptr;

    template <class Visit> void for_each_table(Visit&& visit) { visit(table, std::size_t{5}); }
};

/// A policy that prepares a scorer of another type.
struct preparing {
    static constexpr policy_properties properties{.scope = reads::cluster};

    tabled prepare(const policy::decision&) const { return {}; }
};

/// A policy that needs the number of the decision alone.
struct drawing {
    static constexpr policy_properties properties{.scope = reads::cluster};

    tabled scorer_at(std::uint64_t) const { return {}; }
};

template <policy_properties Stated> void expect_kept() {
    for_each_combination(stating<Stated>{}, [](const std::string& name, auto combination, scope_of scope) {
        policy_properties expected = Stated;
        if (scope == scope_of::cluster) expected.scope = reads::cluster;
        EXPECT_EQ(policy_traits<decltype(combination)>::properties, expected) << name;
        EXPECT_EQ(policy_traits<decltype(combination)>::keeps_scores, expected.scope != reads::cluster) << name;
    });
}

template <class Scorer> int count_tables(Scorer scorer) {
    int entries = 0;
    policy_traits<Scorer>::for_each_table(scorer,
                                          [&](const int*&, std::size_t count) { entries += static_cast<int>(count); });
    return entries;
}

const cluster one_node = cluster_builder{}.add_nodes(1, {64_cores, 256_GiB, {8, models::t4}}).build().value();
constexpr request one_gpu{.gpus = 1};

} // namespace

TEST(policy_traits, defaults_are_those_of_a_score_of_the_node_alone) {
    using traits = policy_traits<plain>;
    static_assert(traits::properties == policy_properties{});
    static_assert(traits::properties.scope == reads::node && traits::keeps_scores);
    static_assert(!traits::is_prepared && !traits::is_prepared_by_ordinal);
    static_assert(!traits::remembers_states && !traits::visits_scores);
    EXPECT_EQ(traits::cluster_flags(plain{}), policy::no_cluster_flags{});
    EXPECT_FALSE(traits::affected_by(plain{}, policy::no_cluster_flags{}, one_node[node_id{0}]));
    EXPECT_EQ(count_tables(plain{}), 0);
}

TEST(policy_traits, every_combination_keeps_every_stated_property) {
    expect_kept<policy_properties{}>();
    expect_kept<policy_properties{.scope = reads::cluster}>();
    expect_kept<policy_properties{.expensive = true}>();
    expect_kept<policy_properties{.topology_sensitive = true}>();
    expect_kept<policy_properties{.node_id_sensitive = true}>();
    expect_kept<policy_properties{.host_only = true}>();
}

TEST(policy_traits, every_combination_keeps_cluster_flags) {
    const node_view node = one_node[node_id{0}];
    for_each_combination(flagged{}, [&](const std::string& name, auto combination, scope_of scope) {
        if (scope == scope_of::cluster) return; // searched by the scan, which needs none
        using traits = policy_traits<decltype(combination)>;
        EXPECT_EQ(traits::properties.scope, reads::cluster_flags) << name;
        EXPECT_TRUE(traits::cluster_flags(combination) == traits::cluster_flags(combination)) << name;
    });
    const auto expect_follows = [&](const std::string& name, auto before, auto irrelevant, auto relevant) {
        using traits = policy_traits<decltype(before)>;
        const auto old_flags = traits::cluster_flags(before);
        EXPECT_FALSE(traits::cluster_flags(irrelevant) == old_flags) << name;
        EXPECT_FALSE(traits::affected_by(before, traits::cluster_flags(irrelevant) ^ old_flags, node)) << name;
        EXPECT_TRUE(traits::affected_by(before, traits::cluster_flags(relevant) ^ old_flags, node)) << name;
    };
    const auto make = [](std::uint32_t flags) {
        flagged made;
        made.flags = flags;
        return made;
    };
    using policy::operator*, policy::operator+;
    expect_follows("then, first", then(make(0), plain{}), then(make(1), plain{}), then(make(4), plain{}));
    expect_follows("then, second", then(plain{}, make(0)), then(plain{}, make(1)), then(plain{}, make(4)));
    expect_follows("then, both", then(make(1), make(0)), then(make(1), make(1)), then(make(1), make(5)));
    expect_follows("sum", plain{} + make(0), plain{} + make(1), plain{} + make(4));
    expect_follows("weighted", 0.5 * make(0), 0.5 * make(1), 0.5 * make(4));
    expect_follows("quantize", quantize(make(0), 2), quantize(make(1), 2), quantize(make(4), 2));
    expect_follows("node_then_gpus", node_then_gpus(make(0), plain{}), node_then_gpus(make(1), plain{}),
                   node_then_gpus(make(4), plain{}));
    expect_follows("node_then_gpus, gpus", node_then_gpus(plain{}, make(0)), node_then_gpus(plain{}, make(1)),
                   node_then_gpus(plain{}, make(4)));
}

TEST(policy_traits, every_combination_visits_a_parts_own_candidates) {
    const node_view node = one_node[node_id{0}];
    int visits = 0;
    for_each_combination(visiting{&visits}, [&](const std::string& name, auto combination, scope_of) {
        EXPECT_TRUE(policy_traits<decltype(combination)>::properties.own_candidates) << name;
        visits = 0;
        const auto scorer = policy::prepare(combination, {one_node, one_gpu, 0});
        (void)policy::node_score(scorer, node, one_gpu);
        const gpu_set gpus = policy::select_gpus(scorer, node, one_gpu).gpus;
        EXPECT_GT(visits, 0) << name;
        const bool is_node_part = name == "node_then_gpus, node" || name == "nested";
        EXPECT_EQ(gpus, gpu_set::of(is_node_part ? 0 : 3)) << name;
    });
}

TEST(policy_traits, every_combination_visits_the_tables) {
    for_each_combination(tabled{}, [](const std::string& name, auto combination, scope_of) {
        EXPECT_EQ(count_tables(policy::prepare(combination, {one_node, one_gpu, 0})), 5) << name;
    });
    for_each_combination(preparing{}, [](const std::string& name, auto combination, scope_of) {
        EXPECT_TRUE(policy_traits<decltype(combination)>::is_prepared) << name;
        EXPECT_EQ(count_tables(policy::prepare(combination, {one_node, one_gpu, 0})), 5) << name;
    });
}

TEST(policy_traits, every_combination_is_prepared_by_the_ordinal_if_its_parts_are) {
    for_each_combination(drawing{}, [](const std::string& name, auto combination, scope_of scope) {
        using traits = policy_traits<decltype(combination)>;
        EXPECT_EQ(traits::is_prepared_by_ordinal, scope == scope_of::parts) << name;
        if constexpr (traits::is_prepared_by_ordinal) {
            EXPECT_EQ(count_tables(combination.scorer_at(1)), 5) << name;
        }
    });
    static_assert(!policy_traits<decltype(then(drawing{}, preparing{}))>::is_prepared_by_ordinal);
}

TEST(policy_traits, states_are_remembered_under_expensive_policies_unless_node_ids_count) {
    using policy::fragmentation, policy::first_fit, policy::random;
    static_assert(policy_traits<fragmentation>::remembers_states);
    static_assert(policy_traits<policy::then_policy<fragmentation, policy::best_fit>>::remembers_states);
    static_assert(policy_traits<policy::scorer_of<policy::then_policy<fragmentation, first_fit>>>::remembers_states);
    static_assert(!policy_traits<policy::then_policy<fragmentation, random>>::remembers_states);
    static_assert(!policy_traits<policy::best_fit>::remembers_states);
}

TEST(policy_traits, a_combination_sums_up_a_node_once_where_a_part_does) {
    using policy::fragmentation, policy::scorer_of, policy::then_policy;
    static_assert(policy_traits<scorer_of<then_policy<fragmentation, policy::best_fit>>>::visits_scores);
    static_assert(policy_traits<scorer_of<then_policy<policy::best_fit, policy::lookahead>>>::visits_scores);
    static_assert(!policy_traits<scorer_of<then_policy<policy::best_fit, plain>>>::visits_scores);
    // Its candidates do not tell GPUs apart that links do.
    using linked = stating<policy_properties{.topology_sensitive = true}>;
    static_assert(!policy_traits<scorer_of<then_policy<fragmentation, linked>>>::visits_scores);
}

TEST(policy_traits, lookahead_keeps_its_scope_in_a_combination) {
    using combination = policy::then_policy<policy::lookahead, policy::best_fit>;
    static_assert(policy_traits<combination>::properties ==
                  policy_properties{.scope = reads::cluster_flags, .expensive = true});
    static_assert(policy_traits<combination>::keeps_scores);
}
