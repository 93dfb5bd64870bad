// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_mig_instances.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

const std::string uneven_instances = "+-------------------------------------------------------+\n"
                                     "| GPU instances:                                        |\n"
                                     "| GPU   Name             Profile  Instance   Placement  |\n"
                                     "|                          ID       ID       Start:Size |\n"
                                     "|=======================================================|\n"
                                     "|   0  MIG 1g.5gb          19        9          2:1     |\n"
                                     "+-------------------------------------------------------+\n"
                                     "|   0  MIG 2g.10gb         14        3          0:2     |\n"
                                     "+-------------------------------------------------------+\n"
                                     "|   3  MIG 3g.20gb          9        1          4:4     |\n"
                                     "+-------------------------------------------------------+\n";

} // namespace

TEST(read_mig_instances, become_the_standing_instances_of_a_node) {
    const auto machine = io::describe_mig_instances("lgi.txt", uneven_instances);
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    ASSERT_EQ(machine->gpus.size(), 2U);
    EXPECT_EQ(machine->gpus[1].index, 3);
    EXPECT_EQ(machine->gpus[0].instances[0], (io::described_instance{"1g.5gb", 2, 1, "9"}));
    gpu_setup setup;
    setup.instances = io::standing_instances(machine->gpus[0]);
    cluster_builder builder;
    builder.add_node("n", {64_cores, 512_GiB, {1, models::a100_40gb, setup}});
    EXPECT_TRUE(std::move(builder).build().has_value());
}

TEST(read_mig_instances, reads_each_gpu_once) {
    const std::string other = "| GPU   Name             Profile  Instance   Placement  |\n|                          "
                              "ID       ID       Start:Size |\n"
                              "|   1  MIG 1g.5gb          19        9          0:1     |\n|   3  MIG 1g.5gb          "
                              "19        9          0:1     |\n";
    const auto machine = io::describe_mig_instances("lgi.txt", uneven_instances + other);
    ASSERT_TRUE(machine) << machine.error().message();
    ASSERT_EQ(machine->gpus.size(), 3U);
    EXPECT_EQ(machine->gpus[1].instances.size(), 1U);
    EXPECT_EQ(machine->gpus[2].instances.at(0).start, 4);
    ASSERT_EQ(machine->left_out.size(), 1U);
    EXPECT_EQ(machine->left_out[0].line, 15U);
}

TEST(read_mig_instances, says_what_is_wrong) {
    const auto refusal = [](const std::string& text) {
        const auto machine = io::describe_mig_instances("lgi.txt", text);
        return machine ? std::string{"accepted"} : machine.error().message();
    };
    EXPECT_EQ(refusal("No GPU instances found: Not Found\n"),
              "lgi.txt: instances: \"\": expected rows such as 0  MIG 1g.10gb  19  7  0:1, as nvidia-smi mig -lgi "
              "prints them");
    EXPECT_EQ(refusal("| 0  MIG 1g.5gb  19  9  2:1 |\n| 0  MIG 2g.10gb  14  3  1:2 |\n"),
              "lgi.txt:2: placement: \"1:2\": expected a place that no other instance of that GPU takes");
    EXPECT_EQ(refusal("| 0  MIG 1g.5gb  19  9  x:1 |\n"),
              "lgi.txt:1: placement: \"x:1\": expected START:SIZE within 16 memory slices");
    EXPECT_EQ(refusal("| 0  MIG 1g.5gb  19  9  16:1 |\n"),
              "lgi.txt:1: placement: \"16:1\": expected START:SIZE within 16 memory slices");
}
