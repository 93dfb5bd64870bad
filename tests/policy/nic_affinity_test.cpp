// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/nic_affinity.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::nic_affinity>);

TEST(nic_affinity, takes_the_gpus_beside_an_adapter) {
    node_spec machine = machines::l40s_x4();
    machine.topology->nics = {
        {"mlx5_0",
         1,
         {pcie_path::cross_cpu, pcie_path::cross_cpu, pcie_path::single_switch, pcie_path::single_switch}}};
    const cluster on = cluster_builder{}.add_nodes(1, machine).build().value();
    EXPECT_EQ(policy::select_gpus(policy::nic_affinity{}, on[node_id{0}], {.gpus = 2}).gpus.bits(), 0x0cU);
    EXPECT_EQ(policy::select_gpus(policy::nic_affinity{}, on[node_id{0}], {.gpus = 3}).gpus.bits(), 0x0dU);
    EXPECT_EQ(policy::node_score(policy::nic_affinity{}, on[node_id{0}], {.gpus = 3}), 50 + 50 + 10);
}
