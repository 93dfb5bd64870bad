// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kueue/amounts.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// How strictly a pod set stays together.
enum class kueue_topology : std::uint8_t {
    required,     ///< Within one domain of its level.
    preferred,    ///< Within one domain of its level, else of the next wider level, else anywhere.
    unconstrained ///< Anywhere; its level is not read.
};

/// A layer of slices: so many pods of a set share a domain of a level.
struct kueue_slice {
    int level = 0;         ///< Of the topology; 0 is the widest.
    std::int64_t size = 1; ///< Pods.
};

/// Pods that are alike and are placed together, with what may lead them.
struct kueue_pod_set {
    std::int64_t count = 1;                                  ///< Pods.
    kueue_amounts pod{};                                     ///< Of one pod.
    kueue_topology topology = kueue_topology::unconstrained; ///< How strictly they stay together.
    int level = 0;                                           ///< In whose domains.
    std::vector<kueue_slice> slices{}; ///< The widest first; each narrower and of a size that divides the one before.
    std::optional<kueue_amounts> leader{}; ///< One more pod, placed with them: the other pod set of the group.
};

/// The feature gates of Kueue that change what is chosen.
struct kueue_gates {
    bool mixed_profile = true; ///< TASProfileMixed, on since 0.15: unconstrained pods fill what has the least left.
    /// TASBalancedPlacement, off as installed: preferred pods are spread evenly over as few domains as they need.
    bool balanced_placement = false;
};

/// Pods in one leaf.
struct kueue_portion {
    std::size_t leaf = 0;  ///< Its number in the tree.
    std::int64_t pods = 0; ///< How many.

    friend bool operator==(const kueue_portion&, const kueue_portion&) = default;
};

/// What became of a pod set.
enum class kueue_verdict : std::uint8_t {
    fits,       ///< It has an assignment.
    no_room,    ///< It does not fit.
    bad_request ///< Its levels or slices contradict each other or the topology.
};

/// Where the pods of a set go.
struct kueue_assignment {
    kueue_verdict verdict = kueue_verdict::no_room; ///< Whether they do.
    std::vector<kueue_portion> pods{};              ///< By leaf.
    std::optional<std::size_t> leader{};            ///< The leaf of the leader.
    /// Where they do not fit: how many would, as Kueue says in its message. Slices where slices are asked for, else pods.
    std::int64_t room = 0;
};

} // namespace gpupack::dialect
