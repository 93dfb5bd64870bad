// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_type_maker.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

TEST(node_type_maker, makes_a_type_once_and_changes_nothing_where_a_specification_is_wrong) {
    const node_spec good{.cpu = 8_cores, .gpus = {2, models::t4}, .labels = {"a"}};
    cluster on = cluster_builder{}.add_nodes(2, good).build().value();
    node_type_maker maker{on};
    EXPECT_EQ(maker.type_of(good).value(), 0U);
    node_spec wrong = good;
    wrong.labels = {"b"};
    wrong.gpus = {33, models::a10};
    EXPECT_EQ(maker.type_of(wrong).error().field, "node gpus");
    EXPECT_EQ(on.types().size(), 1U);
    EXPECT_FALSE(on.labels().find("b"));
    EXPECT_FALSE(on.models().find("A10"));
}

TEST(node_type_maker, keeps_the_profiles_of_a_model_that_was_made_up) {
    cluster on = cluster_builder{}.add_nodes(1, {}).build().value();
    {
        const std::vector<mig::profile> own(models::a30.mig.profiles, models::a30.mig.profiles + models::a30.mig.count);
        gpu_model model = models::a30;
        model.mig.profiles = own.data();
        ASSERT_TRUE(node_type_maker{on}.type_of({.gpus = {1, model}}));
    }
    EXPECT_EQ(on.models()[model_id{0}], models::a30);
}
