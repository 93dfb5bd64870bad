// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/gpu_names.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Describes a cluster node by node; build() checks the whole and makes it, or says what is wrong.
///
/// Nodes are numbered in the order in which they are added.
class cluster_builder {
  public:
    cluster_builder() = default;
    /// Starts from models that are numbered already, so that requests resolved against them stay right.
    explicit cluster_builder(model_table models) : models_{std::move(models)} {}

    /// Sets the domains in which the nodes stand. To be called before the first node is added.
    cluster_builder& domains(domain_tree tree) & {
        if (!built_.nodes_.empty()) return fail("domains", "", "to be given before the first node");
        tree_ = std::move(tree);
        return *this;
    }
    /// Sets the domains of the cluster.
    cluster_builder&& domains(domain_tree tree) && { return std::move(domains(std::move(tree))); }

    /// Adds nodes of one type, without names.
    ///
    /// @param count  how many
    /// @param spec  what each of them has
    /// @param domain  the narrowest domain that they stand in, by name; empty: none but the cluster
    cluster_builder& add_nodes(std::size_t count, const node_spec& spec, std::string_view domain = {}) & {
        const auto type = type_of(spec);
        const auto place = domain_named(domain);
        for (std::size_t i = 0; type && place && i < count; ++i) append(*type, {}, *place);
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
        if (!names_.insert(name).second) return fail("node name", name, "a name that no other node has");
        const auto type = type_of(spec);
        const auto place = domain_named(domain);
        if (!type || !place) return *this;
        if (!gpu_ids.empty() && static_cast<int>(gpu_ids.size()) != built_.types_[*type].gpu_count)
            return fail("GPU ids", std::to_string(gpu_ids.size()), "as many as the node has GPUs");
        const node_id node{static_cast<std::uint32_t>(built_.nodes_.size())};
        for (std::size_t i = 0; i < gpu_ids.size(); ++i)
            if (!gpu_ids_.add(gpu_ids[i], {node, static_cast<int>(i)}))
                return fail("GPU id", gpu_ids[i], "an id that no other GPU has");
        append(*type, name, *place);
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
        static std::atomic<std::uint32_t> clusters{0};
        built_.identity_ = ++clusters;
        built_.models_ = std::make_shared<const model_table>(std::move(models_));
        built_.labels_ = std::make_shared<const label_table>(std::move(labels_));
        built_.gpu_ids_ = std::make_shared<const gpu_names>(std::move(gpu_ids_));
        for (std::uint32_t i = 0; i < built_.size(); ++i) built_.compute_ += built_[node_id{i}].compute();
        built_.compute_free_ = built_.compute_;
        count_domains();
        count_types();
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
        const auto found = tree_.find(name);
        if (!found) fail("domain", std::string{name}, "one of the tree that was given");
        return found;
    }

    /// Adds up, for each node type, what its nodes have.
    void count_types() {
        built_.type_free_.resize(built_.types_.size());
        for (std::size_t n = 0; n < built_.nodes_.size(); ++n)
            built_.count_in_type(built_.nodes_[n], built_.places_[n], 1);
    }

    /// Adds up, for each domain, what its nodes have.
    void count_domains() {
        built_.domain_free_.resize(tree_.size());
        built_.domains_ = std::make_shared<const domain_map>(std::move(tree_), std::move(domain_of_));
        for (std::uint32_t d = 0; d < built_.domains().size(); ++d)
            for (const node_id node : built_.nodes_in(domain_id{d})) {
                domain_state& sums = built_.domain_free_[d];
                const node_state& state = built_.nodes_[node.number()];
                sums.compute_free += state.compute_free;
                sums.idle_gpus += state.idle_gpus;
                ++sums.by_idle[state.idle_gpus];
            }
    }

