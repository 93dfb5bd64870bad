// SPDX-License-Identifier: Apache-2.0
// The best node of 64 requests at once: by a score matrix, and by the scan, on openb's nodes at 60 % in use. An iteration
// is all 64; items are requests.
#include "support/openb_cluster.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/search/score_matrix.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace {

using namespace gpupack;

constexpr std::size_t request_count = 64;

template <class Policy> Policy make_policy() {
    if constexpr (std::is_constructible_v<Policy, const task_mix&> && !std::is_aggregate_v<Policy>)
        return Policy{openb_cluster::workload().mix().typical(95)};
    else
        return Policy{};
}

struct questions {
    cluster on;
    std::vector<request> requests;
};

questions draw_questions(std::size_t nodes) {
    questions drawn{openb_cluster::filled(nodes, policy::best_fit{}, 60).on, {}};
    openb_cluster::arrivals tasks{2};
    for (std::size_t r = 0; r < request_count; ++r) drawn.requests.push_back(tasks.next());
    return drawn;
}

template <class Policy> void by_matrix(benchmark::State& state) {
    const questions asked = draw_questions(static_cast<std::size_t>(state.range(0)));
    const Policy policy = make_policy<Policy>();
    for (auto _ : state) {
        const search::score_matrix matrix{asked.on, policy, asked.requests};
        for (std::size_t r = 0; r < request_count; ++r) benchmark::DoNotOptimize(matrix.best(r, 1));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(request_count));
}

template <class Policy> void by_scan(benchmark::State& state) {
    const questions asked = draw_questions(static_cast<std::size_t>(state.range(0)));
    const Policy policy = make_policy<Policy>();
    for (auto _ : state)
        for (const request& request : asked.requests) {
            const auto scorer = policy::prepare(policy, policy::decision{asked.on, request, 0});
            benchmark::DoNotOptimize(
                search::best_in(scorer, asked.on, request, 0, static_cast<std::uint32_t>(asked.on.size())));
        }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(request_count));
}

} // namespace

BENCHMARK_TEMPLATE(by_matrix, policy::binpack)->Arg(1213)->Arg(10000);
BENCHMARK_TEMPLATE(by_scan, policy::binpack)->Arg(1213)->Arg(10000);
BENCHMARK_TEMPLATE(by_matrix, policy::best_fit)->Arg(1213)->Arg(10000);
BENCHMARK_TEMPLATE(by_scan, policy::best_fit)->Arg(1213)->Arg(10000);
BENCHMARK_TEMPLATE(by_matrix, policy::fragmentation)->Arg(1213);
BENCHMARK_TEMPLATE(by_scan, policy::fragmentation)->Arg(1213);
