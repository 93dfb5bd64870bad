// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/candidate.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <vector>

using namespace gpupack;

namespace {

/// What a policy that does not look at links can tell of a set: how many GPUs of each state and model.
using looks = std::vector<int>;

looks looks_of(const node_view& node, gpu_set gpus) {
    looks seen(static_cast<std::size_t>(node.gpu_count()), 0);
    for_each_gpu(gpus, [&](int i) {
        int representative = 0;
        while (!fit::interchangeable(node, representative, i)) ++representative;
        ++seen[static_cast<std::size_t>(representative)];
    });
    return seen;
}

} // namespace

TEST(candidate, each_distinct_choice_is_visited_once_as_its_lowest_set) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        request request = history.any_request(on);
        request.numa = numa_alignment::none; // for that see numa_span_test
        const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];

        std::map<looks, gpu_set> expected; // by brute force over all sets of GPUs
        for (std::uint32_t bits = 0; bits < 1U << node.gpu_count(); ++bits) {
            const gpu_set gpus = gpu_set::from_bits(bits);
            if (gpus.size() != request.gpus || !((fit::fitting_gpus(node, request) & gpus) == gpus)) continue;
            if (!fit::host_fits(node, request)) continue;
            std::int64_t together = 0;
            for_each_gpu(gpus, [&](int i) { together += node.gpu(i).memory_free; });
            if (request.share.is_split() && together < request.share.total_memory().count()) continue;
            const auto [known, added] = expected.emplace(looks_of(node, gpus), gpus);
            if (!added && gpus < known->second) known->second = gpus;
        }
        std::map<looks, gpu_set> visited;
        int visits = 0;
        fit::for_each_candidate(node, request, [&](const candidate& chosen) {
            visited.emplace(looks_of(node, chosen.gpus), chosen.gpus);
            ++visits;
        });
        RC_ASSERT(visited == expected);
        const bool by_slot = in_profiles(request.share.way()) && request.gpus == 1; // several starts on a GPU
        RC_ASSERT((static_cast<std::size_t>(visits) == expected.size() || by_slot));
        if (fit::fits(node, request) && !expected.empty()) {
            gpu_set lowest = expected.begin()->second;
            for (const auto& [seen, gpus] : expected) lowest = gpus < lowest ? gpus : lowest;
            RC_ASSERT(fit::lowest_gpus(node, request) == lowest);
        }
    });
}
