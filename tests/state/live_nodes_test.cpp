// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/live_nodes.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/state/snapshot_feed.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

const node_spec eight{.cpu = 64_cores, .memory = 256_GiB, .gpus = {8, models::a100_40gb}};

/// Specifications that a random node may have: those of random clusters, whatever GPUs.
std::vector<node_spec> some_specs(random_history& history) {
    std::vector<node_spec> specs;
    const gpu_model models[] = {models::t4, models::g2, models::a30, models::a10, models::a100_40gb};
    for (int i = 0; i < 6; ++i) {
        const gpu_model& model = models[history.below(5)];
        specs.push_back({milli_cpu{history.number(1, 17) * 1000},
                         mebibytes{history.number(1, 65) * 256},
                         {static_cast<int>(history.below(9)), model, history.any_setup(model)}});
        if (history.below(3) == 0) specs.back().labels = {history.below(2) == 0 ? "a" : "b"};
    }
    return specs;
}

/// One cluster under three engines and in a feed, driven alike.
struct world {
    scheduler<policy::best_fit> scan;
    scheduler<policy::best_fit, search::indexed> indexed;
    scheduler<policy::best_fit, search::parallel> parallel;
    snapshot_feed feed;
    std::vector<std::vector<placement>> live; // of each placement, the receipt in each scheduler
    std::vector<node_id> gone;
    int names = 0;

    explicit world(const cluster& nodes)
        : scan{nodes, {}}, indexed{nodes, {}, {.request_classes = 4}}, parallel{nodes, {}, {.part = 2}}, feed{nodes} {}

    [[nodiscard]] const cluster& on() const { return scan.cluster(); }

    void forget(node_id node) {
        std::erase_if(live, [&](const auto& each) { return each[0].node == node; });
        gone.push_back(node);
    }

    void add(const node_spec& spec, const char* domain) {
        const std::string name = std::string{"n"}.append(std::to_string(names++));
        const auto a = scan.add_node(name, spec, {}, domain);
        const auto b = indexed.add_node(name, spec, {}, domain);
        const auto c = parallel.add_node(name, spec, {}, domain);
        RC_ASSERT((a.has_value() && b.has_value() && c.has_value()));
        RC_ASSERT((*a == *b && *a == *c));
        for (const node_id old : gone) RC_ASSERT(!(old == *a));
        feed.changed(on(), *a);
    }
    void remove(node_id node) {
        RC_ASSERT(scan.remove_node(node).size() == indexed.remove_node(node).size());
        (void)parallel.remove_node(node);
        feed.changed(on(), on().id_at(node.number()));
        forget(node);
    }
    void change(node_id node, const node_spec& spec) {
        const auto a = scan.change_node(node, spec);
        const auto b = indexed.change_node(node, spec);
        const auto c = parallel.change_node(node, spec);
        RC_ASSERT((a == b && a == c));
        feed.changed(on(), node);
    }
    void place(const request& request) {
        const auto a = scan.try_place(request);
        const auto b = indexed.try_place(request);
        const auto c = parallel.try_place(request);
        RC_ASSERT((a.has_value() == b.has_value() && a.has_value() == c.has_value()));
        if (!a) return;
        RC_ASSERT((a->node == b->node && a->gpus == b->gpus && a->slots == b->slots && a->node == c->node &&
                   a->gpus == c->gpus));
        RC_ASSERT((!on().is_over_committed(a->node) && !on().is_closed(a->node)));
        live.push_back({*a, *b, *c});
        feed.changed(on(), a->node);
    }
    void release(std::size_t nth) {
        std::swap(live[nth], live.back());
        scan.release(live.back()[0]);
        indexed.release(live.back()[1]);
        parallel.release(live.back()[2]);
        feed.changed(on(), live.back()[0].node);
        live.pop_back();
    }
};

} // namespace

