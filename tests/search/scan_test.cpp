// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/scan.hpp>

#include "support/random_questions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::search::engine<gpupack::search::scan>);

namespace {

/// Every node and every set of GPUs on it, each scored anew: the slow engine that the scan is held to.
template <class Policy> std::optional<selection> search_slowly(const Policy& policy, const policy::decision& question) {
    const auto scorer = policy::prepare(policy, question);
    using key_type = decltype(policy::node_score(scorer, node_view{}, question.request));
    std::optional<selection> best;
    key_type best_key{};
    for (std::uint32_t n = 0; n < question.cluster.size(); ++n) {
        const node_view node = question.cluster[node_id{n}];
        if (!fit::fits(node, question.request)) continue;
        const key_type key = policy::node_score(scorer, node, question.request);
        if (!best || best_key < key) {
            const selection chosen = policy::select_gpus(scorer, node, question.request);
            best = selection{node.id(), chosen.gpus, chosen.slots};
            best_key = key;
        }
    }
    return best;
}

} // namespace

TEST(scan, finds_what_the_slow_search_finds_under_every_preset) {
    for_random_questions([](const auto& policy, const policy::decision& question) {
        RC_ASSERT(search::scan::searcher{}.find(policy, question) == search_slowly(policy, question));
    });
}
