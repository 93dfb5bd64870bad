// SPDX-License-Identifier: Apache-2.0
// Times gpupack's allocator on the cases that the oracle reads, as `oracle -repeat` does: {"id", "kept_us", "anew_us"}, one a line.
//
//     g++ -std=c++20 -O2 -DNDEBUG -Iinclude tests/oracles/dra/timing/timing.cpp -lpugixml -lz -o timing
//
// kept: an allocation where the devices of the node and what is in use of them are kept, as gpupack-extender keeps them; selectors are
// compiled, and evaluated each time. anew: both are gathered each time too, which is what Kubernetes' Allocate does with the devices.
#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>
#include <gpupack/io/kubernetes/read_dra_objects.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace dra = gpupack::dialect::dra;

template <class Call> double microseconds_of(int repeat, const Call& call) {
    std::array<double, 9> rounds{};
    for (double& round : rounds) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < repeat; ++i) call();
        round = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / repeat;
    }
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

nlohmann::json time_of(const nlohmann::json& question, int repeat) {
    const auto objects = gpupack::io::read_dra_objects(question.at("list")).value();
    const dra::kubernetes_node& node = objects.nodes.at(0);
    const auto claims = gpupack::io::part_claims(objects.claims);
    dra::device_allocator allocator{objects.classes};
    std::size_t sum = 0;
    const auto allocate = [&](const dra::node_devices& devices, const dra::node_use& use) {
        sum += allocator.allocate(devices, use, claims.open).steps;
    };
    const auto devices = dra::node_devices::gather(objects.slices, node).value();
    const dra::node_use use{devices, claims.in_use};
    const double kept = microseconds_of(repeat, [&] { allocate(devices, use); });
    const double anew = microseconds_of(repeat, [&] {
        const auto fresh = dra::node_devices::gather(objects.slices, node).value();
        allocate(fresh, dra::node_use{fresh, claims.in_use});
    });
    const bool allocated = allocator.allocate(devices, use, claims.open).allocated;
    return {{"id", question.at("id")},
            {"outcome", allocated ? "allocated" : "none"},
            {"kept_us", kept},
            {"anew_us", anew},
            {"steps", sum}};
}

} // namespace

int main(int argc, char** argv) {
    const int repeat = argc > 1 ? std::atoi(argv[1]) : 100;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << time_of(nlohmann::json::parse(line), repeat).dump() << "\n";
}
