// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a function that runs on the host and in a CUDA kernel alike.
///
/// The one file that names CUDA keywords. A function so marked takes views by value and uses no standard
/// algorithm, container, span or range, no Eigen and no allocation.
#if defined(__CUDACC__)
#define GPUPACK_HD __host__ __device__
#else
#define GPUPACK_HD
#endif

/// Kernels are static: each translation unit has its own, so that two of them cannot launch each other's code.
/// GPUPACK_ON_DEVICE is 1 where code for the GPU is generated, else 0.
#if defined(__CUDACC__)
#define GPUPACK_KERNEL static __global__ void
#define GPUPACK_DEVICE __device__
#define GPUPACK_SHARED __shared__
#define GPUPACK_GRID_CONSTANT __grid_constant__
#define GPUPACK_LAUNCH_BOUNDS(...) __launch_bounds__(__VA_ARGS__)
#endif
#if defined(__CUDA_ARCH__)
#define GPUPACK_ON_DEVICE 1
#else
#define GPUPACK_ON_DEVICE 0
#endif

/// Stands before a GPUPACK_HD function template that calls what its caller hands in: host code may hand in what runs on
/// the host alone, without a warning of nvcc.
#if defined(__CUDACC__)
#define GPUPACK_CALLS_BACK _Pragma("nv_exec_check_disable")
#else
#define GPUPACK_CALLS_BACK
#endif

/// Marks what a search does for every node. A program with many policies grows so large that compilers stop inlining
/// even that, and a scan then takes twice as long.
#define GPUPACK_HOT gnu::always_inline
