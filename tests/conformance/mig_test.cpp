// SPDX-License-Identifier: Apache-2.0
// The counts of states of an A100 and an A30, and what HAMi's own unit tests place.
#include <gpupack/fit/fits.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/topology/models.hpp>

#include "conformance/numbers.hpp"
#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

using namespace gpupack;

namespace {

/// The plain profiles of a model: without extensions and double memory.
std::vector<int> plain(const partition_table& of) {
    std::vector<int> chosen;
    std::set<int> slices;
    for (int p = 0; p < of.profile_count; ++p) {
        const std::string name{of.profiles[p].name.view()};
        if (name.find('+') == std::string::npos && slices.insert(of.profiles[p].slices).second) chosen.push_back(p);
    }
    return chosen;
}

/// All that can stand on one GPU, found by adding instances one by one.
struct states {
    std::set<std::uint64_t> seen;     // sets of slots
    std::set<std::vector<int>> kinds; // multisets of profiles, each in order
    int maximal = 0;

    states(const partition_table& of, const std::vector<int>& profiles) { visit(of, profiles, 0, 0, {}); }

    void visit(const partition_table& of, const std::vector<int>& profiles, std::uint64_t slots,
               std::uint64_t occupied, const std::vector<int>& on) {
        if (!seen.insert(slots).second) return;
        bool full = true;
        for (const int p : profiles)
            for (int s = of.profiles[p].first_slot; s < of.profiles[p].first_slot + of.profiles[p].slot_count;
                 ++s) {
                if (!of.is_free(s, occupied)) continue;
                full = false;
                std::vector<int> more = on;
                more.insert(std::upper_bound(more.begin(), more.end(), p), p);
                visit(of, profiles, slots | std::uint64_t{1} << s, occupied | of.slots[s].taken, more);
            }
        maximal += full ? 1 : 0;
        kinds.insert(on);
    }
};

std::string full_name(const std::string& shorthand) {
    const std::map<std::string, std::string> names{
        {"1g", "1g.5gb"}, {"2g", "2g.10gb"}, {"3g", "3g.20gb"}, {"4g", "4g.20gb"}, {"7g", "7g.40gb"}};
    return names.at(shorthand);
}

} // namespace

TEST(mig, has_the_published_counts_of_states) {
    const auto numbers = published("mig");
    const cluster on = cluster_builder{}
                           .add_nodes(1, {1_cores, 1_GiB, {1, models::a100_40gb}})
                           .add_nodes(1, {1_cores, 1_GiB, {1, models::a30}})
                           .build()
                           .value();
    for (const auto& [name, node] : {std::pair{"a100_40", 0U}, std::pair{"a30", 1U}}) {
        const partition_table& of = *on[node_id{node}].capacity(0).mig;
        const states all{of, plain(of)};
        const auto& expected = numbers.at(name);
        EXPECT_EQ(all.seen.size(), expected.at("placed_sets").get<std::size_t>()) << name;
        EXPECT_EQ(all.maximal, expected.at("maximal_placed").get<int>()) << name;
        if (expected.contains("multisets")) {
            EXPECT_EQ(all.kinds.size(), expected.at("multisets").get<std::size_t>()) << name;
        }
        if (expected.contains("maximal_multisets")) {
            std::size_t maximal = 0;
            for (const auto& kind : all.kinds)
                maximal += std::none_of(all.kinds.begin(), all.kinds.end(), [&](const auto& other) {
                    return other != kind && std::includes(other.begin(), other.end(), kind.begin(), kind.end());
                });
            EXPECT_EQ(maximal, expected.at("maximal_multisets").get<std::size_t>()) << name;
        }
    }
}

TEST(mig, has_the_published_profiles_and_starts) {
    const auto expected = published("mig").at("a100_40").at("profiles");
    const cluster on = a100s(1);
    const partition_table& of = *on[node_id{0}].capacity(0).mig;
    for (const auto& [name, profile] : expected.items()) {
        const auto request = mig_profile(on.models(), full_name(name)).value();
        const int p = lowest_bit(of.among(request.profiles));
        EXPECT_EQ(of.profiles[p].units, profile.at("size").get<int>()) << name;
        EXPECT_EQ(of.profiles[p].slices, profile.at("compute").get<int>()) << name;
        std::vector<int> starts;
        for (int s = 0; s < of.profiles[p].slot_count; ++s)
            starts.push_back(of.slots[of.profiles[p].first_slot + s].start);
        EXPECT_EQ(starts, profile.at("starts").get<std::vector<int>>()) << name;
    }
}

TEST(mig, takes_the_starts_that_hami_takes) {
    std::vector<std::string> names;
    std::string expected;
    for (const auto& step : published("mig").at("hami_sequence")) {
        names.push_back(full_name(step[0]));
        expected += (expected.empty() ? "0@" : " 0@") + std::to_string(step[1].get<int>());
    }
    std::vector<const char*> profiles;
    for (const std::string& name : names) profiles.push_back(name.c_str());
    EXPECT_EQ(placed_in_order(dialect::hami_mig{}, 1, profiles), expected);
    EXPECT_EQ(placed_in_order(dialect::hami_gpus{dialect::hami_rule::binpack}, 1, profiles), expected);
}

TEST(mig,
     fits_what_hami_fits) { // rows: intervals in use as start and size, profiles that come, whether they all fit
    for (const auto& row : published("mig").at("hami_feasible")) {
        scheduler by{a100s(1), dialect::hami_gpus{dialect::hami_rule::binpack}};
        for (const auto& used : row[0]) {
            ASSERT_EQ(used, nlohmann::json({4, 4})); // a 3g at 4
            const partition_table& of = *by.cluster()[node_id{0}].capacity(0).mig;
            cluster on = by.cluster();
            const request request = one_of(on, "3g.20gb");
            const int p = lowest_bit(of.among(request.share.profiles()));
            (void)on.take(node_id{0}, gpu_set::of(0), request, slot_list{of.profiles[p].first_slot + 1});
            by = scheduler{on, dialect::hami_gpus{dialect::hami_rule::binpack}};
        }
        bool all = true;
        for (const auto& profile : row[1])
            all = by.try_place(one_of(by.cluster(), full_name(profile).c_str())).has_value() && all;
        EXPECT_EQ(all, row[2] == 1) << row;
    }
}
