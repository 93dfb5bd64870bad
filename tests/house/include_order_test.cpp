// SPDX-License-Identifier: Apache-2.0
// Data flows one way: a room includes only itself and the rooms above it, and foreign headers stay where they
// belong.

#include "source_tree.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace {

using house::complaints;
using house::source;

// From top to bottom.
const std::vector<std::string> rooms = {"core",   "topology", "request",   "state", "fit", "policy",
                                        "search", "cuda",     "scheduler", "plan",  "io",  "nvml", "replay"};

const std::string library = "gpupack/";

/// "state" of gpupack/state/node_view.hpp, "scheduler" of gpupack/scheduler.hpp.
std::string room_of(const std::string& path) {
    const std::string inside = path.substr(path.find(library) + library.size());
    return inside.substr(0, inside.find_first_of("/."));
}

std::optional<std::size_t> depth_of(const std::string& room) {
    const auto found = std::find(rooms.begin(), rooms.end(), room);
    if (found == rooms.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rooms.begin());
}

/// What an #include line names, with its first bracket or quote; nothing for other lines.
std::optional<std::string> included(std::string_view line) {
    line = house::trimmed(line);
    if (!line.starts_with('#')) return std::nullopt;
    line = house::trimmed(line.substr(1));
    if (!line.starts_with("include")) return std::nullopt;
    line = house::trimmed(line.substr(7));
    const std::size_t end = line.find_first_of(">\"", 1);
    return std::string{line.substr(0, end)};
}

bool starts_with_any(const std::string& name, std::initializer_list<const char*> starts) {
    return std::any_of(starts.begin(), starts.end(), [&](const char* start) { return name.starts_with(start); });
}

/// Why a header from outside the library may not be included here; empty where it may.
std::string objection_to_foreign(const std::string& name, const std::string& room, bool runs_on_device) {
    if (starts_with_any(name, {"nlohmann/", "rapidjson/", "simdjson", "pugixml", "tinyxml2", "rapidxml"}) &&
        room != "io")
        return "JSON and XML are read in io/ only";
    if (name.starts_with("hwloc") && room != "io") return "hwloc belongs to io/ only";
    if (name.starts_with("dlfcn") && room != "nvml") return "libraries are loaded in nvml/ only";
    if (starts_with_any(name, {"thrust/", "cub/", "cuda", "nv/"}) && room != "cuda")
        return "CUDA headers belong to cuda/ only";
    if (starts_with_any(name, {"Eigen/", "unsupported/Eigen"})) {
        if (room == "core" || room == "request" || room == "state" || room == "fit")
            return "Eigen stays out of " + room + "/";
        if (runs_on_device) return "Eigen stays out of a file that names GPUPACK_HD";
    }
    if (starts_with_any(name, {"tbb/", "oneapi/"}) && room != "search" && room != "plan")
        return "threads belong to search/ and plan/ only";
    if (starts_with_any(name, {"fmt/", "CLI/", "gtest/", "benchmark/", "rapidcheck"}))
        return "this library is for programs and tests only";
    return {};
}

/// Why the file may not include that; empty where it may.
std::string objection(const std::string& room, const std::string& name, bool runs_on_device) {
    if (name.starts_with('"')) return "write #include <gpupack/...>";
    const std::string header = name.substr(1);
    if (!header.starts_with(library)) return objection_to_foreign(header, room, runs_on_device);

    const bool gathers = room == "gpupack" || room == "fwd";
    if (header == "gpupack/gpupack.hpp") return "nothing includes the umbrella";
    if (header == "gpupack/fwd.hpp") return room == "gpupack" ? "" : "only the umbrella includes gpupack/fwd.hpp";
    const std::string target = room_of(header);
    const auto below = depth_of(target);
    if (!below) return "room " + target + " is not in the list of rooms";
    if (gathers) {
        const bool optional = target == "io" || target == "cuda" || target == "nvml" || target == "replay";
        return room == "gpupack" && optional ? "the umbrella leaves out the optional room " + target : "";
    }
    const auto here = depth_of(room);
    if (!here) return "room " + room + " is not in the list of rooms";
    return *below <= *here ? "" : room + " stands above " + target;
}

