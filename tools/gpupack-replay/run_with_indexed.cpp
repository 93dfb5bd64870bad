// SPDX-License-Identifier: Apache-2.0
#include "run_one.hpp"

#include <gpupack/search/indexed.hpp>

namespace replay_program {

void run_with_indexed(run_plan plan) {
    run_with(gpupack::search::indexed{}, plan);
}

} // namespace replay_program
