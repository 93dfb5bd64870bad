// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/placement_json.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(placement_json, reads_back_any_record) {
    for_all([](std::uint64_t seed) {
        const cluster on = random_history{seed}.used_cluster();
        for (const placement& each : on.placements()) {
            const placement_record record = record_of(on, each, "a \"task\"");
            RC_ASSERT(io::placement_from_json(nlohmann::json::parse(io::placement_json(record).dump())).value() ==
                      record);
        }
    });
}

TEST(placement_json, names_the_member_that_is_wrong) {
    const auto wrong = [](const char* text) {
        return io::placement_from_json(nlohmann::json::parse(text)).error().message();
    };
    EXPECT_EQ(wrong("[]"), R"(placement: "[]": expected an object)");
    EXPECT_EQ(wrong("{}"), R"(/node: "": expected the name of a node)");
    EXPECT_EQ(wrong(R"({"cpu_milli": -1})"), R"(/cpu_milli: "-1": expected from 0 to 2147483647)");
    EXPECT_EQ(wrong(R"({"gpus": [32]})"),
              R"(/gpus: "[32]": expected gpus, gpu_ids, pieces_mib or instances with profile and start)");
    EXPECT_EQ(wrong(R"({"gpu": 1})"), R"(/gpu: "1": expected a list, or a member of a placement)");
}
