// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/gang_cover.hpp>

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using plan::detail::gang_cover;
using plan::detail::member_counts;
using plan::detail::search_budget;

namespace {

/// Whether one combination a node, or none, sums up to the counts; fewer than a combination says will do where `closed`.
bool exists(const std::vector<std::vector<member_counts>>& nodes, std::size_t nth, member_counts left, bool closed) {
    bool done = true;
    for (const std::int32_t each : left) done = done && each == 0;
    if (done || nth == nodes.size()) return done;
    if (exists(nodes, nth + 1, left, closed)) return true;
    for (const member_counts& pattern : nodes[nth]) {
        member_counts rest = left;
        bool too_many = false;
        for (std::size_t part = 0; part < rest.size(); ++part) {
            rest[part] -= pattern[part];
            too_many = too_many || rest[part] < 0;
            if (closed) rest[part] = std::max(rest[part], 0);
        }
        if ((!too_many || closed) && exists(nodes, nth + 1, rest, closed)) return true;
    }
    return false;
}

} // namespace

TEST(gang_cover, finds_a_choice_exactly_where_there_is_one) {
    int found = 0;
    int none = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
        random_stream random{seed};
        const std::size_t parts = 1 + random.below(3);
        const bool closed = random.below(2) == 0;
        std::vector<std::vector<member_counts>> kinds(1 + random.below(3));
        for (auto& kind : kinds) {
            kind.resize(1 + random.below(3), member_counts(parts));
            for (member_counts& pattern : kind) {
                for (std::int32_t& count : pattern) count = static_cast<std::int32_t>(random.below(4));
                pattern[0] += 1; // none is empty
            }
        }
        std::vector<std::int64_t> counts;
        for (std::size_t part = 0; part < parts; ++part)
            counts.push_back(static_cast<std::int64_t>(1 + random.below(7)));
        gang_cover cover{counts, closed};
        std::vector<std::vector<member_counts>> nodes;
        for (std::size_t kind = 0; kind < kinds.size(); ++kind)
            for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
                cover.add(node_id{static_cast<std::uint32_t>(nodes.size())}, kinds[kind], kind);
                nodes.push_back(kinds[kind]);
            }
        search_budget budget{100'000};
        const gang_cover::outcome outcome = cover.search(budget);
        ASSERT_NE(outcome, gang_cover::outcome::cut_short);
        ASSERT_EQ(outcome == gang_cover::outcome::found, exists(nodes, 0, {counts.begin(), counts.end()}, closed))
            << seed;
        if (outcome != gang_cover::outcome::found) {
            ++none;
            continue;
        }
        ++found;
        member_counts sum(parts, 0);
        for (const gang_cover::choice& each : cover.chosen()) {
            bool allowed = false;
            for (const member_counts& pattern : nodes[each.node.number()]) {
                bool within = true;
                for (std::size_t part = 0; part < parts; ++part)
                    within =
                        within && (closed ? each.counts[part] <= pattern[part] : each.counts[part] == pattern[part]);
                allowed = allowed || within;
            }
            ASSERT_TRUE(allowed) << seed;
            for (std::size_t part = 0; part < parts; ++part) sum[part] += each.counts[part];
        }
        ASSERT_EQ(sum, member_counts(counts.begin(), counts.end())) << seed;
    }
    EXPECT_GT(found, 500);
    EXPECT_GT(none, 500);
}

TEST(gang_cover, says_when_the_budget_ran_out) {
    const std::vector<member_counts> patterns = {{1, 0}, {0, 1}};
    gang_cover cover{{40, 40}, true};
    for (std::uint32_t n = 0; n < 80; ++n) cover.add(node_id{n}, patterns, n);
    search_budget little{1};
    EXPECT_EQ(cover.search(little), gang_cover::outcome::cut_short);
}
