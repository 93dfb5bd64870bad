// SPDX-License-Identifier: Apache-2.0
// Numbers of HAMi's own unit tests.
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/request.hpp>

#include "support/published_check.hpp"

#include <cstdint>
#include <optional>

using namespace gpupack;
using published::differences;
using published::table;

namespace {

constexpr double hami_point = 1e6;

std::optional<std::int64_t> optional_number(const nlohmann::json& value) {
    if (value.is_null()) return std::nullopt;
    return value.get<std::int64_t>();
}

const published::check hami_device_scores{
    "hami", "device_score", table::of_rows, "scores_devices_as_published",
    [](const published::row& row, differences& found) {
        dialect::hami_load load{row[3], row[0], row[4], row[1], row[5], row[2]};
        for (const auto& each : row[6]) { // nums, MiB, percent, cores: a request counts once, whatever its nums
            load.slots_used += 1;
            load.cores_used += each[3].get<std::int64_t>();
            load.memory_used +=
                each[2] > 0 ? load.memory * each[2].get<std::int64_t>() / 100 : each[1].get<std::int64_t>();
        }
        const auto score = dialect::hami_score(load, {row[7][0], row[7][1], row[7][2]});
        found.expect_near(static_cast<double>(score) / hami_point, row[8].get<double>(), 1e-6, row);
    }};

const published::check hami_device_order{
    "hami", "less", table::of_rows, "orders_devices_as_published", [](const published::row& row, differences& found) {
        const std::string rule = row[0];
        dialect::hami_gpus policy;
        policy.rule = rule == "binpack" ? dialect::hami_rule::binpack
                      : rule == "mutex" ? dialect::hami_rule::mutex
                                        : dialect::hami_rule::spread;
        policy.numa_bind = row[1] == 1;
        const auto rank = [&](const nlohmann::json& device) {
            return policy.rank(device[0], device[1].get<std::int64_t>() * 1'000'000, device[2]);
        };
        found.expect_equal(rank(row[2]) < rank(row[3]) ? 1 : 0, row[4].get<int>(), row);
    }};

const published::check hami_node_scores{
    "hami", "node_score", table::of_rows, "scores_nodes_as_published",
    [](const published::row& row, differences& found) {
        dialect::hami_load all;
        for (const auto& device : row[0]) {
            all.slots_used += device[0].get<std::int64_t>();
            all.slots += device[1].get<std::int64_t>();
            all.cores_used += device[2].get<std::int64_t>();
            all.cores += device[3].get<std::int64_t>();
            all.memory_used += device[4].get<std::int64_t>();
            all.memory += device[5].get<std::int64_t>();
        }
        found.expect_near(static_cast<double>(dialect::hami_score(all)) / hami_point, row[1].get<double>(), 1e-6, row);
    }};

const published::check hami_normalised_requests{
    "hami", "normalise", table::of_rows, "normalises_requests_as_published",
    [](const published::row& row, differences& found) {
        const auto demand = dialect::hami_normalise(
            {row[0], optional_number(row[1]), optional_number(row[2]), optional_number(row[3])});
        if (!demand) return found.add(demand.error().message());
        found.expect_equal(std::vector<std::int64_t>{demand->count, demand->memory, demand->percent, demand->cores},
                           std::vector<std::int64_t>{row[4], row[5], row[6], row[7]}, row);
    }};

} // namespace
