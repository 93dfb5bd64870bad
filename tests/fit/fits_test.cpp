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
    if (asked.ids.among(node.id(), gpu_set::of(gpu)).empty()) return false;
    if (!asked.labels.choose(node.capacity(gpu).labels)) return false;
    const gpu_state& state = node.gpu(gpu);
    const gpu_capacity& of = node.capacity(gpu);
    const sharing way = asked.share.way();
    if (state.closed || (of.only != sharing::idle && of.only != way)) return false;
    if (state.sharers > 0 && state.way != way) return false;
    if (way == sharing::exclusive) return state.sharers == 0;
    if (way == sharing::slices) {
        const std::int64_t memory = asked.share.memory_percent() == 0
                                        ? asked.share.memory().count()
                                        : of.memory * std::int64_t{asked.share.memory_percent()} / 100;
        return state.sharers < of.max_sharers && state.compute_free >= asked.share.compute().count() &&
               state.memory_free >= memory;
    }
    const partition_table* const table = of.table(way);
    bool any = false;
    for (int slot = 0; table != nullptr && slot < table->slot_count; ++slot) {
        const int id = table->first_id + table->slots[slot].profile;
        const bool wanted = (asked.share.profiles().bits() >> id & 1) != 0;
        any |= wanted && table->is_free(slot, state.sharers == 0 ? 0 : state.occupied());
    }
    return any;
}

/// Whether some set of so many of these GPUs does together.
bool obviously_together(const node_view& node, gpu_set serving, const request& asked) {
    if (!asked.share.is_split()) return serving.size() >= asked.gpus;
    for (std::uint32_t bits = 0; bits < 1U << node.gpu_count(); ++bits) {
        if (gpu_set::from_bits(bits).size() != asked.gpus || (bits & ~serving.bits()) != 0) continue;
        std::int64_t together = 0;
        for_each_gpu(gpu_set::from_bits(bits), [&](int i) { together += node.gpu(i).memory_free; });
        if (together >= asked.share.total_memory().count()) return true;
    }
    return false;
}

} // namespace

TEST(fits, agrees_with_the_rule_in_plain_words) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        for (int i = 0; i < 20; ++i) {
            request asked = history.any_request(on);
            asked.numa = numa_alignment::none; // for that see numa_span_test
            const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
            gpu_set serving;
            for (int g = 0; g < node.gpu_count() && asked.gpus > 0; ++g)
                if (obviously_serves(node, g, asked)) serving.insert(g);
            const bool host = asked.cpu <= node.cpu_free() && asked.memory <= node.memory_free() &&
                              !node.closed() && (asked.gpus > 0 || asked.labels.choose(node.kind().labels));
            RC_ASSERT(fit::fitting_gpus(node, asked) == serving);
            RC_ASSERT(fit::fits(node, asked) == (host && obviously_together(node, serving, asked)));
            const gpu_set lowest = serving.lowest(asked.gpus);
            if (serving.size() >= asked.gpus && !asked.share.is_split())
                RC_ASSERT(fit::fits_on(node, asked, lowest, fit::lowest_slots(node, lowest, asked.share)) ==
                          fit::fits(node, asked));
            if (asked.gpus > 0 && node.gpu_count() > 0 && !serving.contains(0))
                RC_ASSERT(!fit::fits_on(node, asked, gpu_set::first(asked.gpus)));
        }
    });
}
