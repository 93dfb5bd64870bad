#pragma once

// IWYU pragma: begin_exports
#include <gpupack/core/fwd.hpp>
#include <gpupack/topology/fwd.hpp>
#include <gpupack/request/fwd.hpp>
#include <gpupack/state/fwd.hpp>
#include <gpupack/fit/fwd.hpp>
#include <gpupack/policy/fwd.hpp>
#include <gpupack/search/fwd.hpp>
#include <gpupack/plan/fwd.hpp>
// IWYU pragma: end_exports
