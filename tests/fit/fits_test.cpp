#include <gpupack/fit/fits.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

/// The rule in plain words: each amount, GPU by GPU.
bool obviously_serves(const node_view& node, int gpu, const request& asked) {
    if (!asked.models.contains(node.gpu_model(gpu))) return false;
    const gpu_state& state = node.gpu(gpu);
    if (asked.share.way() == sharing::exclusive) return state.sharers == 0;
    return state.way != sharing::exclusive && state.compute_free >= asked.share.compute().count() &&
           state.memory_free >= asked.share.memory().count();
}

} // namespace

TEST(fits, agrees_with_the_rule_in_plain_words) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (int i = 0; i < 20; ++i) {
            const request asked = history.any_request(on);
            const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
            gpu_set serving;
            for (int g = 0; g < node.gpu_count() && asked.gpus > 0; ++g)
                if (obviously_serves(node, g, asked)) serving.insert(g);
            const bool host = asked.cpu <= node.cpu_free() && asked.memory <= node.memory_free();
            RC_ASSERT(fit::fitting_gpus(node, asked) == serving);
            RC_ASSERT(fit::fits(node, asked) == (host && serving.size() >= asked.gpus));
            RC_ASSERT(fit::fits_on(node, asked, serving.lowest(asked.gpus)) == fit::fits(node, asked));
            if (asked.gpus > 0 && node.gpu_count() > 0 && !serving.contains(0))
                RC_ASSERT(!fit::fits_on(node, asked, gpu_set::first(asked.gpus)));
        }
    });
}
