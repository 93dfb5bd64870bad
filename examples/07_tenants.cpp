// SPDX-License-Identifier: Apache-2.0
// Promises parts of a cluster to tenants, lends what they do not use, and takes it back when they need it.
#include <gpupack/gpupack.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/virtual_clusters.hpp>
#include <gpupack/topology/machines.hpp>

#include <iostream>
#include <map>
#include <vector>

namespace plan = gpupack::plan;

namespace {

/// Cells of 1, 2, 4 and 8 GPUs, for a cluster whose nodes have 8 GPUs each.
plan::cell_chain cells_of(const gpupack::cluster& cluster) {
    std::vector<plan::gpu_place> gpus;
    for (std::uint32_t n = 0; n < cluster.size(); ++n)
        for (int i = 0; i < 8; ++i) gpus.push_back({gpupack::node_id{n}, i});
    const std::vector<plan::cell_level> levels = {{"gpu", 1}, {"pair", 2}, {"quad", 2}, {"node", 2}};
    return plan::cell_chain::make(levels, static_cast<std::int64_t>(cluster.size()), std::move(gpus)).value();
}

} // namespace

int main() {
    gpupack::cluster cluster =
        gpupack::cluster_builder{}.add_nodes(4, gpupack::machines::dgx_h100()).build().value();
    gpupack::scheduler scheduler{std::move(cluster), gpupack::policy::best_fit{}, gpupack::search::indexed{}};

    // Cells promised to each tenant, by level: single GPUs, pairs, quads, nodes.
    const std::vector<plan::tenant> promised = {{.name = "vision", .promised = {0, 0, 0, 2}},
                                                {.name = "speech", .promised = {0, 0, 2, 1}}};
    auto created = plan::virtual_clusters::make(cells_of(scheduler.cluster()), promised);
    if (!created) {
        std::cerr << created.error().message() << '\n';
        return 1;
    }
    plan::virtual_clusters& tenants = *created;

    // The GPUs of a granted cell are booked on the cluster, so that the scheduler sees them in use.
    std::map<std::uint32_t, std::vector<gpupack::placement>> placements; // by the slot of the lease
    const auto take = [&](const plan::cell_grant& granted) {
        for (const plan::cell_lease ended : granted.evicted) {
            for (const gpupack::placement& each : placements[ended.slot]) scheduler.release(each);
            placements.erase(ended.slot);
        }
        for (const auto& [node, gpus] : tenants.chain().gpus_of(granted.where))
            placements[granted.lease.slot].push_back(scheduler.take({node, gpus, {}}, {.gpus = gpus.size()}));
    };

    // The tenants do not need their nodes yet, so a borrower gets three of them.
    const int node = *tenants.chain().level_named("node");
    for (int i = 0; i < 3; ++i) take(tenants.borrow(node).value());
    std::cout << tenants.idle(node) << " node is idle, " << tenants.claimable(0, node)
              << " are promised to vision\n";

    // Vision claims its promise: it gets the idle node, and then one that a borrower has to leave.
    for (int i = 0; i < 2; ++i) {
        const auto granted = tenants.allocate(0, node);
        if (!granted) return 1;
        std::cout << "vision gets node " << tenants.chain().gpus_of(granted->where)[0].first.number() << ", "
                  << granted->evicted.size() << " evicted\n";
        take(*granted);
    }
    const auto refused = tenants.allocate(0, node);
    if (!refused) std::cout << refused.error().message() << '\n';
    return refused ? 1 : 0;
}
