// SPDX-License-Identifier: Apache-2.0
#include "share_policies.hpp"

#include <gpupack/presets.hpp>
#include <gpupack/search/scan.hpp>

namespace extender {

gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_share_policy(const std::string& name, const gpupack::dialect::preset_inputs& inputs) {
    return gpupack::make_preset(name, inputs, gpupack::search::scan{});
}

} // namespace extender
