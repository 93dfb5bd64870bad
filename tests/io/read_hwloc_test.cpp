// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_hwloc.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
// hwloc 2.9 never frees the object that it was at when it refuses a document.
extern "C" const char* __lsan_default_suppressions(); // NOLINT: the name is the sanitizer's
const char* __lsan_default_suppressions() {           // NOLINT
    return "leak:libhwloc";
}
#endif

using namespace gpupack;

namespace {

/// Numbers objects and PCI buses as the document grows.
class document {
  public:
    std::string text;

    void open(const std::string& attributes) {
        text.append("<object ")
            .append(attributes)
            .append(" gp_index=\"")
            .append(std::to_string(++index_))
            .append("\">");
    }
    void close() { text.append("</object>\n"); }

    void host_bridge() { open("type=\"Bridge\" bridge_type=\"0-1\" depth=\"0\" bridge_pci=\"0000:[00-ff]\""); }
    void bridge() {
        open(pci("Bridge", "0604 [8086:2030] [0000:0000] 04")
                 .append(" bridge_type=\"1-1\" depth=\"1\" bridge_pci=\"0000:[01-ff]\""));
    }
    void gpu() {
        open(pci("PCIDev", "0302 [10de:20b0] [10de:134f] a1"));
        close();
    }
    /// A GPU as hwloc's NVML plugin tells it; returns the number of its NVML device.
    std::string nvml_gpu(const std::string& device) {
        open(pci("PCIDev", std::string{"0302 [10de:"}.append(device).append("] [10de:134f] a1")));
        open("type=\"OSDev\" osdev_type=\"1\" subtype=\"NVML\" name=\"nvml\"");
        close();
        close();
        return std::string{"OSDev:"}.append(std::to_string(index_)).append(" ");
    }
    /// An AMD GPU as hwloc's ROCm SMI plugin tells it; returns the number of its device.
    std::string rsmi_gpu() {
        open(pci("PCIDev", "0380 [1002:7408] [1002:0b0c] 01"));
        open("type=\"OSDev\" osdev_type=\"5\" subtype=\"RSMI\" name=\"rsmi0\"");
        text.append("<info name=\"GPUModel\" value=\"AMD MI250X\"/>");
        close();
        close();
        return std::string{"OSDev:"}.append(std::to_string(index_)).append(" ");
    }
    /// An NVSwitch, whose PCI class some drivers hide; returns its number.
    std::string nvswitch(const std::string& ids = "0680 [10de:22a3] [10de:1796] a1") {
        open(pci("PCIDev", ids).append(" subtype=\"NVSwitch\""));
        close();
        return std::string{"PCIDev:"}.append(std::to_string(index_)).append(" ");
    }
    void adapter(const std::string& interface, const std::string& infiniband) {
        open(pci("PCIDev", "0207 [15b3:101b] [15b3:0007] 00"));
        open(std::string{"type=\"OSDev\" osdev_type=\"2\" name=\""}.append(interface).append("\""));
        close();
        if (!infiniband.empty()) {
            open(std::string{"type=\"OSDev\" osdev_type=\"3\" name=\""}.append(infiniband).append("\""));
            close();
        }
        close();
    }

  private:
    std::string pci(const std::string& type, const std::string& ids) {
        char bus[32];
        (void)std::snprintf(bus, sizeof bus, "0000:%02x:00.0", static_cast<unsigned>(++bus_));
        return std::string{"type=\""}
            .append(type)
            .append("\" pci_busid=\"")
            .append(bus)
            .append("\" pci_type=\"")
            .append(ids)
            .append("\" pci_link_speed=\"15.753846\"");
    }

