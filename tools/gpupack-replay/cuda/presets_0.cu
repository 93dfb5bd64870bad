// SPDX-License-Identifier: Apache-2.0
#include "make_nth.cuh"

namespace replay_program {

std::optional<gpupack::any_policy> make_0(const gpupack::gpu::engine& engine, const std::string& name,
                                          const gpupack::preset_inputs& inputs) {
    return make_from<0 * presets_a_file>(engine, name, inputs, std::make_index_sequence<presets_a_file>{});
}

} // namespace replay_program
