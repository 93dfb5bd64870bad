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
///
/// type       index into cluster::kinds()
/// first_gpu  where its GPUs stand among all GPUs of the cluster
/// state      as it was when the row was made
struct node_row {
    node_id id{};
    std::uint32_t type = 0;
    std::uint32_t first_gpu = 0;
    node_state state{};
};

static_assert(sizeof(node_row) == 32 && std::is_trivially_copyable_v<node_row>);

} // namespace gpupack
