// SPDX-License-Identifier: Apache-2.0
#include "../policies.hpp"
#include "make_nth.cuh"

#include <cstdio>
#include <type_traits>

namespace replay_program {
namespace {

/// The GPU, opened once for all runs.
const gpupack::expected<gpupack::gpu::engine, gpupack::gpu::gpu_error>& opened() {
    static const auto engine = gpupack::gpu::engine::open();
    return engine;
}

} // namespace

gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_policy_with_cuda(const std::string& name, const gpupack::preset_inputs& inputs) {
    if (const auto problem = why_not_cuda({name})) return gpupack::bad_input("--engine", "cuda", *problem);
    if (auto made = make_0(*opened(), name, inputs)) return *made;
    if (auto made = make_1(*opened(), name, inputs)) return *made;
    return gpupack::bad_input("policy", name, std::string{"one of "}.append(gpupack::preset_names()));
}

std::optional<std::string> why_not_cuda(const std::vector<std::string>& policies) {
    for (const std::string& name : policies) {
        const auto runs = gpupack::visit_preset(name, [](const auto& row) {
            return gpupack::gpu::runs_on_device<typename std::remove_cvref_t<decltype(row)>::policy_type>;
        });
        if (runs && !*runs) return "indexed, scan or parallel for the policy " + name + ", which runs on the CPU only";
    }
    if (!opened()) return "a GPU: " + opened().error().message();
    return std::nullopt;
}

void warn_of_cuda_problem() {
    if (opened() && opened()->problem())
        std::fprintf(stderr, "gpupack-replay: the GPU failed, and the CPU went on: %s\n",
                     opened()->problem()->message().c_str());
}

} // namespace replay_program
