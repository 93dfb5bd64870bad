// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/type_origins.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/topology_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Makes the node types of one cluster out of specifications, each once, with the models, labels and tables that they
/// need.
class node_type_maker {
  public:
    /// The maker of that cluster's types.
    explicit node_type_maker(cluster& cluster)
        : cluster_{cluster}, models_{cluster.models_}, labels_{cluster.labels_} {}

    /// The index of the type that a specification describes, made where it is new. The cluster is as before where it is
    /// wrong.
    ///
    /// Errors: a negative or too large amount, more than 32 GPUs, a model that is known with other memory or profiles, a
    /// setup that the model cannot have, one label, model or way of MIG more than there may be; the first one met.
    /// Cost: a hash of the specification where it is known.
    [[nodiscard]] expected<std::uint32_t, input_error> type_of(const node_spec& spec) {
        if (const auto known = cluster_.origins_->find(spec)) return *known;
        if (has_labels_without_number(spec)) return type_of(with_numbered_labels(spec));
        node_type type{.cpu = spec.cpu, .memory = spec.memory};
        if (!in_range(spec.cpu.count(), "node cpu") || !in_range(spec.memory.count(), "node memory") ||
            !add_labels(type.labels, spec.labels))
            return unexpected<input_error>{*error_};
        node_spec kept = spec;
        std::vector<gpu_group> groups;
        for (const gpu_group& group : spec.gpus.groups()) {
            if (!add_group(type, group)) return unexpected<input_error>{*error_};
            groups.push_back(group);
            if (group.count > 0)
                groups.back().model = (*models_)[*models_->find(group.model.model.view())]; // with arrays that stay
        }
        kept.gpus = gpu_list{std::move(groups)};
        if (spec.topology && !add_topology(type, *spec.topology)) return unexpected<input_error>{*error_};
        return enter(type, std::make_shared<const node_spec>(std::move(kept)));
    }

    /// The specification of a node of a type, with those of its labels that no number is left for.
    [[nodiscard]] std::shared_ptr<const node_spec> spec_of(std::uint32_t type, const node_spec& spec) const {
        const std::shared_ptr<const node_spec>& of_type = cluster_.origins_->spec(type);
        if (of_type->labels == spec.labels) return of_type;
        node_spec own = *of_type;
        own.labels = spec.labels;
        return std::make_shared<const node_spec>(std::move(own));
    }

  private:
    /// Whether the node has labels for which no number is left: they are no part of its type.
    [[nodiscard]] bool has_labels_without_number(const node_spec& spec) const {
        std::size_t left = static_cast<std::size_t>(max_labels) - labels_->size();
        for (std::size_t i = 0; i < spec.labels.size(); ++i) {
            const std::string& text = spec.labels[i];
            if (text.empty() || labels_->find(text) ||
                std::find(spec.labels.begin(), spec.labels.begin() + static_cast<std::ptrdiff_t>(i), text) !=
                    spec.labels.begin() + static_cast<std::ptrdiff_t>(i))
                continue;
            if (left == 0) return true;
            --left;
        }
        return false;
    }
    [[nodiscard]] node_spec with_numbered_labels(const node_spec& spec) const {
        std::size_t left = static_cast<std::size_t>(max_labels) - labels_->size();
        node_spec reduced = spec;
        reduced.labels.clear();
        for (const std::string& text : spec.labels) {
            const bool numbered = text.empty() || labels_->find(text) ||
                                  std::find(reduced.labels.begin(), reduced.labels.end(), text) != reduced.labels.end();
            if (!numbered && left == 0) continue;
            if (!numbered) --left;
            reduced.labels.push_back(text);
        }
        return reduced;
    }

    /// Enters a type in place of one that has no nodes, or as the next.
    std::uint32_t enter(const node_type& type, std::shared_ptr<const node_spec> spec) {
        std::uint32_t index = 0;
        if (cluster_.unused_types_ == 0) {
            index = static_cast<std::uint32_t>(cluster_.types_.size());
            cluster_.types_.emplace_back();
            cluster_.type_free_.emplace_back();
            cluster_.links_.emplace_back();
            ++cluster_.unused_types_;
        } else {
            while (cluster_.type_free_[index].nodes > 0 || index == cluster_.absent_type_) ++index;
        }
        if (cluster_.origins_.use_count() > 1) cluster_.origins_ = std::make_shared<type_origins>(*cluster_.origins_);
        cluster_.links_[index] = spec->topology ? cluster_.origins_->links_of(*spec->topology) : nullptr;
        cluster_.types_[index] = type;
        cluster_.types_[index].links = cluster_.links_[index].get();
        cluster_.type_free_[index] = {};
        cluster_.origins_->enter(index, std::move(spec));
        cluster_.models_ = models_;
        cluster_.labels_ = labels_;
        ++cluster_.types_version_;
        return index;
    }

    bool fail(std::string field, std::string value, std::string expected) {
        error_ = input_error{{}, 0, std::move(field), std::move(value), std::move(expected)};
        return false;
    }
    bool fail(input_error error) {
        error_ = std::move(error);
        return false;
    }

