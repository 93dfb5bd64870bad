// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_nccl_topology.hpp>

#include <gpupack/io/read_file.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

namespace {

io::described_machine nccl(const std::string& text) {
    const auto machine = io::describe_nccl_topology("topo.xml", text);
    EXPECT_TRUE(machine.has_value()) << (machine ? "" : machine.error().message());
    return machine.value_or(io::described_machine{});
}

std::string nccl_refusal(const std::string& text) {
    const auto machine = io::describe_nccl_topology("topo.xml", text);
    return machine ? "accepted" : machine.error().message();
}

} // namespace

TEST(read_nccl_topology, reads_what_nccl_dumps) {
    // two GPUs and an adapter behind switches, one GPU on the other processor; links to GPUs, to switches, to nobody
    const auto machine = nccl(R"(<system version="1">
  <cpu numaid="1" affinity="f">
    <pci busid="0000:C0:00.0" class="0x030200"><gpu dev="2" sm="90" rank="2" gdr="1">
      <nvlink target="fffffff:ffff:ff" count="18" tclass="0x068000"/></gpu></pci>
  </cpu>
  <cpu numaid="0" affinity="f0">
    <pci busid="0000:01:00.0" class="0x060400">
      <pci busid="0000:02:00.0" class="0x060400">
        <pci busid="0000:03:00.0" class="0x030200"><gpu dev="0" sm="90" rank="0" gdr="1">
          <nvlink target="fffffff:ffff:ff" count="18" tclass="0x068000"/></gpu></pci>
        <pci busid="0000:05:00.0" class="0x020700"><nic><net name="mlx5_3" dev="0" port="1"/></nic></pci>
      </pci>
      <pci busid="0000:06:00.0" class="0x060400">
        <pci busid="0000:07:00.0" class="0x030200"><gpu dev="1" sm="90" rank="1" gdr="1">
          <nvlink target="fffffff:ffff:ff" count="18" tclass="0x068000"/>
          <nvlink target="0000:07:00.0" count="1" tclass="0x030200"/></gpu></pci>
      </pci>
    </pci>
    <nic><net name="eth0" dev="1"/></nic>
  </cpu>
</system>
)");
    EXPECT_EQ(machine.format, "NCCL topology XML");
    ASSERT_EQ(machine.gpus.size(), 3U);
    EXPECT_EQ(machine.gpus[2].bus_id, "0000:c0:00.0");
    EXPECT_EQ(machine.gpus[2].numa, 1);
    EXPECT_TRUE(machine.topology.switched);
    EXPECT_EQ(machine.topology.links[0][1], (gpu_link{pcie_path::multi_switch, 18}));
    EXPECT_EQ(machine.topology.links[0][2], (gpu_link{pcie_path::cross_cpu, 18}));
    EXPECT_TRUE(machine.inferred.empty()); // this format tells all
    ASSERT_EQ(machine.nics.size(), 2U);
    EXPECT_EQ(machine.nics[0].name, "mlx5_3");
    EXPECT_EQ(machine.nics[0].to_gpus, (std::vector<std::string>{"PIX", "PXB", "SYS"}));
    EXPECT_EQ(machine.nics[1].to_gpus, (std::vector<std::string>{"PHB", "PHB", "SYS"}));
    ASSERT_EQ(machine.left_out.size(), 1U);
    EXPECT_EQ(machine.left_out[0].line, 16U);
    EXPECT_EQ(machine.left_out[0].why, "a link of a GPU to itself");
}

TEST(read_nccl_topology, reads_what_clouds_ship_and_rccl_dumps) {
    // no gpu, no dev: by class, in the order of bus ids
    const auto cloud = nccl(R"(<system version="1"><cpu numaid="0">
<pci busid="000d:00:00.0" class="0x030200"/><pci busid="0101:00:00.0" class="0x020700"/></cpu><cpu numaid="1">
<pci busid="0001:00:00.0" class="0x030200"/></cpu></system>)");
    ASSERT_EQ(cloud.gpus.size(), 2U);
    EXPECT_EQ(cloud.gpus[0].bus_id, "0001:00:00.0");
    EXPECT_EQ(cloud.gpus[0].numa, 1);
    EXPECT_EQ(cloud.links[0][1], "SYS");
    EXPECT_EQ(cloud.nics.at(0).bus_id, "0101:00:00.0");
    const auto rccl = nccl(R"(<system version="2"><cpu numaid="0">
<pci busid="0000:c1:00.0" class="0x038000"><gpu dev="0"><xgmi target="0000:c6:00.0" count="4" tclass="0x038000"/></gpu></pci>
<pci busid="0000:c6:00.0" class="0x038000"><gpu dev="1"><xgmi target="0000:C1:00.0" count="4" tclass="0x038000"/></gpu></pci>
</cpu></system>)");
    EXPECT_EQ(rccl.links[0][1], "XGMI");
    EXPECT_EQ(rccl.topology.links[0][1].nvlinks, 4);
}

