// SPDX-License-Identifier: Apache-2.0
// The umbrella in a second translation unit: both must link into one program.
#include <gpupack/gpupack.hpp>

std::size_t models_known_elsewhere() {
    return gpupack::models::all.size();
}
