// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

/// XML of hwloc as its tests need it.
namespace hwloc_text {

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
inline std::string package(int number, const std::string& devices) {
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
inline std::string nvlinks(const std::string& objects, const std::vector<int>& rows,
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

inline std::string machine(const std::string& one, const std::string& other, const std::string& distances = {}) {
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

} // namespace hwloc_text
