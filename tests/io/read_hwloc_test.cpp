// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_hwloc.hpp>

#include "io/hwloc_text.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;
using namespace hwloc_text;

// On the first processor, behind one host bridge: a switch with two GPUs and an adapter, a switch below a switch with a
// third GPU, and a fourth on a port of its own. On the second: one GPU and one adapter on ports of their own.
TEST(read_hwloc, finds_gpus_and_adapters_and_the_ways_between_them) {
    document all;
    all.host_bridge();
    all.bridge(); // a port
    all.bridge(); // the first switch
    for (int n = 0; n < 2; ++n) {
        all.bridge();
        all.gpu();
        all.close();
    }
    all.bridge();
    all.adapter("ib0", "mlx5_0");
    all.close();
    all.bridge(); // and a switch below it
    all.bridge();
    all.bridge();
    all.gpu();
    all.close();
    all.close();
    all.close();
    all.close();
    all.close();
    all.bridge();
    all.gpu();
    all.close();
    all.close();
    const std::string one = all.text;
    all.text.clear();
    all.host_bridge();
    all.bridge();
    all.gpu();
    all.close();
    all.bridge();
    all.adapter("eth1", "");
    all.close();
    all.close();

    const auto told = io::parse_hwloc("m.xml", machine(one, all.text));
    ASSERT_TRUE(told) << told.error().message();
    ASSERT_EQ(told->gpus(), 5);
    EXPECT_EQ(told->numa, (std::vector<int>{0, 0, 0, 0, 1}));
    EXPECT_EQ(told->links[0][1].pcie, pcie_path::single_switch);
    EXPECT_EQ(told->links[0][2].pcie, pcie_path::multi_switch);
    EXPECT_EQ(told->links[0][3].pcie, pcie_path::host_bridge);
    EXPECT_EQ(told->links[0][4].pcie, pcie_path::cross_cpu);
    ASSERT_EQ(told->nics.size(), 2U);
    EXPECT_EQ(told->nics[0].name, "mlx5_0");
    EXPECT_EQ(told->nics[0].to_gpus,
              (std::vector{pcie_path::single_switch, pcie_path::single_switch, pcie_path::multi_switch,
                           pcie_path::host_bridge, pcie_path::cross_cpu}));
    EXPECT_EQ(told->nics[1].name, "eth1");
    EXPECT_EQ(told->nics[1].numa, 1);
    EXPECT_EQ(told->nics[1].to_gpus.back(), pcie_path::host_bridge);
}