// The books are added up anew after each step; the three engines decide alike; snapshots are what was published.
TEST(live_nodes, come_change_and_go_while_everything_follows) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const std::vector<node_spec> specs = some_specs(history);
        world all{history.any_cluster()};
        const char* const domains[] = {"", "b0", "b1", "r0", "r1", "r2"};
        for (int step = 0; step < 60; ++step) {
            const node_id any = all.on().id_at(static_cast<std::uint32_t>(history.below(all.on().size())));
            const node_spec& spec = specs[history.below(specs.size())];
            switch (history.below(10)) {
            case 0: all.add(spec, domains[history.below(6)]); break;
            case 1:
                if (all.on().contains(any) && all.on().node_count() > 1) all.remove(any);
                break;
            case 2:
                if (all.on().contains(any)) all.change(any, spec);
                break;
            case 3:
                if (!all.live.empty()) all.release(history.below(all.live.size()));
                break;
            case 4:
                if (all.on().contains(any)) {
                    const bool closed = history.below(2) == 0;
                    all.scan.set_closed(any, closed);
                    all.indexed.set_closed(any, closed);
                    all.parallel.set_closed(any, closed);
                    all.feed.changed(all.on(), any);
                }
                break;
            default: all.place(history.any_request(all.on())); break;
            }
            RC_ASSERT(what_differs(all.on()) == "");
            for (const node_id old : all.gone) RC_ASSERT(!all.on().contains(old));
            if (history.below(3) != 0) continue;
            RC_ASSERT(all.feed.publish(all.on()));
            const auto seen = all.feed.latest();
            RC_ASSERT(seen->same_state(all.on()));
            RC_ASSERT((seen->node_count() == all.on().node_count() && seen->types().size() == all.on().types().size()));
            for (std::uint32_t n = 0; n < all.on().size(); ++n) {
                const node_id id = all.on().id_at(n);
                RC_ASSERT(seen->contains(id) == all.on().contains(id));
                if (!seen->contains(id)) continue;
                RC_ASSERT((seen->name(id) == all.on().name(id) && seen->find_node(seen->name(id)) == id));
                RC_ASSERT(seen->domain_of(id) == all.on().domain_of(id));
            }
        }
        RC_ASSERT((all.on().same_state(all.indexed.cluster()) && all.on().same_state(all.parallel.cluster())));
        while (!all.live.empty()) {
            all.release(all.live.size() - 1);
            RC_ASSERT(what_differs(all.on()) == "");
        }
        for (std::uint32_t n = 0; n < all.on().size(); ++n)
            RC_ASSERT((!all.on().contains(all.on().id_at(n)) || !all.on().is_over_committed(all.on().id_at(n))));
    });
}

TEST(live_nodes, ids_of_nodes_that_are_gone_are_refused_and_never_name_another) {
    cluster on = cluster_builder{}.add_node("a", eight).add_node("b", eight).build().value();
    const node_id a = on.find_node("a").value();
    const placement held = on.take(a, gpu_set::of(0), {.gpus = 1});
    EXPECT_EQ(on.remove_node(a), std::vector{held});
    EXPECT_FALSE(on.contains(a));
    EXPECT_FALSE(on.find_node("a"));
    EXPECT_EQ(on.try_give_back(held), refusal::not_live);
    const node_id c = on.add_node("c", eight).value();
    EXPECT_EQ(c.number(), a.number());
    EXPECT_NE(c.bits(), a.bits());
    EXPECT_EQ(on.try_take(a, gpu_set::of(0), {.gpus = 1}).error(), refusal::no_such_node);
    EXPECT_TRUE(on.try_take(c, gpu_set::of(0), {.gpus = 1}));
    EXPECT_TRUE(on.change_node(a, eight));
    EXPECT_EQ(on.name(c), "c");
}

TEST(live_nodes, a_number_is_given_up_before_an_id_would_come_again) {
    cluster on = cluster_builder{}.add_node("stays", {.cpu = 1_cores}).build().value();
    std::vector<node_id> met;
    for (std::uint32_t i = 0; i < 2 * node_id::max_generation; ++i) {
        const node_id id = on.add_node("comes and goes", {.cpu = 1_cores}).value();
        met.push_back(id);
        (void)on.remove_node(id);
    }
    std::sort(met.begin(), met.end());
    EXPECT_EQ(std::adjacent_find(met.begin(), met.end()), met.end());
    EXPECT_EQ(on.size(), 3U);
    EXPECT_EQ(what_differs(on), "");
}

