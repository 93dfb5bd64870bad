// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/topology_json.hpp>

#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/machines.hpp>

#include "support/for_all.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::string refusal_of_json(const std::string& text) {
    const auto told = io::parse_topology_json("t.json", text);
    return told ? std::string{"accepted"} : told.error().message();
}

/// Two GPUs, with one part of the text replaced.
std::string with(const std::string& part, const std::string& by) {
    std::string text = R"({"gpupack_topology": 1,
 "gpus": [{"numa": 0}, {"numa": 1}],
 "links": [["X", "NV2 SYS"], ["NV2 SYS", "X"]],
 "nvswitch": false,
 "nics": [{"name": "mlx5_0", "numa": 0, "to_gpus": ["PIX", "SYS"]}],
 "partitions": [[0], [1]]})";
    return part.empty() ? text : text.replace(text.find(part), part.size(), by);
}

} // namespace

TEST(topology_json, is_read_as_it_was_written) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        node_topology any = random_topology(random, static_cast<int>(random.below(17)));
        for (std::size_t i = 0; i < any.links.size(); ++i) any.links[i][i] = {};
        if (any.gpus() > 0 && random.below(4) == 0) any.numa[0] = unknown_numa;
        if (any.gpus() > 1) any.partitions = {gpu_set::first(2), gpu_set::of(1)};
        const auto told = io::parse_topology_json("t.json", io::write_topology_json(any));
        RC_ASSERT(told.has_value());
        RC_ASSERT(*told == any);
    });
    for (const std::string_view name : machines::names) {
        const node_topology of = *machines::named(name)->topology;
        EXPECT_EQ(io::parse_topology_json("t.json", io::write_topology_json(of)), of) << name;
    }
}

TEST(topology_json, is_for_people_to_read) {
    EXPECT_EQ(io::write_topology_json(*io::parse_topology_json("t.json", with("", ""))), R"({
 "gpupack_topology": 1,
 "gpus": [
  {"numa":0},
  {"numa":1}
 ],
 "links": [
  ["X","NV2 SYS"],
  ["NV2 SYS","X"]
 ],
 "nvswitch": false,
 "nics": [
  {"name":"mlx5_0","numa":0,"to_gpus":["PIX","SYS"]}
 ],
 "partitions": [
  [0],
  [1]
 ]
}
)");
}

TEST(topology_json, says_what_is_wrong_and_where) {
    EXPECT_EQ(refusal_of_json(with("", "")), "accepted");
    EXPECT_EQ(refusal_of_json(with("\"nvswitch\": false,", "\"nvswitch\": maybe,")),
              "t.json:4: document: \"\": expected JSON");
    EXPECT_EQ(refusal_of_json("[2e22222222222222]"), "t.json: document: \"\": expected JSON"); // no double holds it
    EXPECT_EQ(refusal_of_json(""), "t.json:1: document: \"\": expected JSON");
    EXPECT_EQ(refusal_of_json("[]"), "t.json: /: \"[]\": expected an object");
    EXPECT_EQ(refusal_of_json(with("y\": 1", "y\": 2")), "t.json: /gpupack_topology: \"2\": expected 1");
    EXPECT_EQ(refusal_of_json(with("{\"numa\": 1}", "{\"numa\": 16}")),
              "t.json: /gpus/1/numa: \"16\": expected a whole number from 0 to 15");
    EXPECT_EQ(refusal_of_json(with("{\"numa\": 1}", "{\"nume\": 1}")),
              "t.json: /gpus/1/nume: \"1\": expected no such key");
    EXPECT_EQ(refusal_of_json(with("{\"numa\": 1}", "{}")), "t.json: /gpus/1/numa: \"\": expected this key");
    EXPECT_EQ(refusal_of_json(with("\"NV2 SYS\"]", "\"NV2\"]")),
              "t.json: /links/0/1: \"NV2\": expected a path (SYS, NODE, PHB, PXB, PIX, PSB), or \"NV2 PHB\"; X for "
              "itself");
    EXPECT_EQ(refusal_of_json(with("\"NV2 SYS\"]", "\"NV3 SYS\"]")),
              "t.json: GPU1 to GPU0: \"210\": expected the same link as from GPU0 to GPU1");
    EXPECT_EQ(refusal_of_json(with("[\"X\", \"NV2 SYS\"],", "[\"X\"],")),
              "t.json: links of GPU0: \"1 entries\": expected an entry a GPU");
    EXPECT_EQ(refusal_of_json(with("[\"PIX\", \"SYS\"]", "[\"PIX\", \"NV1\"]")),
              "t.json: /nics/0/to_gpus/1: \"NV1\": expected a path: SYS, NODE, PHB, PXB, PIX or PSB");
    EXPECT_EQ(refusal_of_json(with("[0], [1]", "[0], [2]")),
              "t.json: /partitions/1/0: \"2\": expected a whole number from 0 to 1");
    EXPECT_EQ(refusal_of_json(with("\"nvswitch\": false,", "\"nvswitch\": 0,")),
              "t.json: /nvswitch: \"0\": expected true or false");
    EXPECT_FALSE(io::read_topology_json("/no/such/file"));
}

TEST(topology_json, survives_whatever_is_written) {
    const std::string right = io::write_topology_json(*machines::l40s_x4().topology);
    for_all([&](std::uint64_t seed) {
        random_stream random{seed};
        std::string text = right;
        for (std::uint64_t n = 1 + random.below(3); n > 0; --n)
            text[random.below(text.size())] = "[]{}\",:0a"[random.below(9)];
        const auto told = io::parse_topology_json("t.json", text);
        if (told)
            RC_ASSERT(!topology_error(*told).has_value());
        else
            RC_ASSERT(!told.error().expected.empty());
    });
}