// What hwloc tells where its NVML plugin was there: V100 with two links between them and one to the processor, H100 on a
// switch as hwloc counts their links, once and twice, and P100.
TEST(read_hwloc, takes_the_nvlinks_that_it_tells) {
    const auto pair = [](const std::string& device, int there) {
        document all;
        all.host_bridge();
        std::string objects = all.nvml_gpu(device);
        objects.append(all.nvml_gpu(device));
        all.close();
        return io::parse_hwloc(
            "m.xml", machine(all.text, "",
                             nvlinks(objects.append("Package:2 "),
                                     {1'000'000, there, 25'000, there, 1'000'000, 25'000, 25'000, 25'000, 1'000'000})));
    };
    for (const auto& [device, there] : {std::pair{"1db1", 50'000}, {"15f9", 40'000}, {"20b0", 50'000}}) {
        const auto told = pair(device, there);
        ASSERT_TRUE(told) << told.error().message();
        EXPECT_EQ(told->links[0][1], (gpu_link{pcie_path::host_bridge, 2})) << device;
        EXPECT_EQ(told->links[1][0], told->links[0][1]);
        EXPECT_FALSE(told->switched);
    }
    EXPECT_EQ(pair("1db1", 25'000 * 19).error().message(),
              "m.xml: GPU1 to GPU0: \"19\": expected from 0 to 18 NVLinks");
    for (const int each : {25'000, 50'000}) {
        document all;
        all.host_bridge();
        std::string objects = all.nvml_gpu("2330");
        objects.append(all.nvml_gpu("2330"));
        objects.append(all.nvswitch());
        all.close();
        const int there = 18 * each;
        const auto told = io::parse_hwloc(
            "m.xml", machine(all.text, "", nvlinks(objects, {1, 0, there, 0, 1, there, there, there, 1})));
        ASSERT_TRUE(told) << told.error().message();
        EXPECT_TRUE(told->switched);
        EXPECT_EQ(told->links[0][1], (gpu_link{pcie_path::host_bridge, 18}));
    }
}

// As on a DGX-2 whose driver hid the class of one NVSwitch: half of the GPUs seemed to have a link less.
TEST(read_hwloc, knows_a_switch_by_its_subtype) {
    document all;
    all.host_bridge();
    std::string objects = all.nvml_gpu("1db8");
    objects.append(all.nvml_gpu("1db8")).append(all.nvswitch()).append(all.nvswitch("0000 [0000:0000] [0000:0000] 00"));
    all.close();
    const auto machine_read =
        io::parse_hwloc("m.xml", machine(all.text, "",
                                         nvlinks(objects, {1, 0, 75'000, 75'000, 0, 1, 75'000, 75'000, 75'000, 75'000,
                                                           1, 0, 75'000, 75'000, 0, 1})));
    ASSERT_TRUE(machine_read) << machine_read.error().message();
    EXPECT_EQ(machine_read->links[0][1].nvlinks, 6);
}

TEST(read_hwloc, reads_amds_gpus_and_their_links) {
    document all;
    all.host_bridge();
    std::string objects = all.rsmi_gpu();
    objects.append(all.rsmi_gpu()).append(all.rsmi_gpu());
    all.close();
    const auto described = io::describe_hwloc(
        "m.xml",
        machine(all.text, "",
                nvlinks(objects, {0, 200'000, 50'000, 200'000, 0, 100'000, 50'000, 100'000, 0}, "XGMIBandwidth")));
    ASSERT_TRUE(described) << described.error().message();
    ASSERT_EQ(described->gpus.size(), 3U);
    EXPECT_EQ(described->gpus[0].name, "AMD MI250X");
    EXPECT_EQ(described->gpus[0].bus_id, "0000:01:00.0");
    EXPECT_EQ(described->links[0][1], "XGMI");
    EXPECT_EQ(described->topology.links[0][1], (gpu_link{pcie_path::host_bridge, 4}));
    EXPECT_EQ(described->topology.links[0][2].nvlinks, 1);
    EXPECT_EQ(described->topology.links[1][2].nvlinks, 2);
}

TEST(read_hwloc, names_adapters_without_a_driver_by_their_bus_ids) {
    document all;
    all.host_bridge();
    all.adapter("", "");
    all.text.replace(
        all.text.find("<object type=\"OSDev\""),
        std::string{"<object type=\"OSDev\" osdev_type=\"2\" name=\"\" gp_index=\"103\"></object>\n"}.size(), "");
    all.close();
    const auto described = io::describe_hwloc("m.xml", machine(all.text, ""));
    ASSERT_TRUE(described) << described.error().message();
    ASSERT_EQ(described->nics.size(), 1U);
    EXPECT_EQ(described->nics[0].name, "0000:01:00.0");
    EXPECT_EQ(described->nics[0].bus_id, "0000:01:00.0");
}

TEST(read_hwloc, finds_none_where_there_is_none) {
    const auto told = io::parse_hwloc("m.xml", machine("", ""));
    ASSERT_TRUE(told) << told.error().message();
    EXPECT_EQ(told->gpus(), 0);
}

TEST(read_hwloc, refuses_what_is_not_hwlocs) {
    const auto refused = [](const std::string& text) {
        const auto told = io::parse_hwloc("m.xml", text);
        return told ? std::string{"accepted"} : told.error().message();
    };
    const std::string right = "expected a topology in hwloc's XML, as lstopo writes it";
    EXPECT_EQ(refused("hello\nworld\n"), "m.xml:1: document: \"hello\": " + right);
    EXPECT_EQ(refused(""), "m.xml:1: document: \"\": " + right);
    EXPECT_EQ(refused("<html><body/></html>"), "m.xml:1: document: \"<html><body/></html>\": " + right);
    EXPECT_NE(refused("<topology></topology>"), "accepted");
    EXPECT_NE(refused("<topology version=\"2.0\"><object type=\"Foo\"/></topology>"), "accepted");
    const std::string cut = machine("", "");
    EXPECT_NE(refused(cut.substr(0, cut.size() / 2)), "accepted");
    EXPECT_FALSE(io::read_hwloc("/no/such/file"));
}

// What lstopo of hwloc 3 writes: numbers of objects as ids too, types of the operating system's devices as bits, a number more
// behind pci_type, and hwloc's version behind the tree.
TEST(read_hwloc, reads_version_3) {
    document all;
    all.host_bridge();
    std::string objects = all.nvml_gpu("2330");
    objects.append(all.nvml_gpu("2330"));
    all.adapter("ib0", "mlx5_0");
    all.adapter("hsn0", "");
    objects.append(all.nvswitch());
    all.close();
    std::string text = machine(all.text, "", nvlinks(objects, {1, 0, 450'000, 0, 1, 450'000, 450'000, 450'000, 1}));
    const auto replace = [&](const std::string& one, const std::string& other) {
        for (std::size_t at = text.find(one); at != std::string::npos; at = text.find(one, at + other.size()))
            text.replace(at, one.size(), other);
    };
    replace("version=\"2.0\"", "version=\"3.0\"");
    replace("] a1\"", "] a1 00\"");
    replace("gp_index=\"", "id=\"obj");
    replace("osdev_type=\"1\"", "osdev_type=\"12\"");
    replace("osdev_type=\"2\"", "osdev_type=\"16\"");
    replace("osdev_type=\"3\"", "osdev_type=\"48\"");
    const auto described = io::describe_hwloc("m.xml", text);
    ASSERT_TRUE(described) << described.error().message();
    EXPECT_EQ(described->links, (std::vector<std::vector<std::string>>{{"X", "NV18"}, {"NV18", "X"}}));
    ASSERT_EQ(described->nics.size(), 2U);
    EXPECT_EQ(described->nics[0].name, "mlx5_0");
    EXPECT_EQ(described->nics[1].name, "hsn0");
    EXPECT_TRUE(described->left_out.empty());
}

// Version 1: no version, NUMA nodes with processors in them, and no set of NUMA nodes where there is no NUMA.
TEST(read_hwloc, reads_version_1) {
    const auto in_numa_nodes = io::parse_hwloc("m.xml", R"(<topology>
<object type="Machine" os_index="0" cpuset="0x3" nodeset="0x3" complete_nodeset="0x3">
 <object type="NUMANode" os_index="0" cpuset="0x1" nodeset="0x1" complete_nodeset="0x1"/>
 <object type="NUMANode" os_index="1" cpuset="0x2" nodeset="0x2" complete_nodeset="0x2">
  <object type="Socket" os_index="1" cpuset="0x2">
   <object type="Bridge" os_index="0" bridge_type="0-1" depth="0" bridge_pci="0000:[00-ff]">
    <object type="PCIDev" os_index="1" name="NVIDIA" pci_busid="0000:02:00.0" pci_type="0302 [10de:1db1] [10de:1212] a1"/>
   </object>
  </object>
 </object>
 <object type="Bridge" os_index="9" bridge_type="0-1" depth="0" bridge_pci="0001:[00-ff]">
  <object type="PCIDev" os_index="2" pci_busid="0001:02:00.0" pci_type="0302 [10de:1db1] [10de:1212] a1"/>
 </object>
</object></topology>)");
    ASSERT_TRUE(in_numa_nodes) << in_numa_nodes.error().message();
    EXPECT_EQ(in_numa_nodes->numa, (std::vector<int>{1, unknown_numa}));
    const auto without =
        io::parse_hwloc("m.xml", R"(<topology><object type="System" cpuset="0x3"><object type="Socket" cpuset="0x3">
<object type="PCIDev" pci_busid="0000:02:00.0" pci_type="0302 [10de:1db1] [10de:1212] a1"/></object></object></topology>)");
    ASSERT_TRUE(without) << without.error().message();
    EXPECT_EQ(without->numa, (std::vector<int>{0}));
}

TEST(read_hwloc, finds_the_numa_node_above_a_device) {
    document all;
    all.gpu();
    const auto numa_of = [&](const std::string& nodeset, const std::string& complete) {
        std::string text = machine("", all.text);
        const std::string set = "nodeset=\"0x00000002\" complete_nodeset=\"0x00000002\" gp_index=\"12\"";
        text.replace(text.find(set), set.size(),
                     "nodeset=\"" + nodeset + "\" complete_nodeset=\"" + complete + "\" gp_index=\"12\"");
        const auto told = io::describe_hwloc("m.xml", text);
        return !told                ? told.error().message()
               : told->gpus[0].numa ? std::to_string(*told->gpus[0].numa)
                                    : std::string{"unknown"};
    };
    EXPECT_EQ(numa_of("0x00000002", "0x00000002"), "1");
    EXPECT_EQ(numa_of("0x0000000c", "0x0000000c"), "2"); // sub-NUMA: the lowest, as `nvidia-smi topo -m` lists them
    EXPECT_EQ(numa_of("0x00000001,,0x0", "0x1"), "64");
    EXPECT_EQ(numa_of("0xf...f,0x0", "0x1"), "32");
    EXPECT_EQ(numa_of("0x0", "0x00000010"), "4"); // not allowed to the process that wrote the file
    EXPECT_EQ(numa_of("0x0", "0x0"), "unknown");
    const std::string right = "expected NUMA nodes as 0x and hexadecimal digits, in words between commas";
    for (const std::string wrong : {"", "0y1", "0x1 ", "-1", "0x100000000", "0x1,z", "0xf...f0"})
        EXPECT_EQ(numa_of(wrong, "0x1"), "m.xml:7: nodeset: \"" + wrong + "\": " + right);
}

// hwloc 2.9.0 alone counts the links of Ampere and Hopper twice; an A800 has 8, and hardly looks like more than it can have.
TEST(read_hwloc, knows_which_hwloc_counted_links_twice) {
    for (const auto& [version, links] : {std::pair{"2.9.0", 8}, {"2.9.3", 16}}) {
        document all;
        all.host_bridge();
        std::string objects = all.nvml_gpu("20f3");
        objects.append(all.nvml_gpu("20f3"));
        all.close();
        std::string text = machine(all.text, "", nvlinks(objects, {1'000'000, 400'000, 400'000, 1'000'000}));
        text.insert(text.find("<object type=\"Package\""),
                    std::string{"<info name=\"hwlocVersion\" value=\""} + version + "\"/>");
        const auto told = io::parse_hwloc("m.xml", text);
        ASSERT_TRUE(told) << told.error().message();
        EXPECT_EQ(told->links[0][1].nvlinks, links) << version;
    }
}

// The values that libhwloc 2.9 gave for these files, and for version 3 that for the same machine in version 2.
TEST(read_hwloc, reads_real_files) {
    const std::filesystem::path folder = GPUPACK_DATA_DIR "/../cases/files/hwloc";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the real files are not there: " << folder;
    const auto read = [&](const char* file) { return io::read_hwloc((folder / file).string()).value(); };
    const node_topology dgx_2 = read("v2-nvidiaDGX2.xml");
    ASSERT_EQ(dgx_2.gpus(), 16);
    EXPECT_TRUE(dgx_2.switched);
    EXPECT_EQ(dgx_2.links[0][1], (gpu_link{pcie_path::single_switch, 6}));
    EXPECT_EQ(dgx_2.links[0][2], (gpu_link{pcie_path::multi_switch, 6}));
    EXPECT_EQ(dgx_2.links[0][4], (gpu_link{pcie_path::same_cpu, 6}));
    EXPECT_EQ(dgx_2.links[7][8], (gpu_link{pcie_path::cross_cpu, 6}));
    const node_topology aws = read("mpibind-g4dnmetal.xml");
    EXPECT_EQ(aws.numa, (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}));
    EXPECT_EQ(aws.links[4][5], (gpu_link{pcie_path::host_bridge, 0}));
    ASSERT_EQ(aws.nics.size(), 2U);
    EXPECT_EQ(aws.nics[0].name, "rdmap197s0");
    EXPECT_EQ(aws.nics[1].numa, 1);
    const node_topology tioga = read("mpibind-eas-tioga.xml");
    EXPECT_EQ(tioga.numa, (std::vector<int>{3, 3, 1, 1, 0, 0, 2, 2}));
    EXPECT_EQ(tioga.links[0][7], (gpu_link{pcie_path::cross_cpu, 1}));
    EXPECT_EQ(read("v2-16intel64-manyVFs.xml").nics.size(), 18U);
    EXPECT_EQ(read("hwloc-nvidia-dgx-gb10.xml").gpus(), 0);
}
