// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_hwloc.hpp>

#include "io/hwloc_text.hpp"

#include <gpupack/topology/topology_error.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace gpupack;
using namespace hwloc_text;

namespace {

/// Two GPUs with two links between them, and an adapter.
std::string linked_pair() {
    document all;
    all.host_bridge();
    std::string objects = all.nvml_gpu("20b0");
    objects.append(all.nvml_gpu("20b0"));
    all.adapter("ib0", "mlx5_0");
    all.close();
    return machine(all.text, "", nvlinks(objects, {1, 50'000, 50'000, 1}));
}

} // namespace

// One line that names the line, the attribute and its value; adapters that are damaged are left out.
TEST(read_hwloc, says_what_is_damaged) {
    const std::string whole = linked_pair();
    ASSERT_TRUE(io::parse_hwloc("m.xml", whole));
    const auto refused = [&](const std::string& one, const std::string& other) {
        std::string text = whole;
        EXPECT_NE(text.find(one), std::string::npos) << one;
        text.replace(text.find(one), one.size(), other);
        const auto told = io::parse_hwloc("m.xml", text);
        return told ? std::string{"accepted"} : told.error().message();
    };
    EXPECT_EQ(refused("type=\"PCIDev\"", "type=\"PCIDex\""),
              "m.xml:6: type: \"PCIDex\": expected a type of hwloc's objects, as Package or PCIDev");
    EXPECT_EQ(refused("0302 [10de:", "0302 (10de:"),
              "m.xml:6: pci_type: \"0302 (10de:20b0] [10de:134f] a1\": expected a class, a vendor and a device, as "
              "0302 [10de:20b0] [10de:134f] a1");
    EXPECT_EQ(refused("0000:01:00.0", "0000:01:00"),
              "m.xml:6: pci_busid: \"0000:01:00\": expected a place on PCI, as 0000:3b:00.0");
    EXPECT_EQ(refused("0000:02:00.0", "0000:01:00.0"), "m.xml:8: pci_busid: \"0000:01:00.0\": expected each GPU once");
    EXPECT_EQ(refused("nbobjs=\"2\"", "nbobjs=\"4000000000\""),
              "m.xml:18: nbobjs: \"4000000000\": expected a number of objects up to 1024");
    EXPECT_EQ(refused("nbobjs=\"2\"", "nbobjs=\"3\""), "m.xml:18: indexes: \"2 objects\": expected 3, as nbobjs says");
    EXPECT_EQ(refused("50000 1 <", "50000 <"), "m.xml:18: u64values: \"3 numbers\": expected 4, each object to each");
    EXPECT_EQ(refused("50000 1 <", "5O000 1 <"), "m.xml:20: u64values: \"5O000\": expected a whole number up to 10^12");
    EXPECT_EQ(refused("50000 1 <", "50000 1 1 <"), "m.xml:20: u64values: \"1\": expected 4 numbers, as nbobjs says");
    EXPECT_EQ(refused("OSDev:", "OSDev "), "m.xml:19: indexes: \"OSDev\": expected a type and a number, as OSDev:802");
    EXPECT_EQ(
        refused("</topology>", ""),
        "m.xml:22: document: \"Start-end tags mismatch\": expected XML that is whole, from <topology> to </topology>");
    EXPECT_EQ(refused("version=\"2.0\"", "version=\"4.0\""),
              "m.xml:3: version: \"4.0\": expected hwloc's XML of version 1, 2 or 3");
    EXPECT_EQ(refused("<object type=\"Core\"", "<objekt/><object type=\"Core\""),
              "m.xml:5: element: \"objekt\": expected object, info, page_type, userdata or distances");
    EXPECT_EQ(refused("gp_index=\"104\"", "gp_index=\"103\""), "accepted"); // of another type
    EXPECT_EQ(refused("gp_index=\"105\"", "gp_index=\"103\""),
              "m.xml:8: gp_index: \"103\": expected a number that no other object of its type has");
    std::string damaged = whole;
    damaged.replace(damaged.find("0000:03:00.0"), 12, "03");
    const auto described = io::describe_hwloc("m.xml", damaged);
    ASSERT_TRUE(described) << described.error().message();
    EXPECT_TRUE(described->nics.empty());
    EXPECT_EQ(described->left_out,
              (std::vector<io::left_out_text>{{10, "03", "an adapter whose pci_busid is no place on PCI"}}));
}

TEST(read_hwloc, has_limits) {
    const auto with = [](int count, const auto& add) {
        document all;
        for (int n = 0; n < count; ++n) add(all);
        return io::describe_hwloc("m.xml", machine(all.text, ""));
    };
    const auto gpu = [](document& all) { all.gpu(); };
    EXPECT_TRUE(with(32, gpu));
    EXPECT_EQ(with(33, gpu).error().message(), "m.xml:38: GPUs: \"33\": expected at most 32 on a node");
    std::string many;
    for (int n = 0; n < 257; ++n)
        many.append("<object type=\"PCIDev\" pci_busid=\"00")
            .append(n < 200 ? "00" : "01")
            .append(":")
            .append(1, "0123456789abcdef"[n % 200 / 16])
            .append(1, "0123456789abcdef"[n % 16])
            .append(":00.0\" pci_type=\"0200 [15b3:101e] [15b3:0007] 00\"/>");
    const auto functions = io::describe_hwloc("m.xml", machine(many, ""));
    ASSERT_TRUE(functions) << functions.error().message();
    EXPECT_EQ(functions->nics.size(), 256U);
    ASSERT_EQ(functions->left_out.size(), 1U);
    EXPECT_EQ(functions->left_out[0].text, "1 adapters");
    std::string deep;
    for (int n = 0; n < 10'000; ++n) deep.append("<object type=\"Bridge\">");
    for (int n = 0; n < 10'000; ++n) deep.append("</object>");
    const auto nested = io::describe_hwloc("m.xml", machine(deep, ""));
    ASSERT_FALSE(nested);
    EXPECT_EQ(nested.error().message(), "m.xml:6: object: \"65\": expected at most 64 objects within each other");
}

// A damaged file is an error or a topology that can be; whatever is damaged.
TEST(read_hwloc, survives_each_cut_and_each_changed_character) {
    const std::string whole = linked_pair();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        EXPECT_FALSE(io::parse_hwloc("m.xml", whole.substr(0, at)) && at + 12 < whole.size()) << at;
        for (const char c : {'<', '"', '0', 'x', ' '}) {
            std::string text = whole;
            text[at] = c;
            const auto told = io::parse_hwloc("m.xml", text);
            if (told)
                EXPECT_FALSE(topology_error(*told)) << text;
            else
                EXPECT_LT(told.error().message().size(), 300U) << text;
        }
    }
}
