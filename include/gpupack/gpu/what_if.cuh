// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/gpu/batch.cuh>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/gpu/what_if_orders.hpp>
