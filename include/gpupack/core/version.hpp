// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of gpupack: the one place that states it; CMake reads it from here.
#define GPUPACK_VERSION_MAJOR 0
#define GPUPACK_VERSION_MINOR 2
#define GPUPACK_VERSION_PATCH 0
