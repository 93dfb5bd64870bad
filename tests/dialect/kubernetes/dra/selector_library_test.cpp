// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/selector_library.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(dra_selector_library, compiles_each_expression_once_and_keeps_errors) {
    dra::selector_library library;
    const auto& first = library.find_or_compile("device.driver == 'a'");
    EXPECT_TRUE(first);
    EXPECT_FALSE(library.find_or_compile("device.name == 'a'"));
    EXPECT_EQ(&first, &library.find_or_compile("device.driver == 'a'"));
    EXPECT_EQ(library.size(), 2U);
}
