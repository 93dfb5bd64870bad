// SPDX-License-Identifier: Apache-2.0
// Latency of placing and giving back a gang of 512 GPUs on 4,096 DGX H100 in 512 racks and 32 blocks, half of them in use.
#include <gpupack/core/random.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace {

using namespace gpupack;

cluster half_used() {
    domain_tree_builder tree{{"block", "rack"}};
    for (int b = 0; b < 32; ++b) {
        const std::string block = std::to_string(b);
        tree.add(block, "block");
        for (int r = 0; r < 16; ++r) tree.add(block + "." + std::to_string(r), "rack", block);
    }
    cluster_builder builder;
    builder.domains(tree.build().value());
    for (int b = 0; b < 32; ++b)
        for (int r = 0; r < 16; ++r)
            builder.add_nodes(8, machines::dgx_h100(), std::to_string(b) + "." + std::to_string(r));
    cluster on = std::move(builder).build().value();
    random_stream random{1};
    for (std::uint32_t n = 0; n < on.size(); ++n) {
        if (random.below(2) == 0) continue;
        const int used = static_cast<int>(1 + random.below(8));
        (void)on.take(node_id{n}, gpu_set::first(used), {.gpus = used});
    }
    return on;
}

void place(benchmark::State& state, const gang& wanted) {
    scheduler by{half_used(), policy::link_preserve{}, search::indexed{}};
    std::size_t members = 0;
    for (auto _ : state) {
        const auto placed = plan::place_gang(by, wanted);
        if (!placed) {
            state.SkipWithError("it must fit");
            return;
        }
        members = placed->members.size();
        plan::release_gang(by, *placed);
    }
    state.counters["members"] = static_cast<double>(members);
}

gang_part part(std::int64_t members, std::int64_t gpus) {
    return {{.cpu = 8_cores, .gpus = static_cast<int>(gpus)}, static_cast<int>(members)};
}

/// members, gpus  the arguments of the run
void gang_of(benchmark::State& state, gang_layout layout) {
    place(state, {.parts = {part(state.range(0), state.range(1))}, .layout = layout});
}

void pack(benchmark::State& state) {
    gang_of(state, gang_layout::pack);
}
void spread(benchmark::State& state) {
    gang_of(state, gang_layout::spread);
}

/// members of eight GPUs and of four: 512 GPUs, for which a block has room; and more, for which none has
void mixed(benchmark::State& state) {
    place(state, {.parts = {part(state.range(0), 8), part(state.range(1), 4)}});
}

BENCHMARK(pack)->Args({64, 8})->Args({128, 4})->Args({512, 1});
BENCHMARK(spread)->Args({64, 8})->Args({512, 1});
BENCHMARK(mixed)->Args({48, 32})->Args({80, 8});

} // namespace
