// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/device.cuh>
#include <gpupack/gpu/device_searcher.cuh>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Ranks all nodes on a GPU for every decision; the state stays there, and only changed nodes are sent.
///
/// Decides as all engines do. What cannot run on the GPU is searched by the scan on the CPU: policies whose scorers call
/// what only the host has (runs_on_device), and everything once the GPU has failed, which problem() then tells.
/// Policies that prepare by a pass over the cluster (normalize, kai, mig_scarcity) make it on the CPU. The indexed
/// engine is faster for one decision after the other: see docs/gpu.md.
class engine {
  public:
    /// Opens a GPU.
    ///
    /// Errors: no driver, no such GPU, no code for it: the CPU engines need none.
    [[nodiscard]] static expected<engine, gpu_error> open(int device = 0) {
        auto found = find_device(device);
        if (!found) return unexpected<gpu_error>{std::move(found.error())};
        return engine{std::move(*found)};
    }

    /// A searcher for that cluster.
    template <policy::policy Policy> [[nodiscard]] auto make_searcher(const gpupack::cluster& cluster) const {
        if constexpr (runs_on_device<Policy>)
            return device_searcher<Policy>{cluster, device_.number, problem_};
        else
            return search::scan::searcher{};
    }

    /// The GPU.
    [[nodiscard]] const device_info& device() const noexcept { return device_; }
    /// Why the CPU decides since then; nothing as long as the GPU does. Of all searchers that this engine, or a copy of
    /// it, has made.
    [[nodiscard]] const std::optional<gpu_error>& problem() const noexcept { return *problem_; }

  private:
    explicit engine(device_info device) : device_{std::move(device)} {}

    device_info device_;
    std::shared_ptr<std::optional<gpu_error>> problem_ = std::make_shared<std::optional<gpu_error>>();
};

static_assert(search::engine<engine>);

} // namespace gpupack::gpu
