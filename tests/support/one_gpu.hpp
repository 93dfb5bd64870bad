// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/request/instances.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <string>
#include <vector>

/// A cluster of one node with A100s of 40 GB.
inline gpupack::cluster a100s(int count) {
    using namespace gpupack;
    return cluster_builder{}.add_nodes(1, {64_cores, 64_GiB, {count, models::a100_40gb}}).build().value();
}

/// A request for one instance of a profile of the cluster.
inline gpupack::request one_of(const gpupack::cluster& on, const char* profile) {
    return {.gpus = 1, .share = gpupack::mig_profile(on.models(), profile).value()};
}

/// Where each of a list of profiles goes, one after the other: "0@4" is GPU 0, start 4; "-" is refused.
template <class Policy>
std::string placed_in_order(const Policy& policy, int gpus, const std::vector<const char*>& profiles) {
    gpupack::scheduler by{a100s(gpus), policy};
    std::string text;
    for (const char* profile : profiles) {
        if (!text.empty()) text += " ";
        const auto placed = by.try_place(one_of(by.cluster(), profile));
        if (!placed) {
            text += "-";
            continue;
        }
        text.append(std::to_string(placed->gpus.lowest())).append("@");
        text.append(std::to_string(by.cluster().instance_on(*placed, 0, gpupack::sharing::mig).start));
    }
    return text;
}

/// A mix of the plain profiles, by weight.
inline gpupack::task_mix mix_of(const std::vector<std::pair<const char*, int>>& weights) {
    const gpupack::cluster on = a100s(1);
    gpupack::task_mix mix;
    for (const auto& [profile, weight] : weights) mix.add(one_of(on, profile), weight);
    return mix;
}
