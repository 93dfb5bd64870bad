// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/peak_request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

request_part part(milli_cpu cpu, int gpus, part_phase phase) {
    return {{.cpu = cpu, .memory = mebibytes{cpu.count()}, .gpus = gpus}, phase};
}

} // namespace

// The example of Kubernetes' documentation of sidecars: init parts run one after the other beside the sidecars before them.
TEST(peak_request, is_the_larger_of_start_and_run) {
    const compound_request pod{.parts = {part(1_cores, 0, part_phase::sidecar), part(5_cores, 0, part_phase::init),
                                         part(2_cores, 0, part_phase::sidecar), part(1_cores, 0, part_phase::main),
                                         part(1_cores, 0, part_phase::main)},
                               .cpu = milli_cpu{100}};
    EXPECT_EQ(peak_of(pod).cpu, milli_cpu{6100}); // 1 + 5; running: 1 + 2 + 1 + 1
    EXPECT_EQ(peak_of(pod).memory, mebibytes{6000});
    compound_request late = pod;
    std::swap(late.parts[1], late.parts[2]);
    EXPECT_EQ(peak_of(late).cpu, milli_cpu{8100}); // 1 + 2 + 5
}

TEST(peak_request, uses_the_gpus_of_init_parts_again) {
    const auto shares = [](const compound_request& request) {
        std::vector<std::pair<std::size_t, int>> found;
        for (const auto& each : peak_of(request).gpu_parts) found.emplace_back(each.part, each.request.gpus);
        return found;
    };
    using list = std::vector<std::pair<std::size_t, int>>;
    EXPECT_EQ(shares({.parts = {part(1_cores, 2, part_phase::init), part(1_cores, 1, part_phase::main)}}),
              (list{{1, 1}, {0, 1}}));
    EXPECT_EQ(shares({.parts = {part(1_cores, 1, part_phase::init), part(1_cores, 2, part_phase::main)}}),
              (list{{1, 2}}));
    EXPECT_EQ(shares({.parts = {part(1_cores, 3, part_phase::init), part(1_cores, 4, part_phase::init),
                                part(1_cores, 1, part_phase::main), part(1_cores, 1, part_phase::main)}}),
              (list{{2, 1}, {3, 1}, {0, 2}}));
    request_part slices = part(1_cores, 1, part_phase::init);
    slices.request.share = slice{.memory = 1_GiB};
    EXPECT_EQ(shares({.parts = {slices, part(1_cores, 1, part_phase::main)}}),
              (list{{1, 1}, {0, 1}})); // another kind of share
    EXPECT_EQ(peak_of({.parts = {part(1_cores, 1, part_phase::main)}}).gpu_parts[0].request.cpu, 0_cores);
}
