// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/read_dra_objects.hpp>

#include "io/kubernetes/dra_questions.hpp"
#include "support/data_files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

// The allocator against Kubernetes' own, on objects as Kubernetes writes them.

namespace {

/// Compares gpupack's answers with upstream's; how many there are.
int compare_answers(const char* name) {
    std::ifstream file{std::string{GPUPACK_UNPACKED_DATA_DIR} + "/" + name};
    std::string line;
    int count = 0;
    while (std::getline(file, line)) {
        const nlohmann::json question = nlohmann::json::parse(line);
        EXPECT_EQ(dra_questions::plain(dra_questions::answer(question)), dra_questions::plain(question.at("answer")))
            << question.at("id");
        ++count;
    }
    return count;
}

nlohmann::json shared_json(const std::string& name) {
    return nlohmann::json::parse(std::ifstream{data_file(name)});
}

} // namespace

TEST(read_dra_objects, and_the_allocator_answer_two_thousand_random_cases_as_upstream_does) {
    EXPECT_EQ(compare_answers("dra_random.jsonl"), 2000);
}

TEST(read_dra_objects, and_the_allocator_answer_wider_cases_as_upstream_does) {
    EXPECT_EQ(compare_answers("dra_wide.jsonl"), 500);
}

TEST(read_dra_objects, and_the_allocator_answer_the_cases_of_upstream) {
    SKIP_WITHOUT_DATA();
    for (const nlohmann::json& question : shared_json("kubernetes/dra_cases_k8s.json"))
        EXPECT_EQ(dra_questions::short_form(dra_questions::answer(question)),
                  dra_questions::ordered(question.at("expected")))
            << question.at("id");
}

TEST(read_dra_objects, says_which_field_is_wrong) {
    const auto error = [](const char* text) {
        return gpupack::io::read_dra_objects(nlohmann::json::parse(text), "list.json").error().message();
    };
    EXPECT_EQ(error("[]"), "list.json: kind: \"[]\": expected a List of Kubernetes objects");
    EXPECT_EQ(error(R"({"kind":"List","items":{}})"), "list.json: items: \"{}\": expected a list");
    EXPECT_EQ(error(R"({"kind":"List","items":[{"kind":"Node","metadata":{"name":7}}]})"),
              "list.json: items[0].metadata.name: \"7\": expected a string");
    EXPECT_EQ(
        error(
            R"({"kind":"List","items":[{"kind":"ResourceSlice","metadata":{"name":"s"},"spec":{"driver":"d","pool":{"name":"p"},)"
            R"("devices":[{"name":"x","capacity":{"memory":{"value":"4 Gi"}}}]}}]})"),
        "list.json: items[0].ResourceSlice s.spec.devices[0].capacity.value: \"\"4 Gi\"\": expected a quantity such as "
        "4Gi or 500m");
}

TEST(read_dra_objects, reads_lists_of_the_api_server_and_counts_other_kinds) {
    const auto read = gpupack::io::read_dra_objects(
        nlohmann::json::parse(R"({"kind":"DeviceClassList","items":[{"metadata":{"name":"a"},"spec":{}}]})"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->classes.size(), 1U);
    EXPECT_EQ(
        gpupack::io::read_dra_objects(nlohmann::json::parse(R"({"kind":"List","items":[{"kind":"Pod"}]})"))->others,
        1U);
}
