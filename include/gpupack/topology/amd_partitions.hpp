// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/mig.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The partitions of an AMD GPU in a mode, as gpu_setup::instances holds them. The operator sets the mode of the whole GPU, so
/// all of its partitions are alike and stand: a request asks for one as for a MIG instance, by the name of the mode.
///
/// @param model  of the catalogue: MI300A, MI300X, MI325X, MI350X, MI355X
/// @param mode   compute and memory mode, as AMD's device plugin for Kubernetes names them: spx_nps1, cpx_nps4
/// @return the partitions, or an error that lists the modes of the model
///
/// Source: docs/sources.md#amd-partitions.
[[nodiscard]] inline expected<std::vector<mig::gpu_instance>, input_error> amd_partitions(const gpu_model& model,
                                                                                          std::string_view mode) {
    std::string known;
    for (int p = 0; p < model.mig.count; ++p) {
        const mig::profile& profile = model.mig.profiles[p];
        const std::string_view name = profile.name.view();
        if (name.find("_nps") == std::string_view::npos) continue;
        if (name == mode) {
            std::vector<mig::gpu_instance> instances;
            for (int start = 0; start < model.mig.grid; ++start)
                if ((profile.starts >> start & 1) != 0) instances.push_back({profile.name, start});
            return instances;
        }
        known.append(known.empty() ? "" : ", ").append(name);
    }
    return bad_input("partition mode", std::string{mode},
                     known.empty() ? std::string{"a GPU with partition modes, not "}.append(model.model.view())
                                   : std::string{"one of "}.append(known));
}

} // namespace gpupack
