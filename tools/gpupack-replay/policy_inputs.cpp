// SPDX-License-Identifier: Apache-2.0
#include "policy_inputs.hpp"

#include <gpupack/policy/opportunity_value_table.hpp>

#include <utility>

namespace replay_program {

using gpupack::task_mix;

gpupack::dialect::preset_inputs preset_inputs_of(const task_mix& expected, std::uint64_t seed,
                                                 const gpupack::cluster& cluster) {
    gpupack::dialect::preset_inputs inputs{.expected = expected, .seed = seed};
    inputs.may_be_empty = true; // the mix is learnt, or the workload has no tasks
    inputs.model_memory = gpupack::policy::gpu_memories::of(cluster.models()).models;
    return inputs;
}

task_mix halved_to_fit(task_mix mix) {
    constexpr std::int64_t most = std::int64_t{1} << 20;
    while (mix.total() > most) {
        task_mix halved;
        for (const auto& [request, count] : mix.entries())
            if (count > 1) halved.add(request, count / 2);
        mix = std::move(halved);
    }
    return mix;
}

} // namespace replay_program