complaints check_includes(const source& file) {
    complaints found;
    const std::string room = room_of(file.path);
    const bool runs_on_device = std::any_of(file.lines.begin(), file.lines.end(), [](const std::string& line) {
        return line.find("GPUPACK_HD") != std::string::npos;
    });
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const auto name = included(file.lines[i]);
        if (!name) continue;
        const std::string why = objection(room, *name, runs_on_device);
        if (!why.empty()) found.push_back(house::at_line(file, i, why));
    }
    return found;
}

TEST(include_order, holds_in_the_library) {
    const auto headers = house::headers();
    ASSERT_FALSE(headers.empty());
    complaints all;
    for (const source& file : headers) {
        const complaints found = check_includes(file);
        all.insert(all.end(), found.begin(), found.end());
    }
    EXPECT_TRUE(all.empty()) << house::joined(all);
}

std::size_t complaints_about(const std::string& path, const std::string& text) {
    return check_includes(house::made_up("include/gpupack/" + path, text)).size();
}

TEST(include_order, allows_what_stands_above) {
    EXPECT_EQ(complaints_about("policy/a.hpp", "#include <gpupack/core/units.hpp>\n#include <vector>\n"), 0U);
    EXPECT_EQ(complaints_about("policy/a.hpp", "#include <gpupack/policy/detail/table.inc>\n"), 0U);
    EXPECT_EQ(complaints_about("policy/a.hpp", "#include <Eigen/Core>\n"), 0U);
    EXPECT_EQ(complaints_about("replay/a.hpp", "#include <gpupack/scheduler.hpp>\n"), 0U);
    EXPECT_EQ(complaints_about("io/a.hpp", "#include <nlohmann/json.hpp>\n"), 0U);
    EXPECT_EQ(complaints_about("gpupack.hpp", "#include <gpupack/fwd.hpp>\n#include <gpupack/scheduler.hpp>\n"),
              0U);
}

TEST(include_order, refuses_what_stands_below) {
    EXPECT_EQ(complaints_about("core/a.hpp", "#include <gpupack/state/cluster.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("search/a.hpp", "  #  include <gpupack/scheduler.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("scheduler.hpp", "#include <gpupack/plan/gang.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("scheduler.hpp", "#include <gpupack/attic/old.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("attic/a.hpp", "#include <gpupack/core/units.hpp>\n"), 1U);
}

TEST(include_order, refuses_gatherers_and_quotes) {
    EXPECT_EQ(complaints_about("replay/a.hpp", "#include <gpupack/gpupack.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("replay/a.hpp", "#include <gpupack/fwd.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("gpupack.hpp", "#include <gpupack/workload/trace.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("replay/a.hpp", "#include \"run.hpp\"\n"), 1U);
}

TEST(include_order, refuses_foreign_headers_out_of_place) {
    EXPECT_EQ(complaints_about("replay/a.hpp", "#include <nlohmann/json_fwd.hpp>\n"), 1U);
    EXPECT_EQ(complaints_about("state/a.hpp", "#include <Eigen/Core>\n"), 1U);
    EXPECT_EQ(complaints_about("policy/a.hpp", "#include <Eigen/Core>\nGPUPACK_HD int f();\n"), 1U);
    EXPECT_EQ(complaints_about("policy/a.hpp", "#include <thrust/sort.h>\n"), 1U);
    EXPECT_EQ(complaints_about("search/a.hpp", "#include <cuda/std/span>\n"), 1U);
    EXPECT_EQ(complaints_about("core/a.hpp", "#include <fmt/core.h>\n"), 1U);
}

} // namespace
