// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/quantity.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

namespace unit {
/// Tag of CPU amounts.
struct milli_cpu {};
/// Tag of memory amounts, of nodes and of GPUs.
struct mebibyte {};
/// Tag of GPU compute amounts.
struct milli_gpu {};
} // namespace unit

/// CPU, in thousandths of a core.
using milli_cpu = quantity<unit::milli_cpu>;
/// Memory, of a node or of a GPU, in MiB.
using mebibytes = quantity<unit::mebibyte>;
/// GPU compute, in thousandths of a GPU: 1000 is one whole GPU, and ten tenths are exactly that.
using milli_gpu = quantity<unit::milli_gpu>;

/// The compute of one whole GPU.
inline constexpr milli_gpu whole_gpu{1000};

/// The largest CPU or memory amount of one node or request: 2^31 - 1 milli-cores (2 million cores) or MiB (2 PiB).
inline constexpr std::int64_t max_amount = 2147483647;

/// The most GPUs on one node, and so in one request.
inline constexpr int max_gpus_per_node = 32;

// constexpr, not consteval: clang 14 leaves consteval calls in templates unresolved.
inline namespace literals {

/// Whole CPU cores: 8_cores.
[[nodiscard]] constexpr milli_cpu operator""_cores(unsigned long long cores) {
    return milli_cpu{static_cast<std::int64_t>(cores) * 1000};
}
/// Memory in GiB: 20_GiB.
[[nodiscard]] constexpr mebibytes operator""_GiB(unsigned long long gibibytes) {
    return mebibytes{static_cast<std::int64_t>(gibibytes) * 1024};
}
/// Memory in MiB: 512_MiB.
[[nodiscard]] constexpr mebibytes operator""_MiB(unsigned long long mebi) {
    return mebibytes{static_cast<std::int64_t>(mebi)};
}
/// Thousandths of a GPU: 250_milli is a quarter.
[[nodiscard]] constexpr milli_gpu operator""_milli(unsigned long long milli) {
    return milli_gpu{static_cast<std::int64_t>(milli)};
}

} // namespace literals

} // namespace gpupack
