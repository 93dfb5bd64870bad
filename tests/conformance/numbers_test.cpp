// SPDX-License-Identifier: Apache-2.0
// The table of published numbers itself: each of its numbers is checked by something, and it is the record's.
#include "support/data_files.hpp"
#include "support/published_check.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// Calls visit(mutate) for each number of a table, and each number that names a row; mutate(change) calls change on it.
template <class Visit> void for_each_number(const json& table, const json::json_pointer& place, Visit&& visit) {
    if (table.is_number()) visit(place, false);
    if (table.is_array())
        for (std::size_t i = 0; i < table.size(); ++i) for_each_number(table[i], place / i, visit);
    if (table.is_object())
        for (const auto& [key, value] : table.items()) {
            if (is_number(key)) visit(place / key, true);
            for_each_number(value, place / key, visit);
        }
}

/// The family with one number changed in several ways, small changes first.
std::vector<json> changed(const json& family, const json::json_pointer& place, bool is_name) {
    std::vector<json> tables;
    const double number = is_name ? std::stod(place.back()) : family.at(place).get<double>();
    for (const double other : {number + 1, number - 1, number / 2, 0.0, number + 100'000, number - 100'000}) {
        if (other == number) continue;
        json table = family;
        json& parent = table.at(place.parent_pointer());
        if (is_name) {
            parent[std::to_string(static_cast<std::int64_t>(other))] = parent.at(place.back());
            parent.erase(place.back());
        } else if (table.at(place).is_number_float()) {
            table.at(place) = other;
        } else {
            table.at(place) = static_cast<std::int64_t>(other);
        }
        tables.push_back(std::move(table));
    }
    return tables;
}

/// Whether a check of the family fails on a table, or stops the program: bad numbers may break a precondition. Looked at
/// in a child process.
bool is_noticed(const std::string& name, const json& family) {
    const pid_t child = fork();
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDERR_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        alarm(60);
        const auto fails = [&]() noexcept { // what is thrown must not reach the test of the parent
            const auto& checks = published::check::all();
            return std::any_of(checks.begin(), checks.end(), [&](const published::check& check) {
                return check.family() == name && !check.run(family).empty();
            });
        };
        _exit(fails() ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status != 0;
}

/// Whether everything in `ours` is in `record` as well.
bool is_part_of(const json& ours, const json& record) {
    if (ours.is_object() && record.is_object())
        return std::all_of(ours.items().begin(), ours.items().end(), [&](const auto& item) {
            return record.contains(item.key()) && is_part_of(item.value(), record.at(item.key()));
        });
    if (ours.is_array() && record.is_array())
        return ours.size() == record.size() && std::equal(ours.begin(), ours.end(), record.begin(), is_part_of);
    return ours == record;
}

/// Inputs of published cases on which the published answer does not depend, at least in some rows: a pattern of places,
/// where * is any step and 0|1 either of two.
bool may_be_without_effect(const std::string& place) {
    static const char* const patterns[] = {
        "/fgd/frag/3/list/*/*",       // the CPU of the node is too small for the task, whatever else it asks for
        "/fgd/typicalA/*/1",          // of 4 or 8 whole GPUs, where no node has as many with less free
        "/fgd/packing_score/1/milli", // all GPUs are idle
        "/gpuallocator/besteffort_dgx1v/*/0/*",       // a GPU that is free and not chosen
        "/gpuallocator/simple/*/0/*",                 // the same
        "/hami/device_score/0/0|1|2|3|4|5",           // nothing asked for
        "/hami/device_score/0/7/*",                   // the same
        "/hami/device_score/1/0|1|2|3|4|5",           // the same
        "/hami/device_score/1/7/*",                   // the same
        "/hami/device_score/*/6/*/0",                 // a request counts once, however many devices it wants
        "/hami/device_score/*/6/*/1",                 // MiB, where a percentage counts
        "/hami/less/*/1",                             // NUMA binding, where both devices are on one NUMA node
        "/hami/less/*/2/*",                           // what comes after the field that decides
        "/hami/less/*/3/*",                           // the same
        "/hami/normalise/4/2",                        // a percentage beyond 100
        "/kai/gpupack_total_used_score/0/0",          // nothing in use
        "/kai/nodepack_idle_alloc_score/*/*/0",       // a node that has none of the resource
        "/kai/nodepack_idle_alloc_score/*/*/1",       // that a node has some of the resource, not how much
        "/kai/nodespread_nonalloc_count_score/*/0|1", // 0 of any number, all of any number
        "/koordinator/score_device/1/1",              // 0 of any number
    };
    return std::any_of(std::begin(patterns), std::end(patterns), [&](const std::string& pattern) {
        std::istringstream steps{pattern};
        std::istringstream taken{place};
        std::string step;
        std::string name;
        while (std::getline(steps, step, '/'))
            if (!std::getline(taken, name, '/') ||
                (step != "*" && ("|" + step + "|").find("|" + name + "|") == std::string::npos))
                return false;
        return !std::getline(taken, name, '/');
    });
}

} // namespace

TEST(numbers, changing_any_of_them_fails_a_check) {
    std::size_t numbers = 0;
    std::size_t without_effect = 0;
    for (const auto& [name, family] : published::numbers().items()) {
        if (name == "sources") continue;
        EXPECT_FALSE(is_noticed(name, family)) << name << ": a check fails before any change";
        for_each_number(family, json::json_pointer{},
                        [&, name = name, &family = family](const auto& place, bool is_name) {
                            ++numbers;
                            const std::vector<json> tables = changed(family, place, is_name);
                            if (std::any_of(tables.begin(), tables.end(),
                                            [&](const json& table) { return is_noticed(name, table); }))
                                return;
                            ++without_effect;
                            EXPECT_TRUE(may_be_without_effect("/" + name + place.to_string()))
                                << name << place << ": checked by nothing";
                        });
    }
    EXPECT_GT(numbers, 1000U);
    EXPECT_LT(without_effect, 140U);
}

TEST(numbers, are_not_changed_by_accident) { // above all those without effect
    json ours = published::numbers();
    ours.erase("sources");
    std::uint64_t sum = 0;
    for (const char letter : ours.dump()) sum = gpupack::mix_bits(sum ^ static_cast<unsigned char>(letter));
    EXPECT_EQ(sum, 7576443020767284261U)
        << "the table says something else now; where that is meant, this is its new sum";
}

TEST(numbers, a_check_that_sees_no_row_fails) {
    ASSERT_FALSE(published::check::all().empty());
    for (const published::check& check : published::check::all()) EXPECT_FALSE(check.of_no_rows().empty());
}

TEST(numbers, are_those_of_the_record) {
    SKIP_WITHOUT_DATA();
    std::ifstream file{data_file("conformance.json")};
    const json record = json::parse(file);
    json ours = published::numbers();
    ours.erase("sources");
    for (const char* part : {"typicalA", "just_fitting"}) ours.at("fgd").erase(part); // rows here, or not of the record
    EXPECT_TRUE(is_part_of(ours, record));
}
