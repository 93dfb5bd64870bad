// SPDX-License-Identifier: Apache-2.0
#include "gpu/device/drive_presets.cuh"

TEST(presets_on_a_gpu, decide_as_the_scan_does_1) {
    test::drive_from<1 * test::presets_a_file>(std::make_index_sequence<test::presets_a_file>{});
}
