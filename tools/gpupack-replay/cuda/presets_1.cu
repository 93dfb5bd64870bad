// SPDX-License-Identifier: Apache-2.0
#include "run_nth.cuh"

namespace replay_program {

void run_presets_1(const gpupack::gpu::engine& engine, run_plan& plan) {
    run_from<1 * presets_a_file>(engine, plan, std::make_index_sequence<presets_a_file>{});
}

} // namespace replay_program
