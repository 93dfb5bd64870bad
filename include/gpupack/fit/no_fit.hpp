// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/fit/why_not.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>
#include <ostream>
#include <string>

namespace gpupack::inline GPUPACK_ABI {

/// Why a request fits nowhere now.
///
/// nodes         of the cluster
/// failed        [fit::reason_count]  how many of them fail for which fit::reason; they sum to nodes
/// ever          whether the request would fit the cluster if it were empty: wait if so, reject if not
/// has_nearest   whether any open node has the models and the number of GPUs asked for, to be shared so
/// nearest       what the node that lacks least would have to gain; ties: lower node
struct no_fit {
    std::size_t nodes = 0;
    std::uint32_t failed[fit::reason_count] = {};
    bool ever = false;
    bool has_nearest = false;
    fit::shortfall nearest{};

    /// How many nodes fail for that reason.
    [[nodiscard]] constexpr std::uint32_t count(fit::reason why) const noexcept {
        return failed[static_cast<int>(why)];
    }

    /// One line: "0 of 100 nodes: 61 lack GPU memory, 39 lack CPU; nearest: node 17, 2 GiB of GPU memory short".
    [[nodiscard]] std::string message() const;

    friend std::ostream& operator<<(std::ostream& out, const no_fit& why) { return out << why.message(); }
};

namespace detail {

/// 2048 MiB as "2 GiB", 2049 as "2049 MiB".
[[nodiscard]] inline std::string memory_text(mebibytes memory) {
    const std::int64_t mebi = memory.count();
    return mebi % 1024 == 0 ? std::to_string(mebi / 1024) + " GiB" : std::to_string(mebi) + " MiB";
}

/// 2500 milli-cores as "2.5 cores".
[[nodiscard]] inline std::string cores_text(milli_cpu cpu) {
    std::string text = std::to_string(cpu.count() / 1000);
    if (const std::int64_t rest = cpu.count() % 1000; rest != 0) {
        text.append(".").append(std::to_string(1000 + rest), 1, 3);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + (cpu.count() == 1000 ? " core" : " cores");
}

/// "2 GiB of GPU memory, 1.5 cores".
[[nodiscard]] inline std::string shortfall_text(const fit::shortfall& lack) {
    std::string text;
    const auto add = [&](bool missing, const std::string& what) {
        if (missing) text.append(text.empty() ? "" : ", ").append(what);
    };
    add(lack.gpus > 0, std::to_string(lack.gpus) + (lack.gpus == 1 ? " GPU" : " GPUs"));
    add(lack.compute.count() > 0, std::to_string(lack.compute.count()) + " milli-GPUs");
    add(lack.gpu_memory.count() > 0, memory_text(lack.gpu_memory) + " of GPU memory");
    add(lack.cpu.count() > 0, cores_text(lack.cpu));
    add(lack.memory.count() > 0, memory_text(lack.memory) + " of memory");
    return text;
}

} // namespace detail

inline std::string no_fit::message() const {
    std::string text{"0 of "};
    text.append(std::to_string(nodes)).append(nodes == 1 ? " node" : " nodes");
    const char* separator = ": ";
    for (int i = 1; i < fit::reason_count; ++i) {
        if (failed[i] == 0) continue;
        text.append(separator).append(std::to_string(failed[i])).append(" ");
        text.append(fit::describe(static_cast<fit::reason>(i)));
        separator = ", ";
    }
    if (has_nearest) {
        text.append("; nearest: node ").append(std::to_string(nearest.node.number()));
        text.append(", ").append(detail::shortfall_text(nearest)).append(" short");
    }
    if (!ever) text.append("; it would not fit an empty cluster either");
    return text;
}

namespace fit {

/// Whether the request would fit some node of the cluster if nothing were placed. Cost: a test a node type, or
/// a node where GPUs are asked for by id.
[[nodiscard]] inline bool fits_empty(const cluster& on, const request& request) noexcept {
    if (request.ids.is_any()) {
        for (const node_type& type : on.types())
            if (fits(idle_node{type}.view(), request)) return true;
        return false;
    }
    for (std::uint32_t i = 0; i < on.size(); ++i) // by id, nodes of one kind differ
        if (fits(idle_node{on[node_id{i}].type(), node_id{i}}.view(), request)) return true;
    return false;
}

/// Counts why each node refuses the request, which must fit none of them, and finds the nearest miss.
///
/// cost  a pass over the cluster; no allocation
[[nodiscard]] inline no_fit explain_no_fit(const cluster& on, const request& request) noexcept {
    no_fit why;
    why.nodes = on.size();
    why.ever = fits_empty(on, request);
    std::int64_t least = 0;
    for (std::uint32_t i = 0; i < on.size(); ++i) {
        const node_view node = on[node_id{i}];
        const reason first = why_not(node, request);
        ++why.failed[static_cast<int>(first)];
        if (first == reason::closed || first == reason::model || first == reason::gpu_count ||
            first == reason::unshareable || first == reason::selector)
            continue;
        const shortfall lack = shortfall_of(node, request);
        const std::int64_t far = distance(lack, request);
        if (why.has_nearest && far >= least) continue;
        why.has_nearest = true;
        why.nearest = lack;
        least = far;
    }
    return why;
}

} // namespace fit

} // namespace gpupack
