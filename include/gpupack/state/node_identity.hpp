// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

struct node_spec;

/// What is known of a node beside its state; no decision reads it. Nodes that were added together without names share
/// one.
struct node_identity {
    std::string name;                      ///< Empty where it has none.
    std::vector<std::string> gpu_ids;      ///< [GPUs] How its owner knows each of them, or empty.
    domain_id domain{};                    ///< The narrowest domain that it stands in.
    std::shared_ptr<const node_spec> spec; ///< What it has, as its owner said last.
};

} // namespace gpupack
