// SPDX-License-Identifier: Apache-2.0
#include "policies.hpp"

#include <gpupack/presets.hpp>

#include <string>

using namespace gpupack;

expected<any_policy, input_error> libgpupack::policy_named(std::string_view name) {
    if (needs_mix(name))
        return bad_input("policy", std::string{name},
                         "a policy that needs no expected tasks; this one decides by them");
    return make_preset(name, preset_inputs{});
}
