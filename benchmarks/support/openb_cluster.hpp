// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// What the benchmarks run on: clusters of any size with the node shapes of openb, and its tasks arriving at
/// random.
namespace openb_cluster {

/// The tasks of openb.
inline const gpupack::workload::workload& workload() {
    static const gpupack::workload::workload trace = gpupack::workload::openb();
    return trace;
}

/// That many idle nodes, of openb's shapes in openb's proportions, in random order.
inline gpupack::cluster idle(std::size_t nodes) {
    const auto& known = workload().nodes;
    gpupack::random_stream random{nodes};
    std::vector<std::size_t> order(known.size());
    gpupack::cluster_builder builder{workload().models};
    for (std::size_t i = 0; i < nodes; ++i) {
        if (i % known.size() == 0) {
            for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
            gpupack::shuffle(order, random);
        }
        builder.add_nodes(1, known[order[i % known.size()]].spec);
    }
    return std::move(builder).build().value();
}

/// Tasks drawn at random from the workload.
class arrivals {
  public:
    explicit arrivals(std::uint64_t seed) : random_{seed} {}
    const gpupack::request& next() { return workload().tasks[random_.below(workload().tasks.size())].request; }
    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

  private:
    gpupack::random_stream random_;
};

/// A cluster in use, and what is placed on it.
struct in_use {
    gpupack::cluster on;
    std::vector<gpupack::placement> live;
};

/// The cluster with tasks placed by the policy until that much of its compute is in use.
template <class Policy> in_use filled(std::size_t nodes, const Policy& by, int percent) {
    gpupack::scheduler scheduler{idle(nodes), by, gpupack::search::indexed{}};
    const std::int64_t wanted = scheduler.cluster().compute().count() / 100 * (100 - percent);
    arrivals tasks{1};
    std::vector<gpupack::placement> live;
    while (scheduler.cluster().compute_free().count() > wanted)
        if (const auto placed = scheduler.try_place(tasks.next())) live.push_back(*placed);
    return {scheduler.cluster(), std::move(live)};
}

} // namespace openb_cluster
