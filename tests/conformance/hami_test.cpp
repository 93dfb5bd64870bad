// SPDX-License-Identifier: Apache-2.0
// Numbers of HAMi's own unit tests.
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/dialect/hami/request.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

constexpr double point = 1e6;

std::optional<std::int64_t> optional_of(const nlohmann::json& value) {
    if (value.is_null()) return std::nullopt;
    return value.get<std::int64_t>();
}

} // namespace

TEST(hami, scores_devices_as_published) {
    for (const auto& row : published("hami").at("device_score")) {
        dialect::hami_load load{row[3], row[0], row[4], row[1], row[5], row[2]};
        for (const auto& each : row[6]) { // nums, MiB, percent, cores: a request counts once, whatever its nums
            load.slots_used += 1;
            load.cores_used += each[3].get<std::int64_t>();
            load.memory_used +=
                each[2] > 0 ? load.memory * each[2].get<std::int64_t>() / 100 : each[1].get<std::int64_t>();
        }
        const double told =
            static_cast<double>(dialect::hami_score(load, {row[7][0], row[7][1], row[7][2]})) / point;
        EXPECT_NEAR(told, row[8].get<double>(), 1e-6) << row;
    }
}

TEST(hami, orders_devices_as_published) {
    for (const auto& row : published("hami").at("less")) {
        const std::string rule = row[0];
        dialect::hami_gpus by;
        by.rule = rule == "binpack" ? dialect::hami_rule::binpack
                  : rule == "mutex" ? dialect::hami_rule::mutex
                                    : dialect::hami_rule::spread;
        by.numa_bind = row[1] == 1;
        const auto rank = [&](const nlohmann::json& device) {
            return by.rank(device[0], device[1].get<std::int64_t>() * 1'000'000, device[2]);
        };
        EXPECT_EQ(rank(row[2]) < rank(row[3]), row[4] == 1) << row;
    }
}

TEST(hami, scores_nodes_as_published) {
    for (const auto& row : published("hami").at("node_score")) {
        dialect::hami_load all;
        for (const auto& device : row[0]) {
            all.slots_used += device[0].get<std::int64_t>();
            all.slots += device[1].get<std::int64_t>();
            all.cores_used += device[2].get<std::int64_t>();
            all.cores += device[3].get<std::int64_t>();
            all.memory_used += device[4].get<std::int64_t>();
            all.memory += device[5].get<std::int64_t>();
        }
        EXPECT_NEAR(static_cast<double>(dialect::hami_score(all)) / point, row[1].get<double>(), 1e-6) << row;
    }
}

TEST(hami, normalises_requests_as_published) {
    for (const auto& row : published("hami").at("normalise")) {
        const auto told = dialect::hami_normalise({row[0], optional_of(row[1]), optional_of(row[2]), optional_of(row[3])});
        ASSERT_TRUE(told) << row;
        EXPECT_EQ(*told, (dialect::hami_demand{row[4], row[5], row[6], row[7]})) << row;
    }
}
