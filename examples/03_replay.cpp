// SPDX-License-Identifier: Apache-2.0
// Replays the built-in workload under two policies.
#include <gpupack/gpupack.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/replay/run.hpp>

#include <iostream>

namespace {

constexpr std::uint64_t seed = 42;

template <class Policy> double allocated_under(const gpupack::workload::workload& workload, const Policy& policy) {
    const auto node_order = gpupack::workload::draw_node_order(workload.nodes.size(), seed);
    const auto arrivals = gpupack::workload::draw_arrivals(workload, seed, 1300); // until 130 % of the GPUs are requested

    gpupack::scheduler scheduler{workload.build(node_order).value(), policy};
    return gpupack::replay::run(scheduler, workload.tasks, arrivals).allocated_percent;
}

} // namespace

int main() {
    const gpupack::workload::workload workload = gpupack::workload::openb();
    const double first_fit = allocated_under(workload, gpupack::policy::first_fit{});
    const double fgd = allocated_under(workload, gpupack::policy::fgd{workload.mix().typical(95)});
    std::cout << "first-fit " << first_fit << " %, fgd " << fgd << " % of the GPUs allocated\n";
    return fgd > first_fit ? 0 : 1;
}
