// SPDX-License-Identifier: Apache-2.0
// The counts of states of an A100 and an A30, and what HAMi's own unit tests place.
#include <gpupack/fit/fits.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/topology/models.hpp>

#include "support/one_gpu.hpp"
#include "support/published_check.hpp"

#include <map>
#include <set>
#include <string>

using namespace gpupack;
using published::differences;
using published::table;

namespace {

/// The plain profiles of a model: without extensions and double memory.
std::vector<int> plain_profiles(const partition_table& table) {
    std::vector<int> chosen;
    std::set<int> slices;
    for (int p = 0; p < table.profile_count; ++p) {
        const std::string name{table.profiles[p].name.view()};
        if (name.find('+') == std::string::npos && slices.insert(table.profiles[p].slices).second) chosen.push_back(p);
    }
    return chosen;
}

/// All that can stand on one GPU, found by adding instances one by one.
struct mig_states {
    std::set<std::uint64_t> seen;     // sets of slots
    std::set<std::vector<int>> kinds; // multisets of profiles, each in order
    int maximal = 0;

    mig_states(const partition_table& table, const std::vector<int>& profiles) { visit(table, profiles, 0, 0, {}); }

    void visit(const partition_table& of, const std::vector<int>& profiles, std::uint64_t slots, std::uint64_t occupied,
               const std::vector<int>& on) {
        if (!seen.insert(slots).second) return;
        bool full = true;
        for (const int p : profiles)
            for (int s = of.profiles[p].first_slot; s < of.profiles[p].first_slot + of.profiles[p].slot_count; ++s) {
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

std::string full_profile_name(const std::string& shorthand) {
    const std::map<std::string, std::string> names{
        {"1g", "1g.5gb"}, {"2g", "2g.10gb"}, {"3g", "3g.20gb"}, {"4g", "4g.20gb"}, {"7g", "7g.40gb"}};
    return names.at(shorthand);
}

cluster one_a100_and_one_a30() {
    return cluster_builder{}
        .add_nodes(1, {1_cores, 1_GiB, {1, models::a100_40gb}})
        .add_nodes(1, {1_cores, 1_GiB, {1, models::a30}})
        .build()
        .value();
}

/// Compares the counts of states that a table tells of one GPU of the cluster.
void compare_state_counts(const published::row& row, std::uint32_t node, differences& found) {
    const cluster cluster = one_a100_and_one_a30();
    const partition_table& table = *cluster[node_id{node}].capacity(0).mig;
    const mig_states all{table, plain_profiles(table)};
    found.expect_equal(all.seen.size(), row.at("placed_sets").get<std::size_t>(), row);
    found.expect_equal(all.maximal, row.at("maximal_placed").get<int>(), row);
    if (!row.contains("multisets")) return;
    found.expect_equal(all.kinds.size(), row.at("multisets").get<std::size_t>(), row);
    std::size_t maximal = 0;
    for (const auto& kind : all.kinds)
        maximal += std::none_of(all.kinds.begin(), all.kinds.end(), [&](const auto& other) {
            return other != kind && std::includes(other.begin(), other.end(), kind.begin(), kind.end());
        });
    found.expect_equal(maximal, row.at("maximal_multisets").get<std::size_t>(), row);
}

const published::check mig_states_of_an_a100{
    "mig", "a100_40", table::as_a_row, "has_the_published_counts_of_states_of_an_a100",
    [](const published::row& row, differences& found) { compare_state_counts(row, 0, found); }};

const published::check mig_states_of_an_a30{
    "mig", "a30", table::as_a_row, "has_the_published_counts_of_states_of_an_a30",
    [](const published::row& row, differences& found) { compare_state_counts(row, 1, found); }};

const published::check mig_profiles_of_an_a100{
    "mig", "a100_40", table::as_a_row, "has_the_published_profiles_and_starts",
    [](const published::row& row, differences& found) {
        const cluster cluster = a100s(1);
        const partition_table& table = *cluster[node_id{0}].capacity(0).mig;
        int most_compute = 0;
        for (const auto& [name, profile] : row.at("profiles").items()) {
            const auto request = mig_profile(cluster.models(), full_profile_name(name)).value();
            const int p = lowest_bit(table.among(request.profiles));
            found.expect_equal(table.profiles[p].units, profile.at("size").get<int>(), row);
            found.expect_equal(table.profiles[p].slices, profile.at("compute").get<int>(), row);
            most_compute = std::max<int>(most_compute, table.profiles[p].slices);
            std::vector<int> starts;
            for (int s = 0; s < table.profiles[p].slot_count; ++s)
                starts.push_back(table.slots[table.profiles[p].first_slot + s].start);
            found.expect_equal(starts, profile.at("starts").get<std::vector<int>>(), row);
        }
        found.expect_equal(most_compute, row.at("compute_budget").get<int>(), row);
    }};

const published::check mig_starts_of_hami{
    "mig", "hami_sequence", table::as_a_row, "takes_the_starts_that_hami_takes",
    [](const published::row& row, differences& found) {
        std::vector<std::string> names;
        std::string expected;
        for (const auto& step : row.value) {
            names.push_back(full_profile_name(step[0]));
            expected += (expected.empty() ? "0@" : " 0@") + std::to_string(step[1].get<int>());
        }
        std::vector<const char*> profiles;
        for (const std::string& name : names) profiles.push_back(name.c_str());
        found.expect_equal(placed_in_order(dialect::hami_mig{}, 1, profiles), expected, row);
        found.expect_equal(placed_in_order(dialect::hami_gpus{dialect::hami_rule::binpack}, 1, profiles), expected,
                           row);
    }};

const published::check mig_fits_of_hami{
    "mig", "hami_feasible", table::of_rows, "fits_what_hami_fits",
    [](const published::row& row, differences& found) { // in use as start and size, profiles that come, do all fit
        cluster cluster = a100s(1);
        for (const auto& used : row[0]) {
            found.expect_equal(used, nlohmann::json({4, 4}), row); // a 3g at 4
            const partition_table& table = *cluster[node_id{0}].capacity(0).mig;
            const request request = one_of(cluster, "3g.20gb");
            const int p = lowest_bit(table.among(request.share.profiles()));
            (void)cluster.take(node_id{0}, gpu_set::of(0), request, slot_list{table.profiles[p].first_slot + 1});
        }
        scheduler scheduler{cluster, dialect::hami_gpus{dialect::hami_rule::binpack}};
        bool all = true;
        for (const auto& profile : row[1])
            all =
                scheduler.try_place(one_of(scheduler.cluster(), full_profile_name(profile).c_str())).has_value() && all;
        found.expect_equal(all ? 1 : 0, row[2].get<int>(), row);
    }};

} // namespace
