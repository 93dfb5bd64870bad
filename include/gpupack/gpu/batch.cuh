// SPDX-License-Identifier: Apache-2.0
#pragma once

// Batches and what-if replays on a GPU: place_batch, place_unordered, what_if and search_orders take a device_space, or a
// cluster that is resident in one.
#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/device_space.cuh>
