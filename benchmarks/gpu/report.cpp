// SPDX-License-Identifier: Apache-2.0
#include "figure.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>

namespace cuda_benchmark {
namespace {

/// Seconds in the unit that suits.
std::string time_text(double seconds) {
    if (seconds < 1e-3) return fmt::format("{:.1f} us", 1e6 * seconds);
    if (seconds < 1) return fmt::format("{:.2f} ms", 1e3 * seconds);
    return fmt::format("{:.2f} s", seconds);
}

} // namespace

void print(const card& on, const ceilings& limits, const std::vector<figure>& figures) {
    fmt::print("{}, compute capability {}.{}, {} multiprocessors, {:.0f} GiB\n", on.name, on.capability / 10,
               on.capability % 10, on.multiprocessors, on.memory_gib);
    fmt::print("copy {:.0f} GB/s read and written; {:.2f} T integer operations a second\n\n", limits.copy / 1e9,
               limits.integers / 1e12);
    for (const figure& each : figures) {
        fmt::print("{}\n    {} (median of {})", each.name, time_text(each.seconds), each.repeats);
        if (each.floor > 0)
            fmt::print("; the ceiling allows {} ({}): {:.0f} % of it", time_text(each.floor), each.bound,
                       100 * each.floor / each.seconds);
        fmt::print("\n");
        for (const figure::other& other : each.beside)
            fmt::print("    {}: {}, {:.2f} times as long\n", other.name, time_text(other.seconds),
                       other.seconds / each.seconds);
    }
}

bool write_json(const std::string& path, const card& on, const ceilings& limits, const std::vector<figure>& figures) {
    nlohmann::ordered_json all;
    all["card"] = {{"name", on.name},
                   {"compute_capability", on.capability},
                   {"multiprocessors", on.multiprocessors},
                   {"memory_gib", on.memory_gib}};
    all["ceilings"] = {{"copy_bytes_per_second", limits.copy}, {"integer_operations_per_second", limits.integers}};
    all["figures"] = nlohmann::ordered_json::array();
    for (const figure& each : figures) {
        nlohmann::ordered_json row = {{"name", each.name}, {"seconds", each.seconds}, {"repeats", each.repeats}};
        if (each.floor > 0) {
            row["floor_seconds"] = each.floor;
            row["bound"] = each.bound;
            row["share_of_ceiling"] = each.floor / each.seconds;
        }
        row["beside"] = nlohmann::ordered_json::object();
        for (const figure::other& other : each.beside) row["beside"][other.name] = other.seconds;
        all["figures"].push_back(row);
    }
    if (path == "-") {
        std::cout << all.dump(2) << '\n';
        return true;
    }
    std::ofstream out{path};
    out << all.dump(2) << '\n';
    return static_cast<bool>(out.flush());
}

} // namespace cuda_benchmark
