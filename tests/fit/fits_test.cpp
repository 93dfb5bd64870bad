// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/fits.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

/// The rule in plain words: each amount, GPU by GPU.
bool obviously_serves(const node_view& node, int gpu, const request& request) {
    if (!request.models.contains(node.gpu_model(gpu))) return false;
    if (request.ids.among(node.id(), gpu_set::of(gpu)).empty()) return false;
    if (!request.labels.choose(node.capacity(gpu).labels)) return false;
    const gpu_state& state = node.gpu(gpu);
    const gpu_capacity& of = node.capacity(gpu);
    const sharing way = request.share.way();
    if (state.closed || (of.only != sharing::idle && of.only != way)) return false;
    if (state.sharers() > 0 && state.way != way) return false;
    if (way == sharing::exclusive) return state.sharers() == 0;
    if (way == sharing::slices) {
        const share_rule rule = request.share.rule();
        const std::int64_t part = request.share.memory_part();
        const std::int64_t memory = part == 0 ? request.share.memory().count()
                                    : rule.double_rounding
                                        ? static_cast<std::int64_t>(static_cast<double>(part) / 1e6 * of.memory)
                                        : of.memory * part / 1'000'000;
        if (part > 0 && of.memory == 0) return false;
        if (rule.unshared && state.sharers() > 0) return false;
        const std::int64_t compute = request.share.compute().count();
        if (rule.compute_alone && compute == 0 && state.compute_free == 0) return false;
        if (rule.compute_alone && compute == of.compute && state.sharers() > 0) return false;
        if (rule.counts_percent && state.percent_promised() + request.share.memory_percent() > 100) return false;
        return state.sharers() < of.max_sharers && state.compute_free >= request.share.compute().count() &&
               state.memory_free >= memory;
    }
    const partition_table* const table = of.table(way);
    bool any = false;
    for (int slot = 0; table != nullptr && slot < table->slot_count; ++slot) {
        const int id = table->first_id + table->slots[slot].profile;
        const bool wanted = (request.share.profiles().bits() >> id & 1) != 0;
        any |= wanted && table->is_free(slot, state.sharers() == 0 ? 0 : state.occupied());
    }
    return any;
}

/// Whether some set of so many of these GPUs does together.
bool obviously_together(const node_view& node, gpu_set serving, const request& request) {
    if (!request.share.is_split()) return serving.size() >= request.gpus;
    for (std::uint32_t bits = 0; bits < 1U << node.gpu_count(); ++bits) {
        if (gpu_set::from_bits(bits).size() != request.gpus || (bits & ~serving.bits()) != 0) continue;
        std::int64_t together = 0;
        for_each_gpu(gpu_set::from_bits(bits), [&](int i) { together += node.gpu(i).memory_free; });
        if (together >= request.share.total_memory().count()) return true;
    }
    return false;
}

} // namespace

TEST(fits, agrees_with_the_rule_in_plain_words) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (int i = 0; i < 20; ++i) {
            request request = history.any_request(on);
            request.numa = numa_alignment::none; // for that see numa_span_test
            const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
            gpu_set serving;
            for (int g = 0; g < node.gpu_count() && request.gpus > 0; ++g)
                if (obviously_serves(node, g, request)) serving.insert(g);
            const bool host = request.cpu <= node.cpu_free() && request.memory <= node.memory_free() &&
                              !node.closed() && (request.gpus > 0 || request.labels.choose(node.type().labels));
            RC_ASSERT(fit::fitting_gpus(node, request) == serving);
            RC_ASSERT(fit::fits(node, request) == (host && obviously_together(node, serving, request)));
            const gpu_set lowest = serving.lowest(request.gpus);
            if (serving.size() >= request.gpus && !request.share.is_split())
                RC_ASSERT(fit::fits_on(node, request, lowest, fit::lowest_slots(node, lowest, request.share)) ==
                          fit::fits(node, request));
            if (request.gpus > 0 && node.gpu_count() > 0 && !serving.contains(0))
                RC_ASSERT(!fit::fits_on(node, request, gpu_set::first(request.gpus)));
        }
    });
}
