// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/node_state.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// A node as one flat record, without pointers: what a list of nodes keeps, to be read in order. cluster::view
/// makes a node_view of it.
struct node_row {
    node_id id{};                ///< the node
    std::uint32_t type = 0;      ///< index into cluster::types()
    std::uint32_t first_gpu = 0; ///< where its GPUs stand among all GPUs of the cluster
    node_state state{};          ///< as it was when the row was made
};

static_assert(sizeof(node_row) == 36 && std::is_trivially_copyable_v<node_row>);

} // namespace gpupack