    /// The index of the node type that the specification describes, which is added where it is new.
    std::optional<std::uint32_t> type_of(const node_spec& spec) {
        for (std::size_t i = 0; i < specs_.size(); ++i)
            if (specs_[i] == spec) return static_cast<std::uint32_t>(i);
        node_type type{.cpu = spec.cpu, .memory = spec.memory};
        if (!in_range(spec.cpu.count(), "node cpu") || !in_range(spec.memory.count(), "node memory"))
            return std::nullopt;
        if (!add_labels(type.labels, spec.labels)) return std::nullopt;
        for (const gpu_group& group : spec.gpus.groups())
            if (!add_group(type, group)) return std::nullopt;
        if (spec.topology && !add_topology(type, *spec.topology)) return std::nullopt;
        specs_.push_back(spec);
        built_.types_.push_back(type);
        return static_cast<std::uint32_t>(specs_.size() - 1);
    }

    bool add_labels(label_set& labels, const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto number = labels_.add(text);
            if (!number) {
                fail(number.error());
                return false;
            }
            labels.insert(*number);
        }
        return true;
    }

    bool in_range(std::int64_t amount, const char* field) {
        if (amount >= 0 && amount <= max_amount) return true;
        fail(field, std::to_string(amount), "from 0 to 2147483647");
        return false;
    }

    bool add_group(node_type& type, const gpu_group& group) {
        if (group.count < 0 || group.count > max_gpus_per_node - type.gpu_count) {
            fail("node gpus", std::to_string(group.count), "from 0 to 32 GPUs on one node");
            return false;
        }
        if (group.count == 0) return true;
        const auto model = models_.add(group.model);
        if (!model) {
            fail(model.error());
            return false;
        }
        auto capacity = capacity_of(group, *model);
        if (!capacity) return false;
        capacity->labels = type.labels;
        if (!add_labels(capacity->labels, group.setup.labels)) return false;
        for (int i = 0; i < group.count; ++i) type.add_gpu(*capacity, *model);
        return true;
    }

    /// Gives the GPUs their NUMA nodes and what connects them.
    bool add_topology(node_type& type, const node_topology& topology) {
        if (topology.gpus() != type.gpu_count) {
            fail("topology", std::to_string(topology.gpus()).append(" GPUs"), "as many as the node has");
            return false;
        }
        if (auto wrong = topology_error(topology)) {
            fail(*std::move(wrong));
            return false;
        }
        for (int i = 0; i < type.gpu_count; ++i)
            type.gpus[i].numa = static_cast<std::uint8_t>(std::max(0, topology.numa[static_cast<std::size_t>(i)]));
        auto known = std::find(topologies_.begin(), topologies_.end(), topology) - topologies_.begin();
        if (known == static_cast<std::ptrdiff_t>(topologies_.size())) {
            topologies_.push_back(topology);
            built_.links_.push_back(std::make_shared<const link_table>(topology));
        }
        type.links = built_.links_[static_cast<std::size_t>(known)].get();
        return true;
    }

    /// What each GPU of a group can give; nothing, and an error kept, where its setup is not right.
    std::optional<gpu_capacity> capacity_of(const gpu_group& group, model_id model) {
        const gpu_setup& setup = group.setup;
        const auto wrong = [&](const char* field, std::int64_t value, const char* expected) {
            fail(field, std::to_string(value), expected);
            return std::nullopt;
        };
        if (setup.max_sharers < 1 || setup.max_sharers > 255)
            return wrong("GPU max_sharers", setup.max_sharers, "from 1 to 255");
        if (setup.memory_percent < 100 || setup.memory_percent > 3200)
            return wrong("GPU memory_percent", setup.memory_percent, "from 100 to 3200");
        if (setup.compute_percent < 100 || setup.compute_percent > 3200)
            return wrong("GPU compute_percent", setup.compute_percent, "from 100 to 3200");
        const std::int64_t memory = group.model.memory.count();
        if (setup.reserve.count() < 0 || setup.reserve.count() > memory)
            return wrong("GPU reserve", setup.reserve.count(), "from 0 MiB to the GPU's memory");
        if (setup.numa < 0 || setup.numa > 15) return wrong("GPU numa", setup.numa, "from 0 to 15");
        gpu_capacity capacity;
        const std::int64_t promised = (memory - setup.reserve.count()) * setup.memory_percent / 100;
        if (promised > max_amount) return wrong("GPU memory", promised, "at most 2147483647 MiB");
        capacity.memory = static_cast<std::int32_t>(promised);
        capacity.compute = static_cast<std::int16_t>(10 * setup.compute_percent);
        capacity.max_sharers = static_cast<std::uint8_t>(setup.max_sharers);
        capacity.numa = static_cast<std::uint8_t>(setup.numa);
        capacity.only = setup.instances.empty() ? setup.only : sharing::mig;
        if (!add_tables(capacity, setup, model)) return std::nullopt;
        return capacity;
    }

    bool add_tables(gpu_capacity& capacity, const gpu_setup& setup, model_id model) {
        const model_table::tables& tables = models_.tables_of(model);
        std::shared_ptr<const partition_table> mig = tables.mig;
        const auto& vgpu = setup.vgpu_sizes == vgpu::sizes::mixed ? tables.mixed_vgpu : tables.vgpu;
        const std::string text{models_[model].model.view()};
        const auto wrong = [&](const char* expected) {
            fail("GPU setup", text, expected);
            return false;
        };
        if (setup.vgpu_sizes == vgpu::sizes::mixed && !vgpu)
            return wrong("a model with placement ids for mixed vGPU sizes");
        if ((capacity.only == sharing::mig && !mig) || (capacity.only == sharing::vgpu && !vgpu))
            return wrong("a model with profiles for the only way in which it may be shared");
        if (!setup.instances.empty()) {
            if (setup.only != sharing::idle && setup.only != sharing::mig)
                return wrong("MIG as the only way, where MIG instances stand");
            auto fixed = mig::fixed_table(*mig, setup.instances);
            if (!fixed) {
                fail(fixed.error());
                return false;
            }
            mig = std::make_shared<const partition_table>(*fixed);
        }
        capacity.vgpu = keep(vgpu);
        return !mig || number_mig(keep(mig), capacity);
    }

    /// Keeps a table with the cluster, once.
    const partition_table* keep(const std::shared_ptr<const partition_table>& table) {
        if (!table) return nullptr;
        for (const auto& known : built_.partitions_)
            if (*known == *table) return known.get();
        built_.partitions_.push_back(table);
        return table.get();
    }

    /// Numbers a MIG table that is kept.
    bool number_mig(const partition_table* table, gpu_capacity& capacity) {
        auto& all = built_.mig_;
        std::size_t number = 0;
        while (number < all.size() && all[number].table != table) ++number;
        if (number == max_mig_tables) {
            fail("GPU setup", "MIG", "at most 16 ways to cut GPUs by MIG in one cluster");
            return false;
        }
        if (number == all.size()) all.push_back({table, std::make_shared<const placement_counts>(*table), {}});
        capacity.mig = table;
        capacity.mig_number = static_cast<std::uint8_t>(number);
        return true;
    }

    void append(std::uint32_t type_index, const std::string& name, domain_id domain) {
        const node_type& type = built_.types_[type_index];
        if (!name.empty()) {
            built_.names_.resize(built_.nodes_.size() + 1);
            built_.names_.back() = name;
        }
        const std::size_t first_gpu = built_.gpus_.size();
        built_.places_.push_back({type_index, static_cast<std::uint32_t>(first_gpu)});
        for (int i = 0; i < type.gpu_count; ++i) {
            built_.gpus_.push_back(idle_gpu(type.gpus[i]));
            built_.count_open(type.gpus[i], built_.gpus_.back(), 1);
        }
        built_.nodes_.push_back(idle_state(type, built_.gpus_.data() + first_gpu));
        domain_of_.push_back(domain);
    }

    cluster built_;
    model_table models_;
    label_table labels_;
    gpu_names gpu_ids_;
    std::vector<node_spec> specs_;
    std::vector<node_topology> topologies_; // of built_.links_
    domain_tree tree_;
    std::vector<domain_id> domain_of_; // [nodes so far]
    std::unordered_set<std::string> names_;
    std::optional<input_error> error_;
};

} // namespace gpupack
