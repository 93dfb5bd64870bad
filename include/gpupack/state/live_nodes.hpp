// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_type_maker.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/type_origins.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Adds nodes to a live cluster, and changes what they have; add_node() and change_node() are how to call it.
class live_nodes {
  public:
    /// Of that cluster.
    explicit live_nodes(cluster& cluster) : cluster_{cluster} {}

    /// As gpupack::add_node.
    [[nodiscard]] expected<node_id, input_error> add(const std::string& name, const node_spec& spec,
                                                     const std::vector<std::string>& gpu_ids, std::string_view domain) {
        if (cluster_.origins_ == nullptr) return bad_input("cluster", "a snapshot", "a cluster that may change");
        if (!name.empty() && cluster_.find_node(name))
            return bad_input("node name", name, "a name that no other node has");
        const auto place = domain.empty() ? std::optional{domain_id{}} : cluster_.directory_->find_domain(domain);
        if (!place) return bad_input("domain", std::string{domain}, "one of the cluster");
        if (cluster_.directory_->next().number() >= node_id::max_nodes)
            return bad_input("nodes", std::to_string(cluster_.size() + 1), "at most 4194303 nodes in one cluster");
        const auto type = node_type_maker{cluster_}.type_of(spec);
        if (!type) return unexpected<input_error>{type.error()};
        const node_type& made = cluster_.types_[*type];
        if (auto wrong = problem_of(gpu_ids, made.gpu_count, node_id::none()))
            return unexpected<input_error>{*std::move(wrong)};
        const node_id id = cluster_.edit_directory().enter(std::make_shared<const node_identity>(
            node_identity{name, gpu_ids, *place, node_type_maker{cluster_}.spec_of(*type, spec)}));
        if (id.number() == cluster_.nodes_.size()) {
            cluster_.places_.push_back({});
            cluster_.nodes_.push_back({});
            cluster_.notes_.push_back({});
            cluster_.ledger_.resize_nodes(cluster_.nodes_.size());
        }
        cluster_.notes_[id.number()] = {.present = true};
        settle(id, *type, 0);
        cluster_.rebuild(id);
        cluster_.count_node(id, 1);
        cluster_.note(change_kind::node_added, id);
        return id;
    }

    /// As gpupack::change_node.
    [[nodiscard]] std::optional<input_error> change(node_id id, const node_spec& spec,
                                                    const std::optional<std::vector<std::string>>& gpu_ids) {
        if (cluster_.origins_ == nullptr)
            return input_error{{}, 0, "cluster", "a snapshot", "a cluster that may change"};
        if (!cluster_.contains(id))
            return input_error{{}, 0, "node", std::to_string(id.number()), "a node of this cluster"};
        auto type = node_type_maker{cluster_}.type_of(spec);
        if (!type) return type.error();
        const std::shared_ptr<const node_spec> desired = node_type_maker{cluster_}.spec_of(*type, spec);
        const node_identity& known = cluster_.identity(id);
        const int gpus = cluster_.types_[*type].gpu_count;
        if (gpu_ids)
            if (auto wrong = problem_of(*gpu_ids, gpus, id)) return wrong;
        std::vector<std::string> names = gpu_ids ? *gpu_ids : known.gpu_ids;
        names.resize(names.empty() ? 0 : static_cast<std::size_t>(gpus));
        const int used = used_gpus(id);
        if (used > gpus) {
            type = node_type_maker{cluster_}.type_of(with_rest(*desired, id, gpus, used));
            if (!type) return type.error();
        }
        std::vector<placement> moved;
        if (auto wrong = problem_of_placements(id, cluster_.types_[*type], moved)) return wrong;
        const int known_gpus = count_gpus(*known.spec);
        const domain_id domain = known.domain;
        const std::string name = known.name;
        cluster_.count_node(id, -1);
        for (const placement& each : moved) cluster_.ledger_.set_slots(each, each.slots);
        settle(id, *type, static_cast<std::size_t>(cluster_.types_[cluster_.places_[id.number()].type].gpu_count));
        gpu_state* const states = cluster_.gpus_of(id);
        for (int i = known_gpus; i < gpus; ++i) states[i].closed = false; // what was taken away is back
        for (int i = gpus; i < used; ++i) states[i].closed = true;
        cluster_.notes_[id.number()].shrinks = used > gpus;
        cluster_.shrink_ = &shrink;
        cluster_.rebuild(id);
        cluster_.edit_directory().rename(
            id, std::make_shared<const node_identity>(node_identity{name, std::move(names), domain, desired}));
        cluster_.count_node(id, 1);
        cluster_.note(change_kind::node_changed, id);
        return std::nullopt;
    }

