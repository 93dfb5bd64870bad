// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/nomad/scorers.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace gpupack;

namespace {

constexpr double point = static_cast<double>(dialect::nomad_binpack::point);

double free_part(auto free, auto request, auto all) {
    return static_cast<double>((free - request).count()) / static_cast<double>(all.count());
}

} // namespace

TEST(nomad, power_of_ten_is_within_a_millionth) {
    for_all([] {
        const auto whole = *rc::gen::inRange<std::int64_t>(1, max_amount);
        const auto part = *rc::gen::inRange<std::int64_t>(0, whole + 1);
        const double expected = std::pow(10.0, static_cast<double>(part) / static_cast<double>(whole));
        const double ours = static_cast<double>(dialect::nomad_power_of_ten(part, whole)) / point;
        RC_ASSERT(std::abs(ours - expected) < 1e-6);
    });
}

TEST(nomad, scores_as_its_formulas_do) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            const double powers = std::pow(10, free_part(node.cpu_free(), request.cpu, node.cpu())) +
                                  std::pow(10, free_part(node.memory_free(), request.memory, node.memory()));
            const double packed = static_cast<double>(dialect::nomad_binpack{}(node, request)) / point;
            const double spread = static_cast<double>(dialect::nomad_spread{}(node, request)) / point;
            RC_ASSERT(std::abs(packed - std::clamp(20 - powers, 0.0, 18.0)) < 1e-5);
            RC_ASSERT(std::abs(spread - std::clamp(powers - 2, 0.0, 18.0)) < 1e-5);
        }
    });
}
