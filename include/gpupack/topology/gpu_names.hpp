// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gpupack::inline GPUPACK_ABI {

/// One GPU of a cluster.
struct gpu_address {
    node_id node{}; ///< The node.
    int gpu = 0; ///< Number of the GPU on its node.

    friend bool operator==(const gpu_address&, const gpu_address&) = default;
};

/// The GPUs of a cluster by the ids that their owner knows them by, UUIDs as a rule. Ids are compared whole:
/// "GPU-1" is not "GPU-10".
class gpu_names {
  public:
    /// The number of ids.
    [[nodiscard]] std::size_t size() const noexcept { return by_id_.size(); }

    /// Takes an id down; false where it is taken.
    bool add(std::string_view id, gpu_address address) { return by_id_.emplace(id, address).second; }

    /// Forgets an id.
    void erase(std::string_view id) { by_id_.erase(std::string{id}); }

    /// Where the GPU of that id is.
    [[nodiscard]] std::optional<gpu_address> find(std::string_view id) const {
        const auto found = by_id_.find(std::string{id});
        if (found == by_id_.end()) return std::nullopt;
        return found->second;
    }

  private:
    std::unordered_map<std::string, gpu_address> by_id_;
};

} // namespace gpupack
