// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/parallel.hpp>

#include "support/random_questions.hpp"

#include <gpupack/search/scan.hpp>

using namespace gpupack;

static_assert(gpupack::search::engine<gpupack::search::parallel>);

// Parts of one node, so that twelve nodes are already split between threads.
TEST(parallel, finds_what_the_scan_finds_under_every_preset) {
    for_random_questions([](const auto& policy, const policy::decision& question) {
        RC_ASSERT(search::parallel::searcher{1}.find(policy, question) ==
                  search::scan::searcher{}.find(policy, question));
    });
}
