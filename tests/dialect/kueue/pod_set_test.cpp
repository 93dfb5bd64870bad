// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kueue/assign.hpp>
#include <gpupack/dialect/kueue/pod_set.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::kueue_pod_set;
using dialect::kueue_topology;
using dialect::kueue_verdict;

const dialect::kueue_tree two_racks{{{"r1", "h0"}, {"r1", "h1"}, {"r2", "h2"}}};
const std::vector<dialect::kueue_amounts> two_gpus_each(3, {.gpus = 2, .pods = 100});

kueue_verdict verdict_of(const kueue_pod_set& set) {
    return dialect::kueue_assign(two_racks, two_gpus_each, set).verdict;
}

TEST(kueue_pod_set, by_itself_is_one_pod_that_goes_anywhere) {
    EXPECT_EQ(verdict_of({}), kueue_verdict::fits);
}

TEST(kueue_pod_set, levels_and_slices_that_contradict_each_other_are_a_bad_request) {
    kueue_pod_set set{.count = 4, .pod = {.gpus = 1}, .topology = kueue_topology::required, .level = 2};
    EXPECT_EQ(verdict_of(set), kueue_verdict::bad_request) << "there are two levels";
    set.level = 1;
    set.slices = {{0, 2}};
    EXPECT_EQ(verdict_of(set), kueue_verdict::bad_request) << "slices wider than the set";
    set.level = 0;
    set.slices = {{0, 4}, {1, 3}};
    EXPECT_EQ(verdict_of(set), kueue_verdict::bad_request) << "3 does not divide 4";
    set.slices = {{0, 0}};
    EXPECT_EQ(verdict_of(set), kueue_verdict::bad_request) << "no size";
    set.slices = {{0, 4}, {1, 2}};
    EXPECT_EQ(verdict_of(set), kueue_verdict::fits);
}

} // namespace
