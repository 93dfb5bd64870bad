// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/state/selection.hpp>

#include <vector>

namespace test {

/// Appends a choice with every slot on its nth GPU and on those after it.
inline void add_every_slot(std::vector<gpupack::selection>& choices, const gpupack::node_view& node,
                           const gpupack::request& request, gpupack::selection choice, int nth) {
    if (!in_profiles(request.share.way()) || nth == request.gpus) return choices.push_back(choice);
    gpupack::gpu_set rest = choice.gpus;
    for (int i = 0; i < nth; ++i) rest.erase(rest.lowest());
    gpupack::fit::for_each_free_slot(node, rest.lowest(), request.share, [&](int slot) {
        choice.slots.set(nth, slot);
        add_every_slot(choices, node, request, choice, nth + 1);
    });
}

/// Every way to place a request on a node, without a thought: each set of GPUs that do together, and for instances each
/// combination of slots.
inline std::vector<gpupack::selection> every_choice(const gpupack::node_view& node, const gpupack::request& request) {
    std::vector<gpupack::selection> choices;
    if (!gpupack::fit::fits(node, request)) return choices;
    if (request.gpus == 0) return {{node.id(), {}, {}}};
    gpupack::for_each_subset(gpupack::fit::fitting_gpus(node, request), request.gpus, [&](gpupack::gpu_set gpus) {
        const gpupack::slot_list lowest = gpupack::fit::lowest_slots(node, gpus, request.share);
        if (gpupack::fit::fits_on(node, request, gpus, lowest))
            add_every_slot(choices, node, request, {node.id(), gpus, lowest}, 0);
    });
    return choices;
}

} // namespace test
