// SPDX-License-Identifier: Apache-2.0
// Linked into every test program, next to sources that include the same headers.

#include <gpupack/gpupack.hpp>

#include <gpupack/io/read_trace.hpp>
#include <gpupack/replay/run.hpp>
