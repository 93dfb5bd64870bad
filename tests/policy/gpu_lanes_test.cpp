// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/gpu_lanes.hpp>

#include "support/for_all.hpp"
#include "support/gpu_states.hpp"

#include <gpupack/fit/exclusive.hpp>
#include <gpupack/fit/slice.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

/// Any GPU that a history of placements can leave behind.
gpu_state any_gpu() {
    gpu_state gpu = idle_with(mebibytes{16000});
    const int sort = *rc::gen::inRange(0, 4);
    if (sort == 1) gpu = taking(gpu, exclusive{}, 2);
    for (int i = 0; sort >= 2 && i < sort; ++i)
        gpu = taking(gpu, slice{mebibytes{*rc::gen::inRange(0, 5000)}, milli_gpu{*rc::gen::inRange(0, 300)}}, 1);
    return gpu;
}

share any_share() {
    if (*rc::gen::arbitrary<bool>()) return exclusive{};
    return slice{mebibytes{*rc::gen::inRange(0, 16001)}, milli_gpu{*rc::gen::inRange(0, 1001)}};
}

} // namespace

TEST(gpu_lanes, serve_exactly_what_fits) {
    for_all([] {
        node_type kind{.cpu = 8_cores, .memory = 8_GiB};
        kind.gpu_count = *rc::gen::inRange(0, 33);
        gpu_state gpus[max_gpus_per_node];
        for (int i = 0; i < kind.gpu_count; ++i) gpus[i] = any_gpu();
        const node_state state{};
        const node_view node{node_id{}, kind, state, gpus};
        const gpu_set wanted =
            gpu_set::from_bits(*rc::gen::arbitrary<std::uint32_t>()) & gpu_set::first(kind.gpu_count);
        const share request = any_share();

        const gpu_set fitting = request.way() == sharing::exclusive ? fit::gpus_for_exclusive(node, wanted)
                                                                    : fit::gpus_for_slice(node, wanted, request);
        std::int32_t free = 0;
        for_each_gpu(fitting, [&](int i) { free += node.gpu(i).compute_free; });

        const policy::served_gpus served =
            policy::sum_served(policy::gpu_lanes{node}, wanted, policy::offer_wanted(request),
                               static_cast<std::int32_t>(request.memory().count()));
        RC_ASSERT(served.count() == fitting.size());
        RC_ASSERT(served.free() == free);
    });
}
