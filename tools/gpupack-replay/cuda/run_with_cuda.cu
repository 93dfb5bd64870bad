// SPDX-License-Identifier: Apache-2.0
#include "run_nth.cuh"

#include <cstdio>

namespace replay_program {

void run_with_cuda(run_plan plan) {
    const auto engine = gpupack::gpu::engine::open().value(); // why_not_cuda has opened one
    run_presets_0(engine, plan);
    run_presets_1(engine, plan);
    if (engine.problem())
        std::fprintf(stderr, "gpupack-replay: the GPU failed, and the CPU went on: %s\n",
                     engine.problem()->message().c_str());
}

std::optional<std::string> why_not_cuda(const std::vector<std::string>& policies) {
    for (const std::string& name : policies) {
        const auto made = gpupack::policy::make_preset(name, gpupack::policy::preset_inputs{});
        const bool runs = std::visit(
            [](const auto& policy) { return gpupack::gpu::runs_on_device<std::decay_t<decltype(policy)>>; },
            *made);
        if (!runs) return "indexed, scan or parallel for the policy " + name + ", which runs on the CPU only";
    }
    if (const auto engine = gpupack::gpu::engine::open(); !engine) return "a GPU: " + engine.error().message();
    return std::nullopt;
}

} // namespace replay_program
