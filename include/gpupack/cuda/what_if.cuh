#pragma once

#include <gpupack/cuda/batch.cuh>
#include <gpupack/cuda/what_if.hpp>
#include <gpupack/cuda/what_if_orders.hpp>
