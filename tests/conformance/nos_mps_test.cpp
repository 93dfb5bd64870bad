// SPDX-License-Identifier: Apache-2.0
// Numbers of nos's own unit tests.
#include <gpupack/dialect/nos/mps_slices.hpp>

#include "support/published_check.hpp"

using namespace gpupack;
using published::differences;
using published::table;

namespace {

dialect::slice_counts slices_by_size(const nlohmann::json& counts) {
    dialect::slice_counts slices;
    for (const auto& [size, count] : counts.items()) slices[std::stoll(size)] = count;
    return slices;
}

const published::check nos_cuts{
    "nos_mps", "", table::of_rows, "cuts_gpus_as_published",
    [](const published::row& row,
       differences& found) { // memory, used, free, wanted, is it changed, used and free then
        const dialect::mps_slices now{mebibytes{row[0].get<std::int64_t>()}, slices_by_size(row[1]),
                                      slices_by_size(row[2])};
        const auto cut = dialect::cut_for(now, slices_by_size(row[3]));
        if (!cut) return found.add("refused");
        found.expect_equal(cut->changed ? 1 : 0, row[4].get<int>(), row);
        dialect::slice_counts all = cut->free;
        for (const auto& [size, count] : now.used) all[size] += count;
        found.expect_equal(all, slices_by_size(row[5]), row);
    }};

} // namespace
