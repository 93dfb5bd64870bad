// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_type_maker.hpp>
#include <gpupack/state/type_origins.hpp>
#include <gpupack/topology/gpu_names.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Describes a cluster node by node; build() checks the whole and makes it, or says what is wrong.
///
/// Nodes are numbered in the order in which they are added.
class cluster_builder {
  public:
    cluster_builder() : cluster_builder{model_table{}} {}
    /// Starts from models that are numbered already, so that requests resolved against them stay right.
    explicit cluster_builder(model_table models) {
        built_.models_ = std::make_shared<const model_table>(std::move(models));
        built_.labels_ = std::make_shared<const label_table>(label_table{});
        built_.origins_ = std::make_shared<type_origins>();
        built_.directory_ = std::make_shared<node_directory>();
    }

    /// Sets the domains in which the nodes stand. To be called before the first node is added.
    cluster_builder& domains(domain_tree tree) & {
        if (!built_.nodes_.empty()) return fail("domains", "", "to be given before the first node");
        built_.directory_ = std::make_shared<node_directory>(tree);
        tree_ = std::move(tree);
        return *this;
    }
    /// Sets the domains of the cluster.
    cluster_builder&& domains(domain_tree tree) && { return std::move(domains(std::move(tree))); }

    /// Numbers labels before any node has them, so that these are among the 64 that may be on any number of nodes.
    ///
    /// Errors: an empty label; more than 64.
    cluster_builder& labels(const std::vector<std::string>& texts) & {
        label_table more = *built_.labels_;
        for (const std::string& text : texts)
            if (const auto added = more.add(text); !added) return fail(added.error());
        built_.labels_ = std::make_shared<const label_table>(std::move(more));
        return *this;
    }
    /// Numbers labels before any node has them.
    cluster_builder&& labels(const std::vector<std::string>& texts) && { return std::move(labels(texts)); }

    /// Adds nodes of one type, without names.
    ///
    /// @param count  how many
    /// @param spec  what each of them has
    /// @param domain  the narrowest domain that they stand in, by name; empty: none but the cluster
    cluster_builder& add_nodes(std::size_t count, const node_spec& spec, std::string_view domain = {}) & {
        const auto type = type_of(spec);
        const auto place = domain_named(domain);
        if (!type || !place) return *this;
        const auto identity = std::make_shared<const node_identity>(
            node_identity{{}, {}, *place, node_type_maker{built_}.spec_of(*type, spec)});
        for (std::size_t i = 0; i < count; ++i) append(*type, identity);
        return *this;
    }
    /// Adds nodes of one type, without names.
    cluster_builder&& add_nodes(std::size_t count, const node_spec& spec, std::string_view domain = {}) && {
        return std::move(add_nodes(count, spec, domain));
    }

    /// Adds one node by name; a name stands once.
    ///
    /// @param name  the name
    /// @param spec  what the node has
    /// @param gpu_ids  [GPUs of the node] how its owner knows each of them, or empty; an id stands once
    /// @param domain  the narrowest domain that it stands in, by name; empty: none but the cluster
    cluster_builder& add_node(const std::string& name, const node_spec& spec,
                              const std::vector<std::string>& gpu_ids = {}, std::string_view domain = {}) & {
        if (by_name_.find(hash_of(name), [&](std::uint32_t node) { return identities_[node]->name == name; }))
            return fail("node name", name, "a name that no other node has");
        const auto type = type_of(spec);
        const auto place = domain_named(domain);
        if (!type || !place) return *this;
        if (!gpu_ids.empty() && static_cast<int>(gpu_ids.size()) != built_.types_[*type].gpu_count)
            return fail("GPU ids", std::to_string(gpu_ids.size()), "as many as the node has GPUs");
        for (const std::string& id : gpu_ids)
            if (!gpu_ids_.add(id, {})) return fail("GPU id", id, "an id that no other GPU has");
        append(*type, std::make_shared<const node_identity>(
                          node_identity{name, gpu_ids, *place, node_type_maker{built_}.spec_of(*type, spec)}));
        if (!error_) by_name_.insert(hash_of(name), static_cast<std::uint32_t>(identities_.size() - 1));
        return *this;
    }
    /// Adds one node by name.
    cluster_builder&& add_node(const std::string& name, const node_spec& spec,
                               const std::vector<std::string>& gpu_ids = {}, std::string_view domain = {}) && {
        return std::move(add_node(name, spec, gpu_ids, domain));
    }

    /// The cluster with nothing placed on it.
    ///
    /// Errors: a negative or too large amount, more than 32 GPUs on a node, a duplicate node name or GPU id, a model
    /// that is named twice with different memory or profiles, a setup that the model cannot have; the first one met.
    [[nodiscard]] expected<cluster, input_error> build() && {
        if (error_) return unexpected<input_error>{*error_};
        built_.directory_ = std::make_shared<node_directory>(std::move(tree_), std::move(identities_));
        built_.domain_free_.resize(built_.domains().size());
        built_.ledger_.resize_nodes(built_.size());
        for (std::uint32_t n = 0; n < built_.size(); ++n) built_.count_node(node_id{n}, 1);
        built_.reserve(2 * (built_.gpu_count() + built_.size()));
        return std::move(built_);
    }

  private:
    cluster_builder& fail(std::string field, std::string value, std::string expected) {
        return fail({{}, 0, std::move(field), std::move(value), std::move(expected)});
    }
    cluster_builder& fail(input_error error) {
        if (!error_) error_ = std::move(error);
        return *this;
    }

    std::optional<domain_id> domain_named(std::string_view name) {
        if (name.empty()) return domain_id{};
        const auto found = built_.directory_->find_domain(name);
        if (!found) fail("domain", std::string{name}, "one of the tree that was given");
        return found;
    }

    std::optional<std::uint32_t> type_of(const node_spec& spec) {
        built_.unused_types_ = 0; // nodes are counted at the end: no type may be taken for one without nodes
        auto type = node_type_maker{built_}.type_of(spec);
        built_.unused_types_ = built_.types_.size();
        if (type) return *type;
        fail(std::move(type.error()));
        return std::nullopt;
    }

    void append(std::uint32_t type_index, std::shared_ptr<const node_identity> identity) {
        if (built_.nodes_.size() >= node_id::max_nodes) {
            fail("nodes", std::to_string(built_.nodes_.size() + 1), "at most 4194303 nodes in one cluster");
            return;
        }
        const node_type& type = built_.types_[type_index];
        const std::size_t first_gpu = built_.gpus_.size();
        built_.places_.push_back(
            {type_index & (~0U >> node_id::generation_bits), 0, static_cast<std::uint32_t>(first_gpu)});
        for (int i = 0; i < type.gpu_count; ++i) built_.gpus_.push_back(idle_gpu(type.gpus[i]));
        built_.nodes_.push_back(idle_state(type, built_.gpus_.data() + first_gpu));
        built_.notes_.push_back({.present = true});
        identities_.push_back(std::move(identity));
    }

    cluster built_;
    domain_tree tree_;
    std::vector<std::shared_ptr<const node_identity>> identities_; // [nodes so far]
    hash_index by_name_;                                           // of identities_
    gpu_names gpu_ids_; // without their addresses, which come with the directory
    std::optional<input_error> error_;
};

} // namespace gpupack
