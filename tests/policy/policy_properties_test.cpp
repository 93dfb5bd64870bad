// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/policy_properties.hpp>

#include <gtest/gtest.h>

using gpupack::policy::joined;
using gpupack::policy::policy_properties;
using gpupack::policy::reads;

TEST(policy_properties, joined_are_what_either_has) {
    constexpr policy_properties none{};
    for (const policy_properties& each :
         {policy_properties{.scope = reads::cluster_flags}, policy_properties{.scope = reads::cluster},
          policy_properties{.expensive = true}, policy_properties{.topology_sensitive = true},
          policy_properties{.node_id_sensitive = true}, policy_properties{.own_candidates = true},
          policy_properties{.host_only = true}}) {
        EXPECT_EQ(joined(each, none), each);
        EXPECT_EQ(joined(none, each), each);
        EXPECT_NE(each, none);
    }
    EXPECT_EQ(joined({.scope = reads::cluster}, {.scope = reads::cluster_flags}).scope, reads::cluster);
    EXPECT_EQ(joined({.scope = reads::cluster_flags}, {.scope = reads::cluster}).scope, reads::cluster);
}
