// SPDX-License-Identifier: Apache-2.0
#include "policies.hpp"

#include <gpupack/presets.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>

namespace replay_program {

std::vector<policy_line> all_policies() {
    std::vector<policy_line> lines;
    for (const gpupack::preset_name& preset : gpupack::presets) lines.push_back({preset.name, preset.summary});
    return lines;
}

bool is_engine(std::string_view name) {
    return name == "indexed" || name == "scan" || name == "parallel" || name == "cuda";
}

gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_policy(const std::string& engine, const std::string& name, const gpupack::preset_inputs& inputs) {
    if (engine == "indexed") return gpupack::make_preset(name, inputs, gpupack::search::indexed{});
    if (engine == "scan") return gpupack::make_preset(name, inputs, gpupack::search::scan{});
    if (engine == "parallel") return gpupack::make_preset(name, inputs, gpupack::search::parallel{});
    if (engine == "cuda") return make_policy_with_cuda(name, inputs);
    return gpupack::bad_input("engine", engine, "indexed, scan, parallel or cuda");
}

} // namespace replay_program
