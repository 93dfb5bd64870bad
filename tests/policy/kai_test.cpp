#include <gpupack/policy/kai.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/two_level.hpp>

#include "support/one_gpu.hpp"
#include "support/random_questions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(kai, gives_the_densest_node_nine_points_and_the_emptiest_none) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        request asked = history.any_request(on);
        asked.share = exclusive{}; // no GPU that could be joined
        if (asked.gpus == 0) return;
        const auto scorer = policy::kai_node{policy::tendency::pack}.prepare({on, asked, 0});
        for (std::uint32_t a = 0; a < on.size(); ++a)
            for (std::uint32_t b = 0; b < on.size(); ++b) {
                const node_view one = on[node_id{a}];
                const node_view other = on[node_id{b}];
                if (!fit::fits(one, asked) || !fit::fits(other, asked)) continue;
                RC_ASSERT(scorer(one, asked) >= 0 && scorer(one, asked) <= 9 * policy::kai_point);
                if (policy::detail::kai_amounts_of(one, asked).free <
                    policy::detail::kai_amounts_of(other, asked).free)
                    RC_ASSERT(scorer(one, asked) >= scorer(other, asked));
            }
    });
}

TEST(kai, joins_a_shared_gpu_before_it_opens_one) {
    scheduler by{
        cluster_builder{}.add_nodes(3, {8_cores, 8_GiB, {2, models::t4}}).build().value(),
        policy::two_level(policy::kai_node{policy::tendency::spread}, policy::kai_gpus{policy::tendency::pack})};
    const request half{.gpus = 1, .share = slice{.compute = 500_milli}};
    EXPECT_EQ(by.place(half)->node, node_id{0});
    EXPECT_EQ(by.place(half)->gpus, gpu_set::of(0));
    EXPECT_EQ(by.place(half)->node, node_id{1}); // nothing to join: the emptiest node
}

TEST(kai, keeps_cpu_work_off_nodes_with_gpus) {
    scheduler by{cluster_builder{}
                     .add_nodes(1, {8_cores, 8_GiB, {2, models::t4}})
                     .add_nodes(1, {64_cores, 8_GiB, {}})
                     .build()
                     .value(),
                 policy::kai_node{policy::tendency::pack}};
    EXPECT_EQ(by.place({.cpu = 1_cores})->node, node_id{1});
}
