#pragma once

#include <gpupack/core/name.hpp>
#include <gpupack/core/units.hpp>

namespace gpupack {

/// A kind of GPU: what all GPUs of one name have in common.
///
/// model   the name that requests select by, unique in a model_table
/// memory  what the driver offers to tasks, in MiB (less than the marketing figure); 0 where it is not known, and
///         then no request for GPU memory fits there
struct gpu_model {
    gpupack::name model;
    mebibytes memory{};

    friend constexpr bool operator==(const gpu_model&, const gpu_model&) = default;
};

} // namespace gpupack
