#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack {

/// Describes a cluster node by node; build() checks the whole and makes it, or says what is wrong.
///
/// Nodes are numbered in the order in which they are added.
class cluster_builder {
  public:
    cluster_builder() = default;
    /// Starts from models that are numbered already, so that requests resolved against them stay right.
    explicit cluster_builder(model_table models) { built_.models_ = std::move(models); }

    /// Adds `count` nodes of one shape, without names.
    cluster_builder& add_nodes(std::size_t count, const node_spec& spec) & {
        const auto kind = kind_of(spec);
        for (std::size_t i = 0; kind && i < count; ++i) append(*kind, {});
        return *this;
    }
    cluster_builder&& add_nodes(std::size_t count, const node_spec& spec) && {
        return std::move(add_nodes(count, spec));
    }

    /// Adds one node by name; a name stands once.
    cluster_builder& add_node(const std::string& name, const node_spec& spec) & {
        if (!names_.insert(name).second) return fail("node name", name, "a name that no other node has");
        if (const auto kind = kind_of(spec)) append(*kind, name);
        return *this;
    }
    cluster_builder&& add_node(const std::string& name, const node_spec& spec) && {
        return std::move(add_node(name, spec));
    }

    /// The cluster with nothing placed on it.
    ///
    /// errors  a negative or too large amount, more than 32 GPUs on a node, a duplicate node name, a model named
    ///         twice with different memory; the first one met
    [[nodiscard]] expected<cluster, input_error> build() && {
        if (error_) return unexpected<input_error>{*error_};
        static std::atomic<std::uint32_t> clusters{0};
        built_.identity_ = ++clusters;
        built_.compute_free_ = built_.compute();
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

    /// The index of the kind that the specification describes, added where it is new.
    std::optional<std::uint32_t> kind_of(const node_spec& spec) {
        for (std::size_t i = 0; i < specs_.size(); ++i)
            if (specs_[i] == spec) return static_cast<std::uint32_t>(i);
        node_kind kind{.cpu = spec.cpu, .memory = spec.memory};
        if (!in_range(spec.cpu.count(), "node cpu") || !in_range(spec.memory.count(), "node memory"))
            return std::nullopt;
        for (const gpu_group& group : spec.gpus.groups())
            if (!add_group(kind, group)) return std::nullopt;
        specs_.push_back(spec);
        built_.kinds_.push_back(kind);
        return static_cast<std::uint32_t>(specs_.size() - 1);
    }

    bool in_range(std::int64_t amount, const char* field) {
        if (amount >= 0 && amount <= max_amount) return true;
        fail(field, std::to_string(amount), "from 0 to 2147483647");
        return false;
    }

    bool add_group(node_kind& kind, const gpu_group& group) {
        if (group.count < 0 || group.count > max_gpus_per_node - kind.gpu_count) {
            fail("node gpus", std::to_string(group.count), "from 0 to 32 GPUs on one node");
            return false;
        }
        if (group.count == 0) return true;
        const auto model = built_.models_.add(group.model);
        if (!model) {
            fail(model.error());
            return false;
        }
        for (int i = 0; i < group.count; ++i, ++kind.gpu_count) {
            kind.gpu_models[kind.gpu_count] = *model;
            const auto memory = static_cast<std::int32_t>(group.model.memory.count());
            kind.gpu_memory[kind.gpu_count] = memory;
            if (kind.gpu_count == 0 || memory < kind.least_gpu_memory) kind.least_gpu_memory = memory;
        }
        kind.by_compute = divisor{whole_gpu.count() * kind.gpu_count};
        kind.models.insert(*model);
        return true;
    }

    void append(std::uint32_t kind_index, const std::string& name) {
        const node_kind& kind = built_.kinds_[kind_index];
        if (!name.empty()) {
            built_.names_.resize(built_.nodes_.size() + 1);
            built_.names_.back() = name;
        }
        const std::size_t first_gpu = built_.gpus_.size();
        built_.places_.push_back({kind_index, static_cast<std::uint32_t>(first_gpu)});
        for (int i = 0; i < kind.gpu_count; ++i) built_.gpus_.push_back(idle_gpu(mebibytes{kind.gpu_memory[i]}));
        built_.nodes_.push_back(idle_state(kind, built_.gpus_.data() + first_gpu));
    }

    cluster built_;
    std::vector<node_spec> specs_;
    std::unordered_set<std::string> names_;
    std::optional<input_error> error_;
};

} // namespace gpupack
