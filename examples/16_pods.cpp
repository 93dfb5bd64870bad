// SPDX-License-Identifier: Apache-2.0
// A claim of two MIG instances on one GPU, a pod with an init container, and a gang that goes where another one is.
#include <gpupack/plan/place_compound.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <iostream>

using namespace gpupack::literals;

int main() {
    gpupack::cluster_builder builder;
    builder.domains(gpupack::domain_tree_builder{{"rack"}}.add("a", "rack").add("b", "rack").build().value());
    const gpupack::node_spec spec{.cpu = 32_cores, .memory = 256_GiB, .gpus = {2, gpupack::models::a100_80gb}};
    builder.add_nodes(2, spec, "a").add_nodes(2, spec, "b");
    gpupack::scheduler scheduler{std::move(builder).build().value(), gpupack::policy::best_fit{}};
    const auto profile = [&](const char* name) { return gpupack::mig_profile(scheduler.cluster().models(), name).value(); };

    // A claim with two requests that must be served by one GPU.
    const gpupack::request_part large{{.gpus = 1, .share = profile("4g.40gb")}};
    const gpupack::request_part small{.request = {.gpus = 2, .share = profile("1g.10gb")}, .shares_may_meet = true};
    const gpupack::compound_request claim{.parts = {large, small}, .relations = {{0, 1, gpupack::gpu_relation::same}}};
    const auto placed = gpupack::plan::place_compound(scheduler, claim);
    if (!placed) return 1;
    for (const gpupack::placement& each : *placed)
        if (!each.gpus.empty())
            std::cout << "an instance on GPU " << each.gpus.lowest() << " of node " << each.node.number() << ", start "
                      << scheduler.cluster().instance_on(each, 0, gpupack::sharing::mig).start << '\n';

    // The GPU of the init container is used again by the main one; of the CPU, the larger amount is booked.
    const gpupack::compound_request pod{.parts = {{{.cpu = 8_cores, .gpus = 1}, gpupack::part_phase::init},
                                                  {{.cpu = 4_cores, .gpus = 1}, gpupack::part_phase::main}}};
    const auto bound = gpupack::plan::place_compound(scheduler, pod);
    if (!bound) return 1;
    std::cout << bound->size() << " bookings for the pod\n";

    // Two gangs in one rack.
    gpupack::gang job{.parts = {{{.gpus = 1}, 1}}, .level = "rack", .required = true};
    const auto first = gpupack::plan::place_gang(scheduler, job);
    if (!first) return 1;
    job.domain = scheduler.cluster().domains()[first->domain].name;
    const auto second = gpupack::plan::place_gang(scheduler, job);
    std::cout << "rack " << job.domain << (second ? " holds both gangs\n" : " has no room for the second gang\n");
    return 0;
}