    int index_ = 100;
    int bus_ = 0;
};

/// A package with one NUMA node, one core, and whatever hangs on it.
std::string package(int number, const std::string& devices) {
    const std::string set = number == 0 ? "0x00000001" : "0x00000002";
    const auto object = [&](const std::string& type, const std::string& rest, int index) {
        return std::string{"<object type=\""}
            .append(type)
            .append("\" os_index=\"")
            .append(std::to_string(number))
            .append("\" cpuset=\"")
            .append(set)
            .append("\" complete_cpuset=\"")
            .append(set)
            .append("\" nodeset=\"")
            .append(set)
            .append("\" complete_nodeset=\"")
            .append(set)
            .append("\" gp_index=\"")
            .append(std::to_string(10 * number + index))
            .append("\"")
            .append(rest);
    };
    return object("Package", ">", 2)
        .append(object("NUMANode", " local_memory=\"1073741824\"/>", 3))
        .append(object("Core", ">", 4))
        .append(object("PU", "/></object>\n", 5))
        .append(devices)
        .append("</object>\n");
}

/// What hwloc's NVML plugin adds to a document: for some objects, megabytes a second from each to each.
std::string nvlinks(const std::string& objects, const std::vector<int>& rows,
                    const std::string& kind_of_link = "NVLinkBandwidth") {
    std::string values;
    for (const int each : rows) values.append(std::to_string(each)).append(" ");
    const auto element = [](const char* name, const std::string& text) {
        return std::string{"<"}
            .append(name)
            .append(" length=\"")
            .append(std::to_string(text.size()))
            .append("\">")
            .append(text)
            .append("</")
            .append(name)
            .append(">\n");
    };
    const auto count = std::count(objects.begin(), objects.end(), ':');
    return std::string{"<distances2hetero nbobjs=\""}
        .append(std::to_string(count))
        .append("\" kind=\"25\" name=\"")
        .append(kind_of_link)
        .append("\">\n")
        .append(element("indexes", objects))
        .append(element("u64values", values))
        .append("</distances2hetero>\n");
}

std::string machine(const std::string& one, const std::string& other, const std::string& distances = {}) {
    return std::string{"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
                       "<topology version=\"2.0\">\n<object type=\"Machine\" os_index=\"0\" cpuset=\"0x00000003\" "
                       "complete_cpuset=\"0x00000003\" allowed_cpuset=\"0x00000003\" nodeset=\"0x00000003\" "
                       "complete_nodeset=\"0x00000003\" allowed_nodeset=\"0x00000003\" gp_index=\"1\">\n"}
        .append(package(0, one))
        .append(package(1, other))
        .append("</object>\n")
        .append(distances)
        .append("</topology>\n");
}

} // namespace

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
                             nvlinks(objects.append("Package:2 "), {1'000'000, there, 25'000, there, 1'000'000,
                                                                    25'000, 25'000, 25'000, 1'000'000})));
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
    const auto machine_read = io::parse_hwloc(
        "m.xml", machine(all.text, "", nvlinks(objects, {1, 0, 75'000, 75'000, 0, 1, 75'000, 75'000,
                                                         75'000, 75'000, 1, 0, 75'000, 75'000, 0, 1})));
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
        "m.xml", machine(all.text, "", nvlinks(objects, {0, 200'000, 50'000, 200'000, 0, 100'000, 50'000, 100'000, 0},
                                               "XGMIBandwidth")));
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
    all.text.replace(all.text.find("<object type=\"OSDev\""), std::string{"<object type=\"OSDev\" osdev_type=\"2\" name=\"\" gp_index=\"103\"></object>\n"}.size(), "");
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
    if (hwloc_get_api_version() < 0x00030000) {
        EXPECT_EQ(refused("<?xml?>\n<topology version=\"3.0\"></topology>"),
                  "m.xml:1: document: \"version 3.0\": expected hwloc's XML of version 2, which this hwloc 2 reads; "
                  "lstopo --export-xml-flags v2 machine.xml writes it");
    }
    EXPECT_NE(refused("<topology></topology>"), "accepted");
    EXPECT_NE(refused("<topology version=\"2.0\"><object type=\"Foo\"/></topology>"), "accepted");
    const std::string cut = machine("", "");
    EXPECT_NE(refused(cut.substr(0, cut.size() / 2)), "accepted");
    EXPECT_FALSE(io::read_hwloc("/no/such/file"));
}
