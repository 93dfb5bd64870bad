// SPDX-License-Identifier: Apache-2.0
// Cuts GPUs anew by MIG for the requests that wait: what to destroy and what to create, in the order of the driver.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/repartition.hpp>

#include <iostream>
#include <vector>

int main() {
    using namespace gpupack;
    gpu_setup sevenths; // seven 1g instances on each GPU, which are neither created nor destroyed by a scheduler
    sevenths.only = sharing::mig;
    for (int start = 0; start < 7; ++start) sevenths.instances.push_back({"1g.10gb", start});
    scheduler scheduler{cluster_builder{}.add_nodes(1, {.cpu = 64_cores, .gpus = {2, models::a100_80gb, sevenths}}).build().value(),
                        policy::first_fit{}};
    const cluster& cluster = scheduler.cluster();
    if (!scheduler.try_place({.gpus = 1, .share = mig_profile(cluster.models(), "1g.10gb").value()})) return 1;

    task_mix queue;
    queue.add({.gpus = 1, .share = mig_profile(cluster.models(), "3g.40gb").value()}, 3);

    // What stands, what the queue wants, and the actions of the driver.
    const std::vector<plan::standing_gpu> gpus = plan::standing_gpus(cluster);
    const auto goals = plan::instance_goals_of(cluster.models(), queue, queue.total());
    const plan::repartition_plan cuts = plan::repartition(gpus, goals);

    std::cout << cuts.destroyed << " instances are destroyed and " << cuts.created << " created\n";
    std::vector<plan::standing_gpu> cut = gpus;
    for (const plan::instance_step& step : cuts.steps) {
        const partition_slot& slot = gpus[step.gpu].table->slots[step.slot];
        const bool creates = step.kind == plan::instance_step::action::create;
        std::cout << "GPU " << gpus[step.gpu].gpu << ": " << (creates ? "create " : "destroy ")
                  << gpus[step.gpu].table->profiles[slot.profile].name.view() << " at " << int{slot.start} << '\n';
        if (!plan::apply(cut, step)) return 1;
    }
    return cuts.best && plan::value_of_instances(cut, goals) == cuts.start + cuts.gain ? 0 : 1;
}