    /// As gpupack::present_spec.
    [[nodiscard]] std::shared_ptr<const node_spec> present_spec(node_id id) const {
        const std::shared_ptr<const node_spec>& known = cluster_.identity(id).spec;
        return cluster_.origins_ == nullptr
                   ? known
                   : node_type_maker{cluster_}.spec_of(cluster_.places_[id.number()].type, *known);
    }

  private:
    [[nodiscard]] static int count_gpus(const node_spec& spec) noexcept {
        int gpus = 0;
        for (const gpu_group& group : spec.gpus.groups()) gpus += group.count;
        return gpus;
    }

    /// What is wrong with the ids of a node's GPUs.
    [[nodiscard]] std::optional<input_error> problem_of(const std::vector<std::string>& ids, int gpus,
                                                        node_id node) const {
        if (!ids.empty() && static_cast<int>(ids.size()) != gpus)
            return input_error{{}, 0, "GPU ids", std::to_string(ids.size()), "as many as the node has GPUs"};
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto found = cluster_.gpu_ids().find(ids[i]);
            bool is_known = found && !(found->node == node);
            for (std::size_t j = 0; j < i; ++j) is_known |= ids[j] == ids[i];
            if (is_known) return input_error{{}, 0, "GPU id", ids[i], "an id that no other GPU has"};
        }
        if (node == node_id::none()) return std::nullopt;
        const std::vector<std::string>& known = cluster_.identity(node).gpu_ids;
        for (std::size_t i = 0; i < std::min(known.size(), ids.size()); ++i)
            if (known[i] != ids[i] && !cluster_.placements_on(node, static_cast<int>(i)).empty())
                return input_error{
                    {}, 0, "GPU id", ids[i], std::string{known[i]}.append(", as something runs on that GPU")};
        return std::nullopt;
    }

    /// One more than the highest GPU that something runs on.
    [[nodiscard]] int used_gpus(node_id id) const {
        int used = 0;
        cluster_.for_each_placement_on(
            id, [&](const placement& each) { for_each_gpu(each.gpus, [&](int i) { used = std::max(used, i + 1); }); });
        return used;
    }

    /// A specification with the GPUs on which something still runs that it does not have any more.
    [[nodiscard]] node_spec with_rest(const node_spec& spec, node_id id, int gpus, int used) const {
        const node_spec& present = *cluster_.origins_->spec(cluster_.places_[id.number()].type);
        std::vector<gpu_group> groups = spec.gpus.groups();
        int first = 0;
        for (const gpu_group& group : present.gpus.groups()) {
            const int count = std::min(first + group.count, used) - std::max(first, gpus);
            if (count > 0) groups.push_back({count, group.model, group.setup});
            first += group.count;
        }
        node_spec extended = spec;
        extended.gpus = gpu_list{std::move(groups)};
        extended.topology.reset();
        return extended;
    }

    /// Why what runs on a node cannot go on under another type; and where its instances are then.
    [[nodiscard]] std::optional<input_error> problem_of_placements(node_id id, const node_type& type,
                                                                   std::vector<placement>& moved) const {
        std::int64_t cpu = type.cpu.count();
        std::int64_t memory = type.memory.count();
        std::array<std::int64_t, max_gpus_per_node> gpu_memory{};
        std::array<std::uint64_t, max_gpus_per_node> occupied{};
        std::optional<input_error> wrong;
        cluster_.for_each_placement_on(id, [&](const placement& each) {
            const placed_resources held = cluster_.resources_of(each);
            cpu -= held.cpu.count();
            memory -= held.memory.count();
            slot_list slots = held.slots;
            for_each_gpu_indexed(held.gpus, [&](int nth, int i) {
                const share part = held.share_of(nth);
                if (part.way() == sharing::slices)
                    gpu_memory[static_cast<std::size_t>(i)] += part.memory_of(type.gpus[i].memory);
                if (!in_profiles(part.way())) return;
                const mig::gpu_instance stands = cluster_.instance_on(held, nth, part.way());
                const partition_table* const table = type.gpus[i].table(part.way());
                auto slot = table == nullptr ? std::nullopt : table->find(stands.profile.view(), stands.start);
                std::uint64_t& bits = occupied[static_cast<std::size_t>(i)];
                if (slot && !table->is_free(*slot, bits)) slot.reset(); // beside the others it is not legal there
                if (slot) {
                    bits |= table->slots[*slot].taken;
                    slots.set(nth, *slot);
                }
                if (!slot && !wrong)
                    wrong = input_error{
                        {},
                        0,
                        std::string{"GPU "}.append(std::to_string(i)),
                        std::string{stands.profile.view()}.append(" at ").append(std::to_string(stands.start)),
                        "a layout that keeps the instances in use"};
            });
            if (slots == held.slots) return;
            moved.push_back(each);
            moved.back().slots = slots;
        });
        constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();
        bool countable = cpu >= least && memory >= least;
        for (int i = 0; i < type.gpu_count; ++i)
            countable = countable && type.gpus[i].memory - gpu_memory[static_cast<std::size_t>(i)] >= least;
        if (!wrong && !countable)
            wrong = input_error{{}, 0, "node", cluster_.name(id), "less in use than can be counted"};
        return wrong;
    }

    /// Gives a node another type, and rows for its GPUs, whose open and closed ones stay so; nothing is booked yet.
    ///
    /// @param id      the node
    /// @param type    its type from now on
    /// @param before  how many GPUs it had, 0 if it is new
    void settle(node_id id, std::uint32_t type, std::size_t before) {
        auto& location = cluster_.places_[id.number()];
        const auto count = static_cast<std::size_t>(cluster_.types_[type].gpu_count);
        auto& free = cluster_.free_rows_;
        free.resize(max_gpus_per_node + 1);
        std::uint32_t first = location.first_gpu;
        if (count != before) {
            first = static_cast<std::uint32_t>(cluster_.gpus_.size());
            if (count > 0 && !free[count].empty()) {
                first = free[count].back();
                free[count].pop_back();
            } else {
                cluster_.gpus_.resize(cluster_.gpus_.size() + count);
            }
            for (std::size_t i = 0; i < count; ++i)
                cluster_.gpus_[first + i].closed = i < before && cluster_.gpus_[location.first_gpu + i].closed;
            if (before > 0) free[before].push_back(location.first_gpu);
        }
        location.type = type & (~0U >> node_id::generation_bits);
        location.generation = id.generation() & node_id::max_generation;
        location.first_gpu = count == 0 ? 0 : first;
    }

    static void shrink(cluster& cluster, node_id id) {
        const std::shared_ptr<const node_spec> desired = cluster.identity(id).spec;
        (void)live_nodes{cluster}.change(id, *desired, std::nullopt); // it was right before
    }

    cluster& cluster_;
};

