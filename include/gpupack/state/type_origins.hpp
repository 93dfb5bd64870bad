// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Which specification each node type of a cluster came from.
///
/// A type that has no nodes any more is kept, in case they return, until the cluster needs its index for another.
class type_origins {
  public:
    /// The type of a specification, if there is one. Cost: a hash of the specification, and a comparison.
    [[nodiscard]] std::optional<std::uint32_t> find(const node_spec& spec) const {
        return by_hash_.find(hash_of(spec), [&](std::uint32_t type) { return *specs_[type] == spec; });
    }
    /// The specification of a type.
    [[nodiscard]] const std::shared_ptr<const node_spec>& spec(std::uint32_t type) const noexcept {
        return specs_[type];
    }

    /// Enters a specification as that type, in place of the one that the type came from before.
    void enter(std::uint32_t type, std::shared_ptr<const node_spec> spec) {
        if (type >= specs_.size()) specs_.resize(type + std::size_t{1});
        if (specs_[type]) by_hash_.erase(hash_of(*specs_[type]), type);
        by_hash_.insert(hash_of(*spec), type);
        specs_[type] = std::move(spec);
    }

    /// The table of links of a topology, made where it is new.
    [[nodiscard]] std::shared_ptr<const link_table> links_of(const node_topology& topology) {
        for (const auto& [known, links] : links_)
            if (known == topology) return links;
        links_.emplace_back(topology, std::make_shared<const link_table>(topology));
        return links_.back().second;
    }

  private:
    /// A number that equal specifications share.
    [[nodiscard]] static std::uint64_t hash_of(const node_spec& spec) noexcept {
        auto hash = mix_bits(static_cast<std::uint64_t>(spec.cpu.count()) << 32 ^
                             static_cast<std::uint64_t>(spec.memory.count()));
        for (const std::string& label : spec.labels) hash = mix_bits(hash ^ gpupack::hash_of(label));
        for (const gpu_group& group : spec.gpus.groups())
            hash = mix_bits(
                hash ^ static_cast<std::uint64_t>(group.count) ^ gpupack::hash_of(group.model.model.view()) << 8 ^
                static_cast<std::uint64_t>(group.setup.max_sharers) << 40 ^
                static_cast<std::uint64_t>(group.setup.memory_percent) << 20 ^ group.setup.instances.size() << 16);
        return hash;
    }

    std::vector<std::shared_ptr<const node_spec>> specs_; // [types]
    hash_index by_hash_;                                  // of specs_
    std::vector<std::pair<node_topology, std::shared_ptr<const link_table>>> links_;
};

} // namespace gpupack
