// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/placement_text.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

using namespace gpupack;

TEST(placement_text, reads_back_any_record) {
    for_all([](const std::string& task, const std::string& node, std::uint8_t bits, const std::string& id) {
        RC_PRE((!node.empty() && !id.empty()));
        placement_record record{
            .task = task, .node = node, .gpus = gpu_set::from_bits(bits | 1U), .gpu_ids = {id, "other"}};
        record.way = sharing::mig;
        record.instances = {{"3g.40gb", 4}, {"1g.10gb+me", 0}};
        record.rounding_overhead = milli_gpu{bits};
        record.leaving = (bits & 1U) != 0;
        RC_ASSERT(placement_from_text(to_text(record)).value() == record);
    });
}