/// Adds a node to a live cluster.
///
/// Cost: what the node costs, and its place in the lists of domains (4 bytes a node and 24 a domain are moved at most).
///
/// @param cluster  the cluster; ids of its nodes, and placements, stay valid
/// @param name     a name that no other node has; empty: none
/// @param spec     what the node has
/// @param gpu_ids  [GPUs of the node] how its owner knows each of them, or empty; no other GPU has such an id
/// @param domain   the narrowest domain that it stands in, by name; empty: none but the cluster
/// @return the id of the node, whose number is the lowest that is free; or what is wrong, and the cluster is as before
[[nodiscard]] inline expected<node_id, input_error> add_node(cluster& cluster, const std::string& name,
                                                             const node_spec& spec,
                                                             const std::vector<std::string>& gpu_ids = {},
                                                             std::string_view domain = {}) {
    return live_nodes{cluster}.add(name, spec, gpu_ids, domain);
}

/// What a node has now: as its owner said last (node_identity::spec), and the GPUs that it has not any more but on which
/// something still runs.
[[nodiscard]] inline std::shared_ptr<const node_spec> present_spec(cluster& cluster, node_id node) {
    return live_nodes{cluster}.present_spec(node);
}

/// Changes what a node of a live cluster has: CPU, memory, GPUs, models, labels, MIG layout. What runs there goes on.
///
/// GPUs keep their numbers. Where more runs on the node than it has then, it is over-committed and takes nothing more until
/// enough is released; GPUs that it does not have any more stay, closed, until what runs on them is released.
///
/// @param cluster  the cluster
/// @param node     a node of it
/// @param spec     what the node has now
/// @param gpu_ids  [GPUs of the node] their ids now; the id of a GPU in use cannot change. Nothing: as before.
/// @return nothing; or what is wrong, and the cluster is as before: among others, a MIG layout without the instances that
///     are in use
[[nodiscard]] inline std::optional<input_error>
change_node(cluster& cluster, node_id node, const node_spec& spec,
            const std::optional<std::vector<std::string>>& gpu_ids = std::nullopt) {
    return live_nodes{cluster}.change(node, spec, gpu_ids);
}

} // namespace gpupack
