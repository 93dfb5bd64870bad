// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bit_set.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most MIG profiles, and the most vGPU sizes, over all GPU models of one cluster.
inline constexpr int max_profiles = 64;

/// The most ways in which GPUs of one cluster are cut by MIG: a model each, and a fixed geometry each.
inline constexpr int max_mig_tables = 16;

namespace tag {
/// Tag of sets of MIG profiles or vGPU sizes.
struct profile {};
} // namespace tag

/// A set of MIG profiles or of vGPU sizes of one cluster, as numbered by its model_table: what a request for an
/// instance accepts. Models have profiles of their own, so a set holds one or more for each model that will do.
using profile_set = basic_bit_set<tag::profile, std::uint64_t>;

} // namespace gpupack