    bool in_range(std::int64_t amount, const char* field) {
        if (amount >= 0 && amount <= max_amount) return true;
        return fail(field, std::to_string(amount), "from 0 to 2147483647");
    }

    bool add_labels(label_set& labels, const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            auto number = labels_->find(text);
            if (!number) {
                label_table more = *labels_;
                const auto added = more.add(text);
                if (!added) return fail(added.error());
                number = *added;
                labels_ = std::make_shared<const label_table>(std::move(more));
            }
            labels.insert(*number);
        }
        return true;
    }

    bool add_group(node_type& type, const gpu_group& group) {
        if (group.count < 0 || group.count > max_gpus_per_node - type.gpu_count)
            return fail("node gpus", std::to_string(group.count), "from 0 to 32 GPUs on one node");
        if (group.count == 0) return true;
        model_table more = *models_;
        const auto model = more.add(group.model);
        if (!model) return fail(model.error());
        if (more.size() > models_->size()) models_ = std::make_shared<const model_table>(std::move(more));
        auto capacity = capacity_of(group, *model);
        if (!capacity) return false;
        capacity->labels = type.labels;
        if (!add_labels(capacity->labels, group.setup.labels)) return false;
        for (int i = 0; i < group.count; ++i) type.add_gpu(*capacity, *model);
        return true;
    }

    /// Gives the GPUs their NUMA nodes.
    bool add_topology(node_type& type, const node_topology& topology) {
        if (topology.gpus() != type.gpu_count)
            return fail("topology", std::to_string(topology.gpus()).append(" GPUs"), "as many as the node has");
        if (auto wrong = topology_error(topology)) return fail(*std::move(wrong));
        for (int i = 0; i < type.gpu_count; ++i)
            type.gpus[i].numa = static_cast<std::uint8_t>(std::max(0, topology.numa[static_cast<std::size_t>(i)]));
        return true;
    }

    /// What each GPU of a group can give; nothing, and an error kept, where its setup is not right.
    std::optional<gpu_capacity> capacity_of(const gpu_group& group, model_id model) {
        const gpu_setup& setup = group.setup;
        const auto wrong = [&](const char* field, std::int64_t value, const char* expected) {
            fail(field, std::to_string(value), expected);
            return std::nullopt;
        };
        if (setup.max_sharers < 1 || setup.max_sharers > 65535)
            return wrong("GPU max_sharers", setup.max_sharers, "from 1 to 65535");
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
        capacity.max_sharers = static_cast<std::uint16_t>(setup.max_sharers);
        capacity.numa = static_cast<std::uint8_t>(setup.numa);
        capacity.only = setup.instances.empty() ? setup.only : sharing::mig;
        if (!add_tables(capacity, setup, model)) return std::nullopt;
        return capacity;
    }

    bool add_tables(gpu_capacity& capacity, const gpu_setup& setup, model_id model) {
        const model_table::tables& tables = models_->tables_of(model);
        std::shared_ptr<const partition_table> mig = tables.mig;
        const auto& vgpu = setup.vgpu_sizes == vgpu::sizes::mixed ? tables.mixed_vgpu : tables.vgpu;
        const std::string text{(*models_)[model].model.view()};
        if (setup.vgpu_sizes == vgpu::sizes::mixed && !vgpu)
            return fail("GPU setup", text, "a model with placement ids for mixed vGPU sizes");
        if ((capacity.only == sharing::mig && !mig) || (capacity.only == sharing::vgpu && !vgpu))
            return fail("GPU setup", text, "a model with profiles for the only way in which it may be shared");
        if (!setup.instances.empty()) {
            if (setup.only != sharing::idle && setup.only != sharing::mig)
                return fail("GPU setup", text, "MIG as the only way, where MIG instances stand");
            auto fixed = mig::fixed_table(*mig, setup.instances);
            if (!fixed) return fail(fixed.error());
            mig = std::make_shared<const partition_table>(*fixed);
        }
        capacity.vgpu = keep(vgpu);
        return !mig || number_mig(keep(mig), capacity);
    }

    /// Keeps a table with the cluster, once.
    const partition_table* keep(const std::shared_ptr<const partition_table>& table) {
        if (!table) return nullptr;
        for (const auto& known : cluster_.partitions_)
            if (*known == *table) return known.get();
        cluster_.partitions_.push_back(table);
        return table.get();
    }

    /// Numbers a MIG table that is kept.
    bool number_mig(const partition_table* table, gpu_capacity& capacity) {
        auto& all = cluster_.mig_;
        std::size_t number = 0;
        while (number < all.size() && all[number].table != table) ++number;
        if (number == max_mig_tables)
            return fail("GPU setup", "MIG", "at most 16 ways to cut GPUs by MIG in one cluster");
        if (number == all.size()) all.push_back({table, std::make_shared<const placement_counts>(*table), {}});
        capacity.mig = table;
        capacity.mig_number = static_cast<std::uint8_t>(number);
        return true;
    }

    cluster& cluster_;
    std::shared_ptr<const model_table> models_; // as they will be
    std::shared_ptr<const label_table> labels_;
    std::optional<input_error> error_;
};

} // namespace gpupack
