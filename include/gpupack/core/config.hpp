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
