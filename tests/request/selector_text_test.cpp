// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/selector_text.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <unordered_set>
#include <vector>

using namespace gpupack;

namespace {

/// Names with all that has a meaning in the text.
std::vector<std::string> any_names(random_stream& random) {
    static const std::string letters = "ab=,\\\" \n!{}|:+";
    std::vector<std::string> names(random.below(4));
    for (std::string& each : names)
        for (std::uint64_t i = 1 + random.below(5); i > 0; --i) each += letters[random.below(letters.size())];
    return names;
}

} // namespace

TEST(selector_text, reads_back_any_selector) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        model_selector models{.memory_at_least = mebibytes{static_cast<std::int64_t>(random.below(3) * 1000)},
                              .newer_than = static_cast<architecture>(random.below(8)),
                              .mig = random.below(2) == 0,
                              .allow = any_names(random),
                              .deny = any_names(random)};
        RC_ASSERT(model_selector_from_text(to_text(models)).value() == models);
        const label_selector labels{any_names(random), any_names(random)};
        RC_ASSERT(label_selector_from_text(to_text(labels)).value() == labels);
        const gpu_selector ids{any_names(random), any_names(random)};
        RC_ASSERT(gpu_selector_from_text(to_text(ids)).value() == ids);
    });
}

TEST(selector_text, looks_like_this) {
    const model_selector large{.memory_at_least = 24_GiB,
                               .newer_than = architecture::turing,
                               .mig = true,
                               .allow = {"A100-80GB", "L40S"},
                               .deny = {"A10"}};
    EXPECT_EQ(to_text(large), "memory=24576MiB newer_than=turing mig allow=A100-80GB,L40S deny=A10");
    EXPECT_EQ(model_selector_from_text("memory=24GiB newer_than=turing mig allow=A100-80GB,L40S deny=A10").value(),
              large);
    EXPECT_EQ(to_text(label_selector{.all_of = {"zone=a", "fast"}, .none_of = {"spot"}}),
              "all_of=zone=a,fast none_of=spot");
    EXPECT_EQ(to_text(gpu_selector{.deny = {"GPU-3"}}), "deny=GPU-3");
    EXPECT_EQ(to_text(model_selector{}), "");
    EXPECT_EQ(model_selector_from_text("").value(), model_selector{});
}

TEST(selector_text, says_where_it_is_wrong) {
    const auto wrong = [](const char* text) { return model_selector_from_text(text).error().message(); };
    EXPECT_EQ(wrong("mig memory=24"), R"(memory, column 5: "24": expected an amount of memory: 512MiB, 24GiB)");
    EXPECT_EQ(wrong("newer_than=riva"),
              R"(newer_than, column 1: "riva": expected a generation: turing, ampere, hopper)");
    EXPECT_EQ(wrong("mig=yes"), R"(mig, column 1: "yes": expected mig without a value)");
    EXPECT_EQ(wrong("mig mig"), R"(mig, column 5: "": expected each field once)");
    EXPECT_EQ(wrong("allow="), R"(allow, column 1: "": expected one name or more, separated by commas)");
    EXPECT_EQ(wrong("allow=T4,,A10"), R"(allow, column 1: "T4,,A10": expected one name or more, separated by commas)");
    EXPECT_EQ(wrong("models=T4"), R"(models, column 1: "T4": expected memory, newer_than, mig, allow or deny)");
    EXPECT_EQ(label_selector_from_text("all_of=a any=b").error().message(),
              R"(any, column 10: "b": expected all_of or none_of)");
    EXPECT_EQ(gpu_selector_from_text("allow=\"a").error().message(),
              R"(allow, column 1: "a": expected a closing quotation mark)");
}

TEST(selector_text, selectors_are_keys) {
    EXPECT_EQ((std::unordered_set<label_selector>{{{"a"}, {}}, {{"a"}, {}}, {{}, {"a"}}}.size()), 2U);
    EXPECT_EQ((std::set<gpu_selector>{{{"a"}, {}}, {{"a"}, {}}, {{}, {"a"}}}.size()), 2U);
    EXPECT_EQ((std::unordered_set<model_selector>{{.mig = true}, {.mig = true}, {}}.size()), 2U);
    EXPECT_EQ((std::unordered_set<gpu_selector>{{{"a"}, {}}, {{"b"}, {}}}.size()), 2U);
    EXPECT_LT((model_selector{.memory_at_least = 1_MiB}), (model_selector{.memory_at_least = 2_MiB}));
}
