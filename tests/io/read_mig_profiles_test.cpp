// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_mig_profiles.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

TEST(read_mig_profiles, reads_profiles_and_where_they_may_start) {
    const auto machine = io::describe_mig_profiles(
        "lgip.txt", "| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |\n"
                    "|                              Free/Total   GiB              CE    JPEG  OFA  |\n"
                    "|=============================================================================|\n"
                    "|   0  MIG 1g.10gb       19     5/7        9.50       No     14     0     0   |\n"
                    "|                                                             1     0     0   |\n"
                    "|   0  MIG 1g.10gb+me    20     1/1        9.75       No     16     1     0   |\n"
                    "|   0  MIG 7g.80gb        0     0/1        78.5       No     98\n"
                    "|   0  MIG 2g.20gb       14     3/\n"
                    "GPU  0 Profile ID 19 Placements: {0,1,2,3,4,5,6}:1\n"
                    "GPU  0 Profile ID  0 Placement : {0}:8\n");
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    ASSERT_EQ(machine->gpus.size(), 1U);
    const auto& profiles = machine->gpus[0].profiles;
    ASSERT_EQ(profiles.size(), 3U);
    EXPECT_EQ(profiles[0], (io::described_profile{"1g.10gb", 19, 5, 7, mebibytes{9728}, 14, 1, {0, 1, 2, 3, 4, 5, 6}}));
    EXPECT_EQ(profiles[1].name, "1g.10gb+me");
    EXPECT_EQ(profiles[1].memory, mebibytes{9984});
    EXPECT_EQ(profiles[2].memory, mebibytes{80384});
    EXPECT_EQ(profiles[2].starts, std::vector{0});
    ASSERT_EQ(machine->left_out.size(), 1U); // the row that is cut
    EXPECT_EQ(machine->left_out[0].line, 8U);
}

TEST(read_mig_profiles, says_what_is_wrong) {
    const auto machine = io::describe_mig_profiles("lgip.txt", "No MIG-enabled devices found.\n");
    ASSERT_FALSE(machine.has_value());
    EXPECT_EQ(machine.error().field, "profiles");
}