TEST(live_nodes, a_node_that_shrinks_below_what_runs_there_takes_nothing_more_until_enough_is_released) {
    scheduler by{cluster_builder{}.add_node("n", eight).build().value(), policy::best_fit{}, search::indexed{}};
    const node_id node{0};
    std::vector<placement> live;
    for (int i = 0; i < 8; ++i) live.push_back(by.place({.cpu = 8_cores, .gpus = 1}).value());
    ASSERT_FALSE(by.change_node(node, {.cpu = 20_cores, .memory = 256_GiB, .gpus = {6, models::a100_40gb}}));
    EXPECT_TRUE(by.cluster().is_over_committed(node));
    EXPECT_EQ(by.cluster()[node].cpu_free(), milli_cpu{20'000 - 64'000});
    EXPECT_EQ(by.cluster()[node].gpu_count(), 8);
    EXPECT_FALSE(by.try_place({}));
    for (int i = 7; i >= 2; --i) {
        by.release(live[static_cast<std::size_t>(i)]);
        EXPECT_EQ(by.cluster().is_over_committed(node), i > 2) << i;
        EXPECT_EQ(by.cluster()[node].gpu_count(), i > 6 ? i : 6);
        EXPECT_EQ(what_differs(by.cluster()), "");
    }
    EXPECT_EQ(by.cluster()[node].cpu_free(), milli_cpu{4'000});
    EXPECT_TRUE(by.try_place({.cpu = 4_cores, .gpus = 4}));
}

TEST(live_nodes, a_layout_that_would_destroy_an_instance_in_use_is_refused) {
    node_spec fixed = eight;
    fixed.gpus = {1, models::a100_40gb, {.instances = {{"3g.20gb", 0}, {"3g.20gb", 4}}}};
    cluster on = cluster_builder{}.add_node("n", fixed).build().value();
    const int slot = on.mig_placement(node_id{0}, 0, "3g.20gb", 4).value();
    const placement held = on.take(node_id{0}, gpu_set::of(0),
                                   {.gpus = 1, .share = mig_profile(on.models(), "3g.20gb").value()}, slot_list{slot});
    node_spec other = fixed;
    other.gpus = {1, models::a100_40gb, {.instances = {{"1g.5gb", 0}, {"1g.5gb", 1}}}};
    EXPECT_EQ(on.change_node(node_id{0}, other)->message(),
              R"(GPU 0: "3g.20gb at 4": expected a layout that keeps the instances in use)");
    other.gpus = {1, models::a100_40gb, {.instances = {{"1g.5gb", 0}, {"1g.5gb", 1}, {"3g.20gb", 4}}}};
    ASSERT_FALSE(on.change_node(node_id{0}, other));
    EXPECT_EQ(on.instance_on(on.placements_on(node_id{0})[0], 0, sharing::mig).start, 4);
    EXPECT_EQ(what_differs(on), "");
    EXPECT_EQ(on.try_give_back(held), refusal::none);
}

TEST(live_nodes, keep_their_names_and_the_ids_of_their_gpus_apart) {
    const node_spec two{.cpu = 8_cores, .gpus = {2, models::t4}};
    cluster on = cluster_builder{}.add_node("a", two, {"G0", "G1"}).build().value();
    EXPECT_EQ(on.add_node("a", two).error().field, "node name");
    EXPECT_EQ(on.add_node("b", two, {"G1", "G2"}).error().value, "G1");
    EXPECT_EQ(on.add_node("b", two, {"G2"}).error().field, "GPU ids");
    EXPECT_EQ(on.add_node("b", two, {"G2", "G2"}).error().value, "G2");
    EXPECT_EQ(on.add_node("b", two, {}, "nowhere").error().field, "domain");
    EXPECT_EQ(on.add_node("b", {.cpu = milli_cpu{-1}}).error().field, "node cpu");
    EXPECT_EQ(on.node_count(), 1U);
    const node_id b = on.add_node("b", two, {"G2", "G3"}).value();
    EXPECT_EQ(on.gpu_ids().find("G3"), (gpu_address{b, 1}));
    (void)on.take(b, gpu_set::of(1), {.gpus = 1});
    EXPECT_EQ(on.change_node(b, two, std::vector<std::string>{"G2", "G9"})->expected,
              "G3, as something runs on that GPU");
    ASSERT_FALSE(on.change_node(b, two, std::vector<std::string>{"G9", "G3"}));
    EXPECT_FALSE(on.gpu_ids().find("G2"));
    (void)on.remove_node(node_id{0});
    EXPECT_FALSE(on.gpu_ids().find("G0"));
    EXPECT_TRUE(on.add_node("a", two, {"G0", "G1"}));
}

TEST(live_nodes, a_copy_does_not_see_what_comes_later_and_a_snapshot_does_not_change) {
    cluster on = cluster_builder{}.add_node("a", eight).build().value();
    const cluster before = on;
    (void)on.add_node("b", {.cpu = 1_cores, .gpus = {4, models::t4}}).value();
    EXPECT_EQ(before.node_count(), 1U);
    EXPECT_FALSE(before.find_node("b"));
    EXPECT_EQ(what_differs(before), "");
    snapshot_feed feed{on};
    cluster what_if = *feed.latest();
    EXPECT_EQ(what_if.add_node("c", eight).error().value, "a snapshot");
    EXPECT_TRUE(what_if.change_node(node_id{0}, eight));
}

TEST(live_nodes, types_without_nodes_are_used_again) {
    cluster on = cluster_builder{}.add_node("a", eight).build().value();
    for (int i = 1; i < 200; ++i) {
        const node_id id = on.add_node("b", {.cpu = milli_cpu{i}, .gpus = {2, models::t4}}).value();
        ASSERT_FALSE(on.change_node(id, {.cpu = milli_cpu{1000 + i}, .gpus = {3, models::t4}}));
        (void)on.remove_node(id);
    }
    EXPECT_LE(on.types().size(), 5U);
    EXPECT_LE(on.gpu_rows(), 8U + 5U);
    EXPECT_EQ(what_differs(on), "");
}

TEST(live_nodes, told_to_leave_keep_what_they_have_and_are_counted_apart) {
    cluster on = cluster_builder{}.add_node("a", eight).build().value();
    const placement first = on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    const placement second = on.take(node_id{0}, gpu_set::of(1), {.gpus = 1});
    EXPECT_EQ(on.set_leaving(first), refusal::none);
    EXPECT_EQ(on.set_leaving(first), refusal::none);
    EXPECT_EQ(on.leaving_placements(), 1U);
    EXPECT_EQ(on.drain(node_id{0}), (std::vector{first, second}));
    EXPECT_EQ(on.leaving_on(node_id{0}), 2U);
    EXPECT_EQ(on.set_leaving(second, false), refusal::none);
    on.give_back(first);
    EXPECT_EQ(on.leaving_placements(), 0U);
    EXPECT_EQ(on.set_leaving(first), refusal::not_live);
    EXPECT_EQ(what_differs(on), "");
}
