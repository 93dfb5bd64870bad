#include <gpupack/scheduler.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/then.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(scheduler, places_where_it_fits_and_explains_where_it_does_not) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::best_fit{}};
        const cluster before = by.state();
        const request asked = history.any_request(before);
        const auto placed = by.place(asked);
        if (!placed) {
            RC_ASSERT(by.state().same_state(before)); // nothing half done
            RC_ASSERT(placed.error().count(fit::reason::none) == 0U);
            return;
        }
        RC_ASSERT(fit::fits_on(before[placed->node], asked, placed->gpus, placed->slots));
        by.release(*placed);
        RC_ASSERT(by.state().same_state(before));
    });
}

TEST(scheduler, explains_the_option_that_it_then_takes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        scheduler by{history.used_cluster(), policy::then(policy::best_fit{}, policy::binpack{})};
        const request asked = history.any_request(by.state());
        const auto told = by.explain(asked, 2);
        const auto placed = by.place(asked);
        RC_ASSERT(placed.has_value() == (told.fitting() > 0));
        RC_ASSERT(told.options.size() == std::min<std::size_t>(2, told.fitting()));
        if (!placed) {
            RC_ASSERT(std::equal(std::begin(told.failed), std::end(told.failed), placed.error().failed));
            return;
        }
        RC_ASSERT(told.options[0].node == placed->node && told.options[0].gpus == placed->gpus);
        if (told.options.size() == 2) RC_ASSERT(!(told.options[0].score < told.options[1].score));
    });
}

TEST(scheduler_death, stops_at_programming_errors) {
    scheduler by{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {1, models::t4}}).build().value(),
                 policy::best_fit{}};
    EXPECT_DEATH((void)by.place({.gpus = 40}), "a valid request");
    const auto placed = by.place({.gpus = 1});
    by.release(*placed);
    EXPECT_DEATH(by.release(*placed), "was it released before");
}
