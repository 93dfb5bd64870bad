// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/core/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// One GPU of a cluster.
struct gpu_address {
    node_id node{}; ///< The node.
    int gpu = 0;    ///< Number of the GPU on its node.

    friend bool operator==(const gpu_address&, const gpu_address&) = default;
};

/// The GPUs of a cluster by the ids that their owner knows them by, UUIDs as a rule. Ids are compared whole:
/// "GPU-1" is not "GPU-10".
class gpu_names {
  public:
    /// The number of ids.
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

    /// Takes an id down; false where it is taken.
    bool add(std::string_view id, gpu_address address) {
        if (position_of(id)) return false;
        by_id_.insert(hash_of(id), static_cast<std::uint32_t>(names_.size()));
        names_.push_back({std::string{id}, address});
        return true;
    }

    /// Forgets an id.
    void erase(std::string_view id) {
        const auto position = position_of(id);
        if (!position) return;
        by_id_.erase(hash_of(id), *position);
        const auto last = static_cast<std::uint32_t>(names_.size() - 1);
        if (*position != last) { // the last one takes its place
            by_id_.erase(hash_of(names_.back().id), last);
            by_id_.insert(hash_of(names_.back().id), *position);
            names_[*position] = std::move(names_.back());
        }
        names_.pop_back();
    }

    /// Where the GPU of that id is.
    [[nodiscard]] std::optional<gpu_address> find(std::string_view id) const {
        const auto position = position_of(id);
        if (!position) return std::nullopt;
        return names_[*position].address;
    }

  private:
    struct named_gpu {
        std::string id;
        gpu_address address;
    };

    [[nodiscard]] std::optional<std::uint32_t> position_of(std::string_view id) const {
        return by_id_.find(hash_of(id), [&](std::uint32_t position) { return names_[position].id == id; });
    }

    std::vector<named_gpu> names_; // in no order
    hash_index by_id_;
};

} // namespace gpupack
