// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/checked_request.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// When a container runs, by Kubernetes' words.
enum class part_phase : std::uint8_t {
    main,   ///< With all other main parts.
    init,   ///< Alone, before the main parts: what it needs may be used again by those.
    sidecar ///< From its place among the init parts to the end.
};

/// A container of a pod, or a request of a claim: so many equal shares, with CPU and memory.
struct request_part {
    gpupack::request request;            ///< Its `gpus` are the number of shares.
    part_phase phase = part_phase::main; ///< When it runs.
    /// Whether several of its shares may be on one GPU: "2 x 1g.10gb", "2 replicas of the only GPU".
    bool shares_may_meet = false;

    friend bool operator==(const request_part&, const request_part&) = default;
};

/// How the GPUs of two parts of one request are related.
enum class gpu_relation : std::uint8_t {
    any,      ///< Not at all.
    same,     ///< The part that has fewer GPUs has none that the other one has not.
    different ///< They have no GPU in common.
};

/// A relation between two parts.
struct part_relation {
    std::size_t first = 0;                  ///< An index into compound_request::parts.
    std::size_t second = 0;                 ///< Another one.
    gpu_relation kind = gpu_relation::same; ///< What must hold.

    friend bool operator==(const part_relation&, const part_relation&) = default;
};

/// A request of several parts that go to one node, all of them or none: a pod with its containers, a claim with its requests.
struct compound_request {
    std::vector<request_part> parts;        ///< In the order in which init parts run.
    std::vector<part_relation> relations{}; ///< Between main parts and sidecars.
    milli_cpu cpu{};                        ///< Of the host, beside what the parts ask for: the overhead of the pod.
    mebibytes memory{};                     ///< Likewise.

    friend bool operator==(const compound_request&, const compound_request&) = default;
};

/// The most shares of one compound request.
inline constexpr int max_compound_shares = 64;

/// The request itself where it is valid.
///
/// Errors: no part, a part that is not valid, more than 64 shares, a relation between parts that are not there, that are one
/// part, or of which one is an init part.
[[nodiscard]] inline expected<compound_request, input_error> checked(const compound_request& request) {
    if (request.parts.empty()) return bad_input("parts", "0", "one part at least");
    int shares = 0;
    for (const request_part& part : request.parts) {
        if (const auto valid = checked(part.request); !valid) return unexpected<input_error>{valid.error()};
        shares += part.request.gpus;
    }
    if (shares > max_compound_shares) return bad_input("shares", std::to_string(shares), "64 at most, over all parts");
    for (const part_relation& each : request.relations) {
        const std::size_t larger = std::max(each.first, each.second);
        if (larger >= request.parts.size() || each.first == each.second)
            return bad_input("relation", std::to_string(larger), "two different parts of the request");
        if (request.parts[each.first].phase == part_phase::init || request.parts[each.second].phase == part_phase::init)
            return bad_input("relation", std::to_string(larger), "no init part, whose GPUs others use again");
    }
    if (request.cpu.count() < 0 || request.cpu.count() > max_amount || request.memory.count() < 0 ||
        request.memory.count() > max_amount)
        return bad_input("overhead", std::to_string(request.cpu.count()), "from 0 to 2147483647 milli-cores and MiB");
    return request;
}

} // namespace gpupack
