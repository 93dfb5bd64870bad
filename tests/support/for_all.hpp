// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <utility>

/// Checks a property on random arguments. rc::check alone prints what it found, and lets the test pass.
template <class Property> void for_all(Property&& property) {
    EXPECT_TRUE(rc::check(std::forward<Property>(property)));
}
