// SPDX-License-Identifier: Apache-2.0
// Shares GPUs as MIG instances, vGPUs and slices in percent, and describes a GPU model that is not in the catalogue.
#include <gpupack/gpupack.hpp>

#include <iostream>

namespace {

// A GPU with two units: one profile takes half of it, at either unit, and one takes all of it.
constexpr gpupack::mig::profile halves[] = {{.name = "1g.24gb",
                                             .compute_slices = 1,
                                             .size = 1,
                                             .starts = 0b11,
                                             .max_instances = 2,
                                             .memory = gpupack::mebibytes{24000}},
                                            {.name = "2g.48gb",
                                             .compute_slices = 2,
                                             .size = 2,
                                             .starts = 0b01,
                                             .max_instances = 1,
                                             .memory = gpupack::mebibytes{48000}}};
constexpr gpupack::gpu_model own_model{
    .model = "B42", .memory = gpupack::mebibytes{49152}, .mig = {halves, 2, 2, 2}};

} // namespace

int main() {
    using namespace gpupack::literals;
    using gpupack::sharing;

    gpupack::cluster cluster =
        gpupack::cluster_builder{}
            .add_nodes(2, {.cpu = 64_cores, .memory = 512_GiB, .gpus = {4, gpupack::models::a100_80gb}})
            .add_nodes(1, {.cpu = 64_cores, .memory = 512_GiB, .gpus = {4, gpupack::models::a10}})
            .add_nodes(1, {.cpu = 64_cores, .memory = 512_GiB, .gpus = {2, own_model, {.only = sharing::mig}}})
            .build()
            .value();

    // Names and amounts are resolved to profiles of the cluster's models.
    const gpupack::model_table& models = cluster.models();
    const auto by_name = gpupack::mig_profile(models, "3g.40gb").value();
    const auto by_need = gpupack::mig_at_least(models, 15_GiB, 200_milli).value(); // the smallest profile that has both
    const auto quarter = gpupack::vgpu_fraction(models, 4).value();

    gpupack::task_mix expected;
    expected.add({.gpus = 1, .share = by_name}, 30);
    expected.add({.gpus = 1, .share = by_need}, 70);
    gpupack::scheduler scheduler{std::move(cluster), gpupack::policy::mig_scarcity{expected}};

    for (const gpupack::instance& instance : {by_name, by_need, quarter}) {
        const auto placed = scheduler.place({.cpu = 4_cores, .gpus = 1, .share = instance});
        if (!placed) return 1;
        const auto created = scheduler.cluster().instance_on(*placed, 0, instance.way);
        std::cout << "node " << placed->node.number() << ", GPU " << placed->gpus.lowest() << ": "
                  << created.profile.view() << " at " << created.start << '\n';
    }
    const auto third = scheduler.place({.gpus = 1, .share = gpupack::slice{.memory_percent = 33}});
    const auto unknown = gpupack::mig_profile(scheduler.cluster().models(), "5g.60gb");
    std::cout << unknown.error().message() << '\n';
    return third ? 0 : 1;
}
