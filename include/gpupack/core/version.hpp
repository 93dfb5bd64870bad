#pragma once

/// The version of gpupack: the one place that states it; CMake reads it from here.
#define GPUPACK_VERSION_MAJOR 0
#define GPUPACK_VERSION_MINOR 1
#define GPUPACK_VERSION_PATCH 0
