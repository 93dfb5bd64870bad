// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/preset.hpp>
#include <gpupack/policy/random.hpp>

#include <gtest/gtest.h>

#include <type_traits>

using namespace gpupack;

TEST(preset, makes_its_policy_from_the_inputs_and_keeps_the_rule_of_its_system) {
    const dialect::preset row{"drawn", "a node drawn at random",
                              +[](const dialect::preset_inputs& inputs) { return policy::random{inputs.seed}; }};
    static_assert(std::is_same_v<decltype(row)::policy_type, policy::random>);
    EXPECT_EQ(row.make({{}, 7}).seed, 7U);
    EXPECT_EQ(row.rule, request_rule::as_requested);
    const dialect::preset whole{"whole", "the same by whole GPUs", row.make, request_rule::whole_gpus};
    EXPECT_EQ(whole.rule, request_rule::whole_gpus);
}
