// SPDX-License-Identifier: Apache-2.0
#include "run_one.hpp"

#include <gpupack/search/parallel.hpp>

namespace replay_program {

void run_with_parallel(run_plan plan) {
    run_with(gpupack::search::parallel{}, plan);
}

} // namespace replay_program
