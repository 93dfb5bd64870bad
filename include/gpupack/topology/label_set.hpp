// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bit_set.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most labels in one cluster.
inline constexpr int max_labels = 64;

namespace tag {
/// Tag of sets of labels.
struct label {};
} // namespace tag

/// A set of labels of one cluster, as numbered by its label_table.
using label_set = basic_bit_set<tag::label, std::uint64_t>;

} // namespace gpupack
