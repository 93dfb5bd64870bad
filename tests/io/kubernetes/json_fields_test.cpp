// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/json_fields.hpp>

#include <gtest/gtest.h>

using gpupack::io::json_fields;

TEST(json_fields, reads_what_is_there_and_defaults_the_rest) {
    const nlohmann::json object = nlohmann::json::parse(R"({"a":"x","n":7,"b":true,"l":["p","q"],"z":null})");
    json_fields fields;
    EXPECT_EQ(fields.text(object, "a"), "x");
    EXPECT_EQ(fields.number(object, "n", 0), 7);
    EXPECT_EQ(fields.number(object, "m", 3), 3);
    EXPECT_EQ(fields.boolean(object, "b"), true);
    EXPECT_FALSE(fields.boolean(object, "z"));
    EXPECT_EQ(fields.texts(object, "l").size(), 2U);
    EXPECT_FALSE(fields.error());
}

TEST(json_fields, keeps_the_first_error_with_its_path) {
    const nlohmann::json object = nlohmann::json::parse(R"({"outer":{"list":[{"n":1},{"n":"two"},{"n":"three"}]}})");
    json_fields fields{"f.json"};
    fields.nested(object, "outer", [&](const nlohmann::json& outer) {
        fields.each(outer, "list", [&](const nlohmann::json& item) { static_cast<void>(fields.number(item, "n", 0)); });
    });
    ASSERT_TRUE(fields.error());
    EXPECT_EQ(fields.error()->message(), "f.json: outer.list[1].n: \"\"two\"\": expected a whole number");
}
