// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/domain_map.hpp>
#include <gpupack/state/node_identity.hpp>
#include <gpupack/topology/gpu_names.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The names, GPU ids and domains of the nodes of a cluster, and the numbers that may be used again.
///
/// Memory: 24 bytes a node, 16 or so a name, 60 a GPU id.
class node_directory {
  public:
    /// An empty cluster with these domains.
    explicit node_directory(domain_tree tree = {}) : domains_{std::move(tree), {}} {
        for (std::uint32_t d = 0; d < domains_.tree().size(); ++d)
            by_domain_.insert(hash_of(domains_.tree()[domain_id{d}].name), d);
    }

    /// A cluster with these nodes from the start, all names and GPU ids different.
    ///
    /// @param tree        the domains
    /// @param identities  [nodes] what is known of each
    node_directory(domain_tree tree, std::vector<std::shared_ptr<const node_identity>> identities)
        : node_directory{std::move(tree)} {
        std::vector<domain_id> domain_of;
        domain_of.reserve(identities.size());
        ids_.reserve(identities.size());
        for (const auto& each : identities) {
            const node_id id{static_cast<std::uint32_t>(ids_.size())};
            ids_.push_back(id);
            domain_of.push_back(each->domain);
            if (!each->name.empty()) by_name_.insert(hash_of(each->name), id.number());
            for (std::size_t i = 0; i < each->gpu_ids.size(); ++i)
                gpu_ids_.add(each->gpu_ids[i], {id, static_cast<int>(i)});
        }
        domains_ = domain_map{domains_.tree(), std::move(domain_of)};
        size_ = identities.size();
        identities_ = std::move(identities);
    }

    /// The number of nodes that are there.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// The node of that name; of one without a name, "node 17".
    [[nodiscard]] std::optional<node_id> find(std::string_view name) const {
        if (const auto found = number_of(name)) return ids_[*found];
        std::uint32_t number = 0;
        constexpr std::string_view start = "node ";
        if (name.substr(0, start.size()) != start) return std::nullopt;
        const auto [end, error] = std::from_chars(name.data() + start.size(), name.data() + name.size(), number);
        if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
        const bool unnamed = number < identities_.size() && identities_[number] && identities_[number]->name.empty();
        return unnamed ? std::optional{ids_[number]} : std::nullopt;
    }
    /// The domain of that name.
    [[nodiscard]] std::optional<domain_id> find_domain(std::string_view name) const {
        const auto found =
            by_domain_.find(hash_of(name), [&](std::uint32_t d) { return domains_.tree()[domain_id{d}].name == name; });
        return found ? std::optional{domain_id{*found}} : std::nullopt;
    }
    /// Where the GPU of that id is.
    [[nodiscard]] const gpu_names& gpu_ids() const noexcept { return gpu_ids_; }
    /// The domains and their nodes.
    [[nodiscard]] const domain_map& domains() const noexcept { return domains_; }
    /// What is known of the node of a number; null where there is none.
    [[nodiscard]] const std::shared_ptr<const node_identity>& identity(std::uint32_t number) const noexcept {
        return identities_[number];
    }
    /// How many numbers have been used.
    [[nodiscard]] std::size_t numbers() const noexcept { return identities_.size(); }

    /// The id that the next node gets: of the lowest number that is free.
    [[nodiscard]] node_id next() const noexcept {
        return free_.empty() ? node_id{static_cast<std::uint32_t>(identities_.size())} : free_.front();
    }

    /// Enters the next() node, whose name and GPU ids must be new.
    node_id enter(std::shared_ptr<const node_identity> identity) {
        const node_id id = next();
        if (!free_.empty()) {
            std::pop_heap(free_.begin(), free_.end(), higher);
            free_.pop_back();
        }
        put(id, std::move(identity));
        return id;
    }

    /// Makes a number that node: what a copy does that follows another directory. Null: no node.
    void put(node_id id, std::shared_ptr<const node_identity> identity) {
        if (id.number() >= identities_.size()) {
            identities_.resize(id.number() + std::size_t{1});
            ids_.resize(id.number() + std::size_t{1});
        }
        drop(id.number());
        ids_[id.number()] = id;
        if (!identity) return;
        // A copy that follows may meet a name at its new node before it has dropped the old one.
        const std::uint64_t hash = hash_of(identity->name);
        if (const auto other = number_of(identity->name)) by_name_.erase(hash, *other);
        if (!identity->name.empty()) by_name_.insert(hash, id.number());
        for (std::size_t i = 0; i < identity->gpu_ids.size(); ++i) {
            gpu_ids_.erase(identity->gpu_ids[i]);
            gpu_ids_.add(identity->gpu_ids[i], {id, static_cast<int>(i)});
        }
        domains_.insert(id, identity->domain);
        identities_[id.number()] = std::move(identity);
        ++size_;
    }

    /// Strikes a node. Its number may be used again, unless it has been used as often as may be.
    ///
    /// @return the id that the next node of that number gets
    node_id strike(node_id id) {
        drop(id.number());
        const node_id following{id.number(), id.generation() + 1};
        ids_[id.number()] = following;
        if (following.generation() == node_id::max_generation) return following;
        free_.push_back(following);
        std::push_heap(free_.begin(), free_.end(), higher);
        return following;
    }

    /// Gives a node another identity, in the same domain.
    void rename(node_id id, std::shared_ptr<const node_identity> identity) { put(id, std::move(identity)); }

  private:
    [[nodiscard]] static bool higher(node_id a, node_id b) noexcept { return b < a; }

    /// The number of the node of that name.
    [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view name) const {
        return by_name_.find(hash_of(name), [&](std::uint32_t number) { return identities_[number]->name == name; });
    }

    void drop(std::uint32_t number) {
        const std::shared_ptr<const node_identity> known = std::exchange(identities_[number], nullptr);
        if (!known) return;
        by_name_.erase(hash_of(known->name),
                       number); // not of one without a name, or whose name another node has by now
        for (const std::string& each : known->gpu_ids)
            if (const auto found = gpu_ids_.find(each); found && found->node == ids_[number]) gpu_ids_.erase(each);
        domains_.erase(ids_[number]);
        --size_;
    }

    std::vector<std::shared_ptr<const node_identity>> identities_; // [numbers]
    std::vector<node_id> ids_;                                     // [numbers] of the node that is there, or comes next
    std::vector<node_id> free_;                                    // a heap, the lowest first
    hash_index by_name_;                                           // of numbers
    hash_index by_domain_;                                         // of the numbers of domains
    gpu_names gpu_ids_;
    domain_map domains_;
    std::size_t size_ = 0;
};

} // namespace gpupack
