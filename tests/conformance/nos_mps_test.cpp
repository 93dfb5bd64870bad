// SPDX-License-Identifier: Apache-2.0
// Numbers of nos's own unit tests.
#include <gpupack/dialect/nos/mps_slices.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

dialect::slice_counts counts(const nlohmann::json& of) {
    dialect::slice_counts made;
    for (const auto& [size, count] : of.items()) made[std::stoll(size)] = count;
    return made;
}

} // namespace

TEST(nos_mps,
     cuts_gpus_as_published) { // rows: memory, used, free, wanted, whether that changes it, used and free then
    for (const auto& row : published("nos_mps")) {
        const dialect::mps_slices now{mebibytes{row[0].get<std::int64_t>()}, counts(row[1]), counts(row[2])};
        const auto made = dialect::cut_for(now, counts(row[3]));
        ASSERT_TRUE(made) << row;
        EXPECT_EQ(made->changed, row[4] == 1) << row;
        dialect::slice_counts all = made->free;
        for (const auto& [size, count] : now.used) all[size] += count;
        EXPECT_EQ(all, counts(row[5])) << row;
    }
}
