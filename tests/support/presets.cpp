// SPDX-License-Identifier: Apache-2.0
#include "support/presets.hpp"

#include <gpupack/presets.hpp>

namespace test {

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const gpupack::preset_name& each : gpupack::presets) names.emplace_back(each.name);
    return names;
}

gpupack::any_policy preset(const std::string& name, const gpupack::preset_inputs& inputs,
                           const gpupack::search::scan& engine) {
    return gpupack::make_preset(name, inputs, engine).value();
}
gpupack::any_policy preset(const std::string& name, const gpupack::preset_inputs& inputs,
                           const gpupack::search::indexed& engine) {
    return gpupack::make_preset(name, inputs, engine).value();
}
gpupack::any_policy preset(const std::string& name, const gpupack::preset_inputs& inputs,
                           const gpupack::search::parallel& engine) {
    return gpupack::make_preset(name, inputs, engine).value();
}

} // namespace test
