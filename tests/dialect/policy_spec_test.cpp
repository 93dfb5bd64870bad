// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/policy_spec.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <unordered_set>

using namespace gpupack;

TEST(policy_spec, reads_back_any_policy_and_its_options) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        policy_spec spec{random.below(2) == 0 ? "lookahead" : "fgd", {}};
        for (const policy_option_range& range : policy_option_ranges)
            if (random.below(3) == 0) {
                const auto span =
                    static_cast<std::uint64_t>(std::min<std::int64_t>(range.most - range.least, 1'000'000));
                spec.options.push_back({std::string{range.name},
                                        range.least + static_cast<std::int64_t>(random.below(span) + random.below(2))});
            }
        RC_ASSERT(policy_spec_from_text(to_text(spec)).value() == spec);
    });
    const policy_spec sorted = policy_spec_from_text("lookahead:step=20:reserve=150").value();
    EXPECT_EQ(to_text(sorted), "lookahead:reserve=150:step=20");
    EXPECT_EQ(policy_spec_from_text("fgd").value(), (policy_spec{"fgd", {}}));
}

TEST(policy_spec, says_where_it_is_wrong) {
    const auto wrong = [](const char* text) { return policy_spec_from_text(text).error().message(); };
    EXPECT_EQ(wrong("fgd:reserv=1"), "policy, column 5: \"reserv=1\": expected one of cpu_scarcity, gpu_memory, leave, "
                                     "model_scarcity, offers, reserve, scarcity, seed, step, "
                                     "typical with an equals sign and a number");
    EXPECT_EQ(wrong("lookahead:reserve=10001"),
              R"(policy, column 11: "reserve=10001": expected reserve= from 0 to 10000)");
    EXPECT_EQ(wrong("lookahead:reserve"), R"(policy, column 11: "reserve": expected reserve= from 0 to 10000)");
    EXPECT_EQ(wrong("lookahead:step=1:step=2"), R"(policy, column 18: "step=2": expected each option once)");
    EXPECT_FALSE(policy_spec_from_text("lookahead:"));
}

TEST(policy_spec, specs_are_keys) {
    const policy_spec a{"a", {}};
    const policy_spec b{"a", {{"step", 1}}};
    EXPECT_LT(a, b);
    EXPECT_EQ((std::set<policy_spec>{a, b, a}.size()), 2U);
    EXPECT_EQ((std::unordered_set<policy_spec>{a, b, a}.size()), 2U);
}
