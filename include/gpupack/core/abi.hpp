// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every header of gpupack includes this file first.

#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error "gpupack needs C++20: compile with -std=c++20 or newer"
#define GPUPACK_STOP <gpupack / stop> // there is no such file: compilers stop here instead of listing what C++17 lacks
#include GPUPACK_STOP
#endif

#include <version>

#include <gpupack/core/version.hpp>

// The name of the inline namespace that holds all of gpupack. It names the version, the kind of `expected`, and what a
// failed check does: translation units that differ in one of these have different symbols, so that they do not link by
// accident, and none changes what another one does.

/// What a failed check does: abort (the default), throw, or off. To be the same in all of a program: -DGPUPACK_CHECKS=off.
///
/// abort prints a line and aborts, throw throws a gpupack::check_error, off leaves the checks out.
#if !defined(GPUPACK_CHECKS)
#define GPUPACK_CHECKS abort
#endif

#define GPUPACK_DETAIL_JOIN(a, b) a##b
#define GPUPACK_DETAIL_JOIN_VALUES(a, b) GPUPACK_DETAIL_JOIN(a, b)
#define GPUPACK_DETAIL_CHECKS_abort 1
#define GPUPACK_DETAIL_CHECKS_throw 2
#define GPUPACK_DETAIL_CHECKS_off 3
#define GPUPACK_DETAIL_CHECKS GPUPACK_DETAIL_JOIN_VALUES(GPUPACK_DETAIL_CHECKS_, GPUPACK_CHECKS)
#if GPUPACK_DETAIL_CHECKS == 0
#error "GPUPACK_CHECKS is abort, throw or off"
#endif
#if GPUPACK_DETAIL_CHECKS == 2 && !defined(__cpp_exceptions)
#error "GPUPACK_CHECKS=throw needs exceptions"
#endif

#if defined(__cpp_lib_expected) && __cpp_lib_expected >= 202202L
#define GPUPACK_ABI_EXPECTED std
#else
#define GPUPACK_ABI_EXPECTED tl
#endif

#define GPUPACK_ABI_JOIN(major, minor, type, checks) v##major##_##minor##_##type##_##checks
#define GPUPACK_ABI_NAME(major, minor, type, checks) GPUPACK_ABI_JOIN(major, minor, type, checks)
/// The inline namespace of this translation unit: v0_2_tl_abort, for example.
#define GPUPACK_ABI GPUPACK_ABI_NAME(GPUPACK_VERSION_MAJOR, GPUPACK_VERSION_MINOR, GPUPACK_ABI_EXPECTED, GPUPACK_CHECKS)
