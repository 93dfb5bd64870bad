// SPDX-License-Identifier: Apache-2.0
// Describes the links between GPUs and the racks of nodes, and places a training job close together.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/topology/machines.hpp>

#include <iostream>

int main() {
    using namespace gpupack::literals;

    gpupack::node_spec machine{.cpu = 64_cores, .memory = 512_GiB, .gpus = {4, gpupack::models::a100_80gb}};
    machine.topology = gpupack::wired({{.numa = 0}, {.numa = 0}, {.numa = 1}, {.numa = 1}});
    gpupack::add_nvlinks(*machine.topology, 0, 1, 12); // a bridge
    gpupack::add_nvlinks(*machine.topology, 2, 3, 12);

    const gpupack::domain_tree racks =
        gpupack::domain_tree_builder{{"rack"}}.add("r1", "rack").add("r2", "rack").build().value();
    auto built = gpupack::cluster_builder{}
                     .domains(racks)
                     .add_nodes(2, machine, "r1")
                     .add_nodes(4, gpupack::machines::dgx_h100(), "r2")
                     .build();
    if (!built) {
        std::cerr << built.error().message() << '\n';
        return 1;
    }
    const auto policy = then(gpupack::policy::link_preserve{}, gpupack::policy::best_fit{});
    gpupack::scheduler scheduler{*std::move(built), policy, gpupack::search::indexed{}};

    // First one GPU, then two: the first placement keeps a bridged pair intact for the second.
    const auto one = scheduler.place({.gpus = 1, .models = scheduler.cluster().models().select("A100-80GB").value()});
    const auto two = scheduler.place({.gpus = 2, .models = scheduler.cluster().models().select("A100-80GB").value()});
    if (!one || !two) return 1;
    std::cout << "one on node " << one->node.number() << ", GPU " << one->gpus.lowest() << "; two on node "
              << two->node.number() << ", GPUs from " << two->gpus.lowest() << '\n';

    const gpupack::gang job{.parts = {{{.cpu = 32_cores, .gpus = 8}, 3}}, .level = "rack", .required = true};
    const auto placed = gpupack::plan::place_gang(scheduler, job);
    if (!placed) {
        std::cerr << placed.error().message() << '\n';
        return 1;
    }
    std::cout << placed->members.size() << " members in " << scheduler.cluster().domains()[placed->domain].name << '\n';
    gpupack::plan::release_gang(scheduler, *placed);
    return 0;
}
