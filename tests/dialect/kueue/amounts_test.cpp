// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kueue/amounts.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::kueue_amounts;

TEST(kueue_amounts, a_domain_holds_as_many_pods_as_its_scarcest_resource) {
    const kueue_amounts free{milli_cpu{8000}, mebibytes{4096}, 4, 10};
    EXPECT_EQ((kueue_amounts{milli_cpu{1500}, mebibytes{512}, 0}.times_in(free)), 5);
    EXPECT_EQ((kueue_amounts{milli_cpu{1500}, mebibytes{512}, 2}.times_in(free)), 2);
    EXPECT_EQ(kueue_amounts{}.times_in(free), 10) << "pods alone";
    EXPECT_EQ((kueue_amounts{milli_cpu{1}, mebibytes{}}.times_in({milli_cpu{-500}, mebibytes{1}, 0, 5})), 0);
}

TEST(kueue_amounts, what_is_taken_often_comes_back) {
    kueue_amounts free{milli_cpu{8000}, mebibytes{4096}, 4, 10};
    free.add({milli_cpu{500}, mebibytes{100}, 1}, -3);
    EXPECT_EQ(free, (kueue_amounts{milli_cpu{6500}, mebibytes{3796}, 1, 7}));
    free.add({milli_cpu{500}, mebibytes{100}, 1}, 3);
    EXPECT_EQ(free.gpus, 4);
}

} // namespace
