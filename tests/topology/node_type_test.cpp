// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/node_type.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(node_type, gpus_of_is_the_gpus_whose_model_is_wanted) {
    for_all([](std::uint64_t wanted_bits) {
        node_type kind;
        kind.gpu_count = *rc::gen::inRange(0, 33);
        const int models = *rc::gen::inRange(1, 4);
        for (int i = 0; i < kind.gpu_count; ++i) {
            kind.gpu_models[i] = model_id{static_cast<std::uint8_t>(*rc::gen::inRange(0, models))};
            kind.models.insert(kind.gpu_models[i]);
        }
        model_set wanted;
        for (int m = 0; m < 64; ++m)
            if ((wanted_bits >> m & 1U) != 0) wanted.insert(model_id{static_cast<std::uint8_t>(m)});
        gpu_set expected;
        for (int i = 0; i < kind.gpu_count; ++i)
            if (wanted.contains(kind.gpu_models[i])) expected.insert(i);
        RC_ASSERT(kind.gpus_of(wanted) == expected);
        RC_ASSERT(kind.gpus_of(model_set::any()) == gpu_set::first(kind.gpu_count));
    });
}
