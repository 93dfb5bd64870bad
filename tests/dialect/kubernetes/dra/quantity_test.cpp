// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace dra = gpupack::dialect::dra;

TEST(dra_quantity, reads_and_writes_as_kubernetes_does) {
    const std::vector<std::pair<std::string, std::string>> cases{{"4Gi", "4Gi"},
                                                                 {"500m", "500m"},
                                                                 {"1e3", "1e3"},
                                                                 {"1.5Gi", "1536Mi"},
                                                                 {"0.5Mi", "512Ki"},
                                                                 {"1000", "1k"},
                                                                 {"1024", "1024"},
                                                                 {"1024Ki", "1Mi"},
                                                                 {"0.0000000001", "1n"},
                                                                 {"8Ei", "9223372036854775807"},
                                                                 {"-5", "-5"},
                                                                 {"1.5", "1500m"},
                                                                 {".5", "500m"},
                                                                 {"+3k", "3k"},
                                                                 {"5.", "5"},
                                                                 {"0", "0"},
                                                                 {"0Gi", "0"},
                                                                 {"12345678901234567890", "12345678901234567890"}};
    for (const auto& [text, canonical] : cases) {
        const auto amount = dra::quantity::parse(text);
        ASSERT_TRUE(amount) << text;
        EXPECT_EQ(amount->text(), canonical) << text;
        EXPECT_EQ(*dra::quantity::parse(canonical), *amount) << text;
    }
}

TEST(dra_quantity, refuses_what_is_none) {
    for (const char* text : {"", "abc", "1Gib", "1ee3", "--1", "1 Gi", "Gi", "1.2.3", "e3"})
        EXPECT_FALSE(dra::quantity::parse(text)) << text;
    EXPECT_EQ(dra::quantity::parse("1Gib").error().message(),
              "quantity: \"1Gib\": expected a number with a suffix such as m, k, M, Gi or e3");
}

TEST(dra_quantity, compares_by_value_whatever_the_style) {
    EXPECT_EQ(*dra::quantity::parse("1Gi"), *dra::quantity::parse("1024Mi"));
    EXPECT_LT(*dra::quantity::parse("1G"), *dra::quantity::parse("1Gi"));
    EXPECT_GT(*dra::quantity::parse("1"), *dra::quantity::parse("999m"));
}

TEST(dra_quantity, knows_whether_two_are_written_alike) {
    EXPECT_TRUE(dra::quantity::parse("1Gi")->identical(*dra::quantity::parse("1Gi")));
    EXPECT_FALSE(dra::quantity::parse("1Gi")->identical(*dra::quantity::parse("1024Mi")));
    EXPECT_FALSE(dra::quantity::parse("1")->identical(dra::quantity::whole(1))); // one keeps the text that was read
}

TEST(dra_quantity, rounds_up_to_whole_numbers_and_tells_exact_thousandths) {
    EXPECT_EQ(dra::quantity::parse("1500m")->ceiling(), 2);
    EXPECT_EQ(dra::quantity::parse("-1500m")->ceiling(), -1);
    EXPECT_EQ(dra::quantity::parse("10E")->ceiling(), INT64_MAX);
    EXPECT_EQ(dra::quantity::parse("1.5")->exact_thousandths(), 1500);
    EXPECT_FALSE(dra::quantity::parse("1u")->exact_thousandths());
    EXPECT_FALSE(dra::quantity::parse("8Ei")->exact_thousandths());
    EXPECT_EQ(dra::quantity::thousandths(2500).text(), "2500m");
    EXPECT_EQ(dra::quantity::whole(2048, dra::quantity_style::binary).text(), "2Ki");
}

TEST(dra_quantity, saturates_instead_of_wrapping) {
    const dra::quantity huge = *dra::quantity::parse("1e500");
    EXPECT_GT(huge, *dra::quantity::parse("10E"));
    EXPECT_EQ(huge, *dra::quantity::parse("9e999"));
    EXPECT_LT(*dra::quantity::parse("-1e500"), dra::quantity{});
}
