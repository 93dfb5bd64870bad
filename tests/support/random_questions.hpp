// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/presets.hpp>

/// Calls body(policy, decision) with every preset, for random requests to random clusters in use.
template <class Body> void for_random_questions(Body body) {
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const gpupack::cluster on = history.used_cluster();
        const gpupack::preset_inputs inputs{history.any_mix(on), seed};
        const gpupack::request request = history.any_request(on);
        const gpupack::policy::decision question{on, request, history.below(1000)};
        gpupack::for_each_preset([&](const auto& row) { body(row.make(inputs), question); });
    });
}
