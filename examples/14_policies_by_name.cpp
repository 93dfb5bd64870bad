// SPDX-License-Identifier: Apache-2.0
// Chooses policies by name at run time, and keeps two of them side by side over one cluster.
#include <gpupack/any_scheduler.hpp>
#include <gpupack/gpupack.hpp>
#include <gpupack/presets.hpp>

#include <iostream>
#include <string>

using namespace gpupack::literals;

int main(int argc, char** argv) {
    const std::string name = argc > 1 ? argv[1] : "hami-binpack-spread";
    const auto first = gpupack::make_preset(name, {});
    const auto second = gpupack::make_preset("k8s-exclusive", {});
    if (!first) {
        std::cerr << first.error().message() << '\n'; // lists the names that there are
        return 1;
    }
    gpupack::any_scheduler scheduler{
        gpupack::cluster_builder{}
            .add_nodes(10, {.cpu = 96_cores, .memory = 768_GiB, .gpus = {8, gpupack::models::a100_80gb}})
            .build()
            .value(),
        *first, name};
    const gpupack::policy_id whole = scheduler.add_policy("k8s-exclusive", *second);

    // The first policy places in slices; the other one gives the same request a whole GPU.
    const gpupack::request request{.cpu = 8_cores, .gpus = 1, .share = gpupack::slice{20_GiB, 250_milli}};
    for (const gpupack::policy_id policy : {gpupack::policy_id{}, whole}) {
        const auto placed = scheduler.place(request, policy);
        if (!placed) return 1;
        std::cout << scheduler.name(policy) << ": node " << placed->node.number() << ", GPU "
                  << placed->gpus.lowest() << '\n';
    }
    std::cout << scheduler.cluster().rounding_overhead().count() << " milli-GPUs are held but not asked for\n";
    return scheduler.cluster().rounding_overhead() == 750_milli ? 0 : 1;
}