TEST(read_nccl_topology, reads_azures_machines) {
    const std::string folder = GPUPACK_DATA_DIR "/../cases/files/nccl/";
    if (!io::read_file(folder + "azhpc-ndv4-topo.xml")) GTEST_SKIP() << "Azure's files are not there: " << folder;
    const auto read = [&](const std::string& file) { return nccl(io::read_file(folder + file).value()); };
    const auto ndv4 = read("azhpc-ndv4-topo.xml");
    std::vector<int> numa;
    for (const auto& gpu : ndv4.gpus) numa.push_back(gpu.numa.value_or(-1));
    EXPECT_EQ(numa, (std::vector{1, 1, 0, 0, 3, 3, 2, 2}));
    EXPECT_EQ(ndv4.links[2], (std::vector<std::string>{"SYS", "SYS", "X", "PIX", "SYS", "SYS", "SYS", "SYS"}));
    EXPECT_EQ(ndv4.nics.size(), 8U);
    const auto ndv2 = read("azhpc-ndv2-topo.xml");
    EXPECT_EQ(ndv2.links[0], (std::vector<std::string>{"X", "PHB", "PHB", "PHB", "SYS", "SYS", "SYS", "SYS"}));
    const auto ncv4 = read("azhpc-ncv4-topo.xml");
    EXPECT_EQ(ncv4.gpus.size(), 4U);
    EXPECT_EQ(ncv4.left_out.size(), 4U); // each GPU has a link to itself
}

TEST(read_nccl_topology, says_what_is_wrong_and_where) {
    EXPECT_EQ(nccl_refusal("<graphs/>"),
              "topo.xml:1: document: \"graphs\": expected NCCL's topology in XML, <system> with <cpu> in it");
    EXPECT_EQ(nccl_refusal("<system>\n<cpu>\n</system>").substr(0, 21), "topo.xml:3: document:");
    EXPECT_EQ(nccl_refusal("<system>\n<cpu numaid='0'/></system>"),
              "topo.xml:1: GPUs: \"\": expected a device of class 0x03, or a gpu");
    const std::string gpu = "<pci busid='0000:01:00.0' class='0x030200'>";
    EXPECT_EQ(nccl_refusal("<system><cpu numaid='0'>\n" + gpu + "</pci>" + gpu + "</pci></cpu></system>"),
              "topo.xml:1: busid: \"0000:01:00.0\": expected each GPU once");
    EXPECT_EQ(
        nccl_refusal("<system><cpu numaid='0'>\n" + gpu +
                     "<gpu dev='0'>\n<nvlink target='x' count='19' tclass='0x068000'/></gpu></pci></cpu></system>"),
        "topo.xml:3: count: \"19\": expected from 1 to 18 links");
    const std::string other = "<pci busid='0000:02:00.0' class='0x030200'>";
    EXPECT_EQ(nccl_refusal("<system><cpu numaid='0'>" + gpu +
                           "<gpu dev='0'><nvlink target='0000:02:00.0' count='2'/></gpu></pci>" + other +
                           "<gpu dev='1'><nvlink target='0000:01:00.0' count='3'/></gpu></pci></cpu></system>"),
              "topo.xml: GPU1 to GPU0: \"3 links\": expected as many as the other way, 2");
    std::string deep = "<system><cpu numaid='0'>";
    for (int i = 0; i < 20000; ++i) deep += "<pci busid='b' class='0x060400'>";
    deep += gpu + "</pci>";
    for (int i = 0; i < 20000; ++i) deep += "</pci>";
    EXPECT_EQ(nccl(deep + "</cpu></system>").gpus.size(), 1U); // no recursion
}
