// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/wanted_gpus.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(wanted_gpus, are_those_of_the_models_labels_and_ids) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.any_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            const gpu_set wanted = fit::wanted_gpus(node, request);
            for (int i = 0; i < node.gpu_count(); ++i) {
                const label_set has = node.capacity(i).labels;
                const bool right = request.models.contains(node.gpu_model(i)) && has.contains(request.labels.all_of) &&
                                   (has & request.labels.none_of).empty() &&
                                   request.ids.among(node.id(), gpu_set::of(i)) == gpu_set::of(i);
                RC_ASSERT(wanted.contains(i) == right);
            }
        }
    });
}
