// SPDX-License-Identifier: Apache-2.0
// Scan and parallel over large clusters, beside a plain read of as many bytes as their state has.
#include <gpupack/core/random.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/presets.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace {

using namespace gpupack;

/// What the cluster keeps of a node of eight GPUs: 28 bytes of the node, 12 of each GPU.
constexpr std::size_t bytes_a_node = 28 + 8 * sizeof(gpu_state);
/// What a scan reads of a node whose sums settle the question.
constexpr std::size_t bytes_of_sums = 28;

/// Nodes with zero to seven GPUs in use, whole or in slices, at random.
const cluster& used(std::size_t nodes) {
    static std::vector<cluster> made;
    if (!made.empty() && made.back().size() == nodes) return made.back();
    made.clear();
    cluster on = cluster_builder{}.add_nodes(nodes, {96_cores, 768_GiB, {8, models::a100_80gb}}).build().value();
    random_stream random{1};
    for (std::uint32_t i = 0; i < nodes; ++i)
        for (std::uint64_t gpu = random.below(8); gpu > 0; --gpu) {
            request request{.cpu = 1_cores, .memory = 1_GiB, .gpus = 1};
            if (random.below(2) == 0)
                request.share = slice{20_GiB, milli_gpu{100 * static_cast<std::int64_t>(1 + random.below(9))}};
            on.take(node_id{i}, gpu_set::of(static_cast<int>(gpu)), request);
        }
    made.push_back(std::move(on));
    return made.back();
}

void plain_read(benchmark::State& state, std::size_t bytes) {
    const auto nodes = static_cast<std::size_t>(state.range(0));
    const std::vector<std::uint64_t> memory(nodes * bytes / sizeof(std::uint64_t), 1);
    for (auto _ : state) {
        std::uint64_t sum[8] = {};
        for (std::size_t i = 0; i + 8 <= memory.size(); i += 8)
            for (std::size_t lane = 0; lane < 8; ++lane) sum[lane] += memory[i + lane];
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(nodes * bytes));
}

template <class Policy, class Searcher>
void search_all(benchmark::State& state, const Policy& policy, const Searcher& searcher, const request& request) {
    const cluster& on = used(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(searcher.find(policy, policy::decision{on, request}));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(on.size() * bytes_a_node));
}

constexpr request whole{.cpu = 8_cores, .memory = 32_GiB, .gpus = 1};
constexpr request half{.cpu = 4_cores, .memory = 16_GiB, .gpus = 1, .share = slice{40_GiB, 500_milli}};
constexpr request four{.cpu = 32_cores, .memory = 128_GiB, .gpus = 4};

const bool added = [] {
    constexpr std::int64_t sizes[] = {100'000, 1'000'000};
    const auto add = [](const std::string& name, std::int64_t nodes, auto body) {
        benchmark::RegisterBenchmark(name.c_str(), body)->Arg(nodes)->Unit(benchmark::kMicrosecond)->UseRealTime();
    };
    task_mix mix;
    mix.add(whole, 3);
    mix.add(half, 2);
    mix.add(four, 1);
    const auto add_policy = [&](const std::string& name, std::int64_t nodes, const auto& by) {
        const auto add_engine = [&](const std::string& engine, const auto& searcher) {
            for (const auto& [shape, request] : {std::pair{"whole", whole}, {"half", half}, {"four", four}})
                add(name + "/" + engine + "/" + shape, nodes,
                    [=, request = request](benchmark::State& state) { search_all(state, by, searcher, request); });
        };
        add_engine("scan", search::scan::searcher{});
        add_engine("parallel", search::parallel::searcher{});
    };
    for (const std::int64_t nodes : sizes) {
        add("plain_read/all_state", nodes, [](benchmark::State& state) { plain_read(state, bytes_a_node); });
        add("plain_read/sums_alone", nodes, [](benchmark::State& state) { plain_read(state, bytes_of_sums); });
        add_policy("binpack", nodes, policy::binpack{});
        add_policy("first-fit", nodes, policy::first_fit{});
        add_policy("fgd", nodes, policy::fgd{mix});
    }
    return true;
}();

} // namespace
