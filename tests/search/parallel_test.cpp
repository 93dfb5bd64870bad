#include <gpupack/search/parallel.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/presets.hpp>
#include <gpupack/search/scan.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

// Parts of one node, so that twelve nodes are already split between threads.
TEST(parallel, finds_what_the_scan_finds_under_every_preset) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const policy::preset_inputs inputs{history.any_mix(on), seed};
        const request asked = history.any_request(on);
        const policy::decision question{on, asked, history.below(1000)};
        for (const policy::preset_row& row : policy::presets)
            std::visit(
                [&](const auto& policy) {
                    RC_ASSERT(search::parallel::searcher{1}.find(policy, question) ==
                              search::scan::searcher{}.find(policy, question));
                },
                row.make(inputs));
    });
}
