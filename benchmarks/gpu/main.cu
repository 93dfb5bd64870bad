// SPDX-License-Identifier: Apache-2.0
// What the GPU reaches of what it can do: gpupack_gpu_bench [--only NAME] [--json FILE|-].
#include "measure.cuh"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace cuda_benchmark;

/// The measures, in the order in which they are taken. A new one is a source file, a declaration in measure.cuh, and a
/// line here.
constexpr struct {
    const char* name;
    std::vector<figure> (*take)(const setting&);
} measures[] = {{"binpack", measure_binpack},
                {"fgd", measure_fgd},
                {"decision", measure_decision},
                {"batch", measure_batch},
                {"what-if", measure_what_if}};

int usage() {
    std::fprintf(stderr, "usage: gpupack_gpu_bench [--only NAME] [--json FILE|-], NAME one of");
    for (const auto& each : measures) std::fprintf(stderr, " %s", each.name);
    std::fprintf(stderr, "\n");
    return 2;
}

} // namespace

int main(int count, char** arguments) {
    std::string only;
    std::string json;
    for (int i = 1; i < count; ++i) {
        if (i + 1 == count) return usage();
        if (std::strcmp(arguments[i], "--only") == 0)
            only = arguments[++i];
        else if (std::strcmp(arguments[i], "--json") == 0)
            json = arguments[++i];
        else
            return usage();
    }
    bool known = only.empty();
    for (const auto& each : measures) known = known || only == each.name;
    if (!known) return usage();

    const auto opened = gpupack::gpu::device_space::open();
    if (!opened) {
        std::fprintf(stderr, "gpupack_gpu_bench: no GPU to measure: %s\n", opened.error().message().c_str());
        return 2;
    }
    gpupack::gpu::device_space& on = **opened;
    const auto& device = on.device();
    const ceilings limits = measure_ceilings(on);
    std::vector<figure> figures;
    for (const auto& each : measures) {
        if (!only.empty() && only != each.name) continue;
        const std::vector<figure> taken = each.take({on, limits});
        figures.insert(figures.end(), taken.begin(), taken.end());
        if (const auto problem = on.take_problem(); problem || taken.empty()) {
            std::fprintf(stderr, "gpupack_gpu_bench: %s failed: %s\n", each.name,
                         problem ? problem->message().c_str() : "the GPU was lost on the way");
            return 1;
        }
    }
    const card named{device.name, device.capability, device.multiprocessors,
                     static_cast<double>(device.memory) / (1 << 30)};
    if (json != "-") print(named, limits, figures);
    if (!json.empty() && !write_json(json, named, limits, figures)) {
        std::fprintf(stderr, "gpupack_gpu_bench: cannot write %s\n", json.c_str());
        return 2;
    }
    return 0;
}
