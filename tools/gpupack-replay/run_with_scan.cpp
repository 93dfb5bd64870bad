// SPDX-License-Identifier: Apache-2.0
#include "run_one.hpp"

#include <gpupack/search/scan.hpp>

namespace replay_program {

void run_with_scan(run_plan plan) {
    run_with(gpupack::search::scan{}, plan);
}

} // namespace replay_program
