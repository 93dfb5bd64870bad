// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/io/kubernetes/gpu_inventory.hpp>
#include <gpupack/io/kubernetes/read_dra_objects.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace audit_program {

namespace io = gpupack::io;

/// GPU memory of the nodes of one system, in its unit.
struct memory_totals {
    std::int64_t total = 0;
    std::int64_t used = 0;
    std::int64_t free = 0;                          ///< What some request that pods make today could still take.
    std::map<std::string, std::int64_t> stranded{}; ///< Free, but of no use now, by cause.
    std::int64_t largest = 0;                       ///< The largest request for memory of one GPU that fits.
    std::int64_t occupied = 0;                      ///< GPUs with a task.
};

/// Counted resources of all nodes.
struct count_totals {
    std::int64_t total = 0;
    std::int64_t used = 0;
    std::int64_t largest = 0; ///< Most that is free on one node: the largest request that fits.
};

/// A pod that waits for GPUs.
struct waiting_pod {
    std::string name;
    std::string request; ///< In words.
    std::int64_t fitting_nodes =
        0;                ///< Nodes where its GPUs would fit now; CPU, memory, taints and affinity are not looked at.
    std::string reason{}; ///< Where it fits nowhere: why, and the smallest change that would help.
};

/// The devices of a node in DRA.
struct dra_node {
    std::string name;
    std::string driver;
    std::int64_t devices = 0;  ///< Published: whole GPUs and partitions.
    std::int64_t used = 0;     ///< In claims.
    std::int64_t takeable = 0; ///< That a claim could take now: free, and their counters suffice.
    std::int64_t blocked = 0;  ///< Free, but their counters are used up by others.
};

/// What the same pods would occupy under a policy, in orders drawn at random.
struct repacking {
    std::string policy;   ///< With the system.
    double mean = 0;      ///< GPUs with a task.
    double deviation = 0; ///< Over the orders.
    int orders = 0;
    double lost = 0; ///< Pods that found no place, on average.
};

/// All that is said about a cluster.
struct report {
    io::gpu_inventory inventory;
    std::map<std::string, memory_totals> memory{}; ///< By system.
    std::map<std::string, count_totals> counts{};  ///< By resource.
    std::vector<waiting_pod> waiting{};
    std::vector<dra_node> dra{};
    std::vector<repacking> repackings{};
};

/// Adds up what a cluster holds.
[[nodiscard]] report audit(io::gpu_inventory inventory, const io::dra_objects& objects);

/// Places the shares of the inventory anew under several policies.
[[nodiscard]] std::vector<repacking> repack(const io::gpu_inventory& inventory, int orders);

[[nodiscard]] std::string table_text(const report& made);
[[nodiscard]] std::string json_text(const report& made);

} // namespace audit_program
