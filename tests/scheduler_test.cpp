// SPDX-License-Identifier: Apache-2.0
#include <gpupack/scheduler.hpp>

#include "support/for_all.hpp"
#include "support/one_gpu.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(scheduler, places_where_it_fits_and_explains_where_it_does_not) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::best_fit{}};
        const cluster before = by.cluster();
        const request request = history.any_request(before);
        const auto placed = by.place(request);
        if (!placed) {
            RC_ASSERT(by.cluster().same_state(before)); // nothing half done
            RC_ASSERT(placed.error().count(fit::reason::none) == 0U);
            return;
        }
        RC_ASSERT(fit::fits_on(before[placed->node], request, placed->gpus, placed->slots));
        by.release(*placed);
        RC_ASSERT(by.cluster().same_state(before));
    });
}

TEST(scheduler, explains_the_option_that_it_then_takes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::then(policy::best_fit{}, policy::binpack{})};
        const request request = history.any_request(by.cluster());
        const auto told = by.explain(request, 2);
        const auto placed = by.place(request);
        RC_ASSERT(placed.has_value() == (told.fitting() > 0));
        RC_ASSERT(told.options.size() == std::min<std::size_t>(2, told.fitting()));
        if (!placed) {
            RC_ASSERT(std::equal(std::begin(told.failed), std::end(told.failed), placed.error().failed));
            return;
        }
        RC_ASSERT((told.options[0].node == placed->node && told.options[0].gpus == placed->gpus));
        if (told.options.size() == 2) RC_ASSERT(!(told.options[0].score < told.options[1].score));
    });
}

TEST(scheduler, places_the_first_alternative_that_fits) {
    scheduler by{cluster_builder{}
                     .add_nodes(1, {8_cores, 8_GiB, {1, models::a100_40gb}})
                     .add_nodes(1, {8_cores, 8_GiB, {2, models::t4}})
                     .build()
                     .value(),
                 policy::best_fit{}};
    const auto only = [&](const char* model) { return by.cluster().models().select(model).value(); };
    const std::vector<request> wanted{{.gpus = 1, .models = only("A100-40GB")}, {.gpus = 2, .models = only("T4")}};
    EXPECT_EQ(by.place_first_of(wanted)->first, 0U);
    const auto second = by.place_first_of(wanted);
    EXPECT_EQ(second->first, 1U);
    EXPECT_EQ(second->second.gpus, gpu_set::first(2));
    EXPECT_EQ(by.place_first_of(wanted).error().message(),
              "0 of 2 nodes: 1 lack a GPU of a wanted model, 1 lack idle GPUs; nearest: node 0, 1 GPU short");
}

TEST(scheduler, places_nothing_on_what_is_closed_until_it_opens) {
    scheduler by{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value(), policy::best_fit{}};
    by.set_closed(node_id{0}, gpu_set::of(0), true);
    EXPECT_EQ(by.place({.gpus = 1})->gpus, gpu_set::of(1));
    EXPECT_EQ(by.place({.gpus = 2}).error().message(), "0 of 1 node: 1 have too many GPUs closed; node 0 would take "
                                                       "it, when empty, if its GPU 0 were open; nothing open "
                                                       "ever will");
    by.set_closed(node_id{0}, true);
    EXPECT_EQ(by.place({.cpu = 1_cores}).error().message(),
              "0 of 1 node: 1 are closed; node 0 would take it if it were open; nothing open ever will");
    by.set_closed(node_id{0}, false);
    by.set_closed(node_id{0}, gpu_set::of(0), false);
    EXPECT_TRUE(by.place({.gpus = 1}));
}

TEST(scheduler, gives_a_whole_gpu_for_a_slice_by_its_rule) {
    scheduler by{a100s(2), policy::first_fit{}, search::scan{}, request_rule::whole_gpus};
    const request half{.gpus = 1, .share = slice{.compute = 500_milli}};
    const auto first = by.place(half);
    ASSERT_TRUE(first);
    EXPECT_EQ(by.place(half)->gpus, gpu_set::of(1));
    EXPECT_EQ(by.place(half).error().count(fit::reason::idle_gpus), 1U);
    EXPECT_FALSE(by.place_first_of({half}));
    EXPECT_EQ(by.cluster().rounding_overhead(), 1000_milli);
    EXPECT_EQ(by.explain(half).fitting(), 0U);
    by.release(*first);
    EXPECT_EQ(by.cluster().rounding_overhead(), 500_milli);
    EXPECT_EQ(by.take({node_id{0}, gpu_set::of(0)}, half).gpus, gpu_set::of(0));
    EXPECT_EQ(by.cluster().rounding_overhead(), 1000_milli);
}

TEST(scheduler, returns_to_the_same_state_under_a_rule) {
    scheduler by{a100s(2), policy::first_fit{}, search::scan{}, request_rule::whole_gpus};
    const cluster before = by.cluster();
    const auto placed = by.place({.gpus = 2, .share = slice{1_GiB, 250_milli}});
    EXPECT_EQ(by.cluster().rounding_overhead(), 1500_milli);
    by.release(*placed);
    EXPECT_TRUE(by.cluster().same_state(before));
}

TEST(scheduler, leaves_instances_what_they_are_under_a_rule) {
    scheduler by{a100s(1), policy::first_fit{}, search::scan{}, request_rule::whole_gpus};
    EXPECT_TRUE(by.place(one_of(by.cluster(), "4g.20gb")));
    EXPECT_TRUE(by.place(one_of(by.cluster(), "3g.20gb")));
    EXPECT_EQ(by.cluster().rounding_overhead(), 0_milli);
}

TEST(scheduler_death, stops_at_programming_errors) {
    scheduler by{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {1, models::t4}}).build().value(), policy::best_fit{}};
    EXPECT_DEATH((void)by.place({.gpus = 40}), "a valid request");
    const auto placed = by.place({.gpus = 1});
    by.release(*placed);
    EXPECT_DEATH(by.release(*placed), "not released before");
}
