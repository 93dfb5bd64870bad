// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/not_copied.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/cluster_change.hpp>
#include <gpupack/state/detail/node_notes.hpp>
#include <gpupack/state/domain_state.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/ledger.hpp>
#include <gpupack/state/node_directory.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_type_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/state/requestless.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/node_type.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/placement_counts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

class label_table;
class link_table;
class model_table;
class type_origins;
struct node_spec;

namespace detail {

/// The calls of state/live_nodes.hpp, found when they are used, so that only who uses them includes what they need.
template <class Cluster, class... Arguments> auto add_node_to(Cluster& cluster, const Arguments&... arguments) {
    return add_node(cluster, arguments...);
}
template <class Cluster, class... Arguments> auto change_node_of(Cluster& cluster, const Arguments&... arguments) {
    return change_node(cluster, arguments...);
}

} // namespace detail

/// The nodes of a cluster, what is placed on them, and what is free.
///
/// Made by cluster_builder, so that it is valid from the start. Nodes come by add_node(), change by change_node()
/// (state/live_nodes.hpp) and go by remove_node(); what the ids of nodes that are gone name is refused.
/// A copy is an independent what-if: placements made before the copy may be released in either, those made after it only
/// where they were made.
/// Memory: 32 bytes a node and 16 a GPU that decisions read; 52 a node, 60 a name or live placement, 148 a domain or type.
class cluster {
  public:
    /// The nodes have numbers below that; some may be gone.
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    /// The number of nodes that are there.
    [[nodiscard]] std::size_t node_count() const noexcept { return directory_->size(); }
    /// The number of GPUs of all nodes.
    [[nodiscard]] std::size_t gpu_count() const noexcept { return gpu_count_; }
    /// The states of GPUs are kept in rows below that: node_row::first_gpu, and on from there.
    [[nodiscard]] std::size_t gpu_rows() const noexcept { return gpus_.size(); }
    /// The GPU models.
    [[nodiscard]] const model_table& models() const noexcept { return *models_; }
    /// The labels of its nodes and GPUs.
    [[nodiscard]] const label_table& labels() const noexcept { return *labels_; }
    /// The ids of its GPUs, where their owner gave any.
    [[nodiscard]] const gpu_names& gpu_ids() const noexcept { return directory_->gpu_ids(); }
    /// The distinct types of its nodes; some may have no nodes any more (free_of_type(type).nodes).
    [[nodiscard]] const std::vector<node_type>& types() const noexcept { return types_; }

    /// One way in which GPUs of the cluster are cut by MIG, and what is free of it.
    struct mig_places {
        const partition_table* table = nullptr;         ///< the profiles and their placements
        std::shared_ptr<const placement_counts> counts; ///< the placements left for each profile, by state of a GPU
        /// [table->profile_count] the placements that are free now, over all open GPUs that are idle or in MIG
        std::array<std::int64_t, partition_table::most_profiles> open{};
    };

    /// Whether the id names a node that is there. Cost: constant; any id may be asked for.
    [[nodiscard]] bool contains(node_id id) const noexcept {
        return id.number() < size() && id.generation() == places_[id.number()].generation &&
               notes_[id.number()].present;
    }
    /// The id of the node that has a number now; of a number whose node is gone, the id of no node.
    [[nodiscard]] node_id id_at(std::uint32_t number) const {
        GPUPACK_EXPECTS(number < size(), "the number of a node of this cluster");
        return {node_id{number, places_[number].generation}};
    }
    /// A view of the node that has a number now, for loops over all numbers; where it is gone, of a closed one.
    [[nodiscard, GPUPACK_HOT]] node_view node_at(std::uint32_t number) const {
        GPUPACK_EXPECTS(number < size(), "the number of a node of this cluster");
        const place_of_node place = places_[number];
        return {node_id{number, place.generation}, types_[place.type], nodes_[number], gpus_.data() + place.first_gpu};
    }
    /// A view of the node; valid until the cluster moves, goes, or changes a node.
    [[nodiscard, GPUPACK_HOT]] node_view operator[](node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return node_at(id.number());
    }

    /// The node that has the number of an id now, as a flat record.
    [[nodiscard]] node_row row(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node location = places_[id.number()];
        return {node_id{id.number(), location.generation}, location.type, location.first_gpu, nodes_[id.number()]};
    }
    /// A view of a row of this cluster, or of one that it was copied from. Valid while the row is; the node must not
    /// have changed since the row was made.
    [[nodiscard]] node_view view(const node_row& row) const noexcept {
        return {row.id, types_[row.type], row.state, gpus_.data() + row.first_gpu};
    }

    /// The name given to the node, or "node 17" where it has none.
    [[nodiscard]] std::string name(node_id id) const {
        const std::string& own = identity(id).name;
        return own.empty() ? std::string{"node "}.append(std::to_string(id.number())) : own;
    }
    /// The node of that name.
    [[nodiscard]] std::optional<node_id> find_node(std::string_view name) const { return directory_->find(name); }
    /// What is known of the node beside its state.
    [[nodiscard]] const node_identity& identity(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return *directory_->identity(id.number());
    }

    /// The name given to the node; empty where it has none.
    [[nodiscard]] std::string_view given_name(node_id id) const { return identity(id).name; }

    /// The MIG tables of this cluster's GPUs, numbered as gpu_capacity::mig_number says.
    [[nodiscard]] const std::vector<mig_places>& mig_tables() const noexcept { return mig_; }

    /// Its domains; the cluster alone where its builder got none.
    [[nodiscard]] const domain_tree& domains() const noexcept { return directory_->domains().tree(); }
    /// The narrowest domain that the node stands in.
    [[nodiscard]] domain_id domain_of(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return directory_->domains().of(id);
    }
    /// The nodes in a domain, those in narrower domains within it counted in. Valid until nodes come or go.
    [[nodiscard]] node_range nodes_in(domain_id domain) const {
        GPUPACK_EXPECTS(domain.number() < domains().size(), "a domain of this cluster");
        return directory_->domains().nodes(domain);
    }
    /// What is free in a domain, added up. Cost: constant; it is kept up to date.
    [[nodiscard]] const domain_state& free_in(domain_id domain) const {
        GPUPACK_EXPECTS(domain.number() < domains().size(), "a domain of this cluster");
        return domain_free_[domain.number()];
    }
    /// What is free on the nodes of a type, an index into types(), added up. Cost: constant; it is kept up to date.
    [[nodiscard]] const node_type_state& free_of_type(std::size_t type) const {
        GPUPACK_EXPECTS(type < types_.size(), "a type of this cluster");
        return type_free_[type];
    }

    /// CPU of all nodes. Cost: constant.
    [[nodiscard]] milli_cpu cpu() const noexcept { return cpu_; }
    /// Compute of all GPUs, oversubscription counted in.
    [[nodiscard]] milli_gpu compute() const noexcept { return compute_; }
    /// Compute of all GPUs that is free now. Cost: constant.
    [[nodiscard]] milli_gpu compute_free() const noexcept { return compute_free_; }
    /// Compute that live placements hold beyond what was asked for, by policies that round up.
    [[nodiscard]] milli_gpu rounding_overhead() const noexcept { return rounding_overhead_; }

    /// Counts the changes: equal numbers, equal state.
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
    /// The version() at which the node changed last.
    [[nodiscard]] std::uint64_t version_of(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return notes_[id.number()].version;
    }
    /// Counts the nodes that came, changed what they have, or went.
    [[nodiscard]] std::uint64_t shape_version() const noexcept { return shape_version_; }
    /// Who hears each change from now on, in place of who did; nobody by default. A copy has no observer.
    void observe(cluster_observer observer) { observer_.value = std::move(observer); }

    /// The number of placements that are live.
    [[nodiscard]] std::size_t live_placements() const noexcept { return ledger_.live(); }
    /// Those of them that were told to leave.
    [[nodiscard]] std::size_t leaving_placements() const noexcept { return leaving_; }
    /// The placements on a node that were told to leave.
    [[nodiscard]] std::size_t leaving_on(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return notes_[id.number()].leaving;
    }
    /// The live placements that hold no CPU, or no host memory, of any node.
    [[nodiscard]] const gpupack::requestless& requestless() const noexcept { return requestless_; }
    /// Those on a node.
    [[nodiscard]] const gpupack::requestless& requestless_on(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return notes_[id.number()].requestless;
    }
    /// Makes room, so that no allocation happens while that many placements are live.
    void reserve(std::size_t placements) { ledger_.reserve(placements); }
    /// Whether the placement is live here. Any receipt may be asked for.
    [[nodiscard]] bool is_live(const placement& receipt) const noexcept { return ledger_.holds(receipt); }
    /// All that a live placement holds.
    [[nodiscard]] placed_resources resources_of(const placement& receipt) const {
        GPUPACK_EXPECTS(is_live(receipt), "a placement that is live in this cluster");
        return ledger_.resources_of(receipt);
    }
    /// Calls visit(placement) for each placement on a node, oldest first; it must not change the cluster.
    template <class Visit> void for_each_placement_on(node_id id, Visit&& visit) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        ledger_.for_each_on(id.number(), visit);
    }
    /// The placements on a node, oldest first.
    [[nodiscard]] std::vector<placement> placements_on(node_id id) const;
    /// The placements that have something of a GPU, oldest first.
    [[nodiscard]] std::vector<placement> placements_on(node_id id, int gpu) const;
    /// All placements: by node, on each oldest first.
    [[nodiscard]] std::vector<placement> placements() const;

    /// Takes the resources of a request on a node, where they must fit (refusal_of).
    ///
    /// @param id  the node
    /// @param gpus  the GPUs on it, as many as the request asks for
    /// @param request  the request, rounded up where a request rule does so
    /// @param slots  for instances, the slot on each of the GPUs
    /// @param rounding_overhead  compute of each GPU that the request rule added
    /// @return the receipt with which to give it all back
    placement take(node_id id, gpu_set gpus, const request& request, slot_list slots = {},
                   milli_gpu rounding_overhead = {});
    /// take() for what comes from outside.
    ///
    /// @return the receipt, or why it does not fit there
    expected<placement, refusal> try_take(node_id id, gpu_set gpus, const request& request, slot_list slots = {},
                                          milli_gpu rounding_overhead = {});

    /// Puts a placement back exactly as it was: after a restart, or from another source of truth.
    ///
    /// @param held   what it holds, as resources_of() said, on a node of this cluster
    /// @param force  whether it is put back even where nothing more is placed: on closed nodes and GPUs, and where more
    ///     runs then than there is. The node is over-committed in that case.
    /// @return the receipt, or why it cannot be: what two tasks cannot both have (one way of sharing, one MIG placement) is
    ///     refused also if forced
    expected<placement, refusal> restore(const placed_resources& held, bool force = false);

    /// Gives back exactly what the placement took. It must be live here: a second release, or a placement of
    /// another cluster, is a programming error.
    void give_back(const placement& receipt);
    /// give_back() for receipts from outside.
    ///
    /// @return none, or not_live
    refusal try_give_back(const placement& receipt);

    /// Says that a live placement was told to leave, or stays after all. It holds what it has until it is given back.
    ///
    /// @return none, or not_live
    refusal set_leaving(const placement& receipt, bool leaving = true);

    /// Adds a node: see gpupack::add_node. Include state/live_nodes.hpp, too.
    template <class Spec = node_spec>
    [[nodiscard]] expected<node_id, input_error> add_node(const std::string& name, const Spec& spec,
                                                          const std::vector<std::string>& gpu_ids = {},
                                                          std::string_view domain = {}) {
        return detail::add_node_to(*this, name, spec, gpu_ids, domain);
    }
    /// Changes what a node has: see gpupack::change_node. Include state/live_nodes.hpp, too.
    template <class Spec = node_spec> [[nodiscard]] std::optional<input_error>
    change_node(node_id id, const Spec& spec, const std::optional<std::vector<std::string>>& gpu_ids = std::nullopt) {
        return detail::change_node_of(*this, id, spec, gpu_ids);
    }

    /// Closes or opens GPUs of a node: nothing more is placed on a closed one (unhealthy, cordoned); what is on it
    /// stays and may be released.
    void set_closed(node_id id, gpu_set gpus, bool closed);
    /// Closes or opens a whole node: nothing more is placed on a closed one, with or without GPUs.
    void set_closed(node_id id, bool closed);
    /// Whether the owner has closed the node.
    [[nodiscard]] bool is_closed(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return notes_[id.number()].closed;
    }
    /// Whether more runs on the node than it has: it shrank, or a restore was forced. Nothing more is placed there until
    /// enough is released.
    [[nodiscard]] bool is_over_committed(node_id id) const {
        GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
        return notes_[id.number()].over_committed;
    }
    /// Closes a node and tells all that runs there to leave.
    ///
    /// @return the placements there, oldest first; the node is drained when none of them is live any more
    std::vector<placement> drain(node_id id);
    /// Takes a node out of the cluster. Its id names nothing from now on; its number may be used again.
    ///
    /// Cost: what the node costs, and its place in the lists of domains.
    ///
    /// @return the placements that ran there, oldest first; they are released
    std::vector<placement> remove_node(node_id id);

    /// The instance that a live or past placement has on the nth of its GPUs, as the driver names it.
    ///
    /// @param placed  the placement
    /// @param nth  which of its GPUs, from 0, lowest first
    /// @param way  how it shares its GPUs: mig or vgpu
    /// @return the name of the profile, and the start
    [[nodiscard]] mig::gpu_instance instance_on(const selection& placed, int nth, sharing way) const;
    /// The slot of an instance on a GPU, for selection::slots: the inverse of instance_on().
    ///
    /// @param id  the node
    /// @param gpu  a GPU of it
    /// @param profile  name of the profile: "3g.40gb" in any form that mig_profile_name() knows, "A10-4" or "A10-4Q"
    /// @param start  its start
    /// @param way  how the GPU is shared: mig or vgpu
    /// @return the slot; nothing where the GPU has no such placement
    [[nodiscard]] std::optional<int> mig_placement(node_id id, int gpu, std::string_view profile, int start,
                                                   sharing way = sharing::mig) const;
    /// MiB that a live placement of a split slice has on the nth of its GPUs.
    [[nodiscard]] mebibytes memory_on(const placement& placed, int nth) const;

    /// Whether two clusters have the same free resources on the same nodes.
    [[nodiscard]] bool same_state(const cluster& other) const noexcept;

  private:
    friend class cluster_builder;
    friend class live_nodes;
    friend class node_type_maker;
    friend class snapshot_feed;

    struct place_of_node {
        std::uint32_t type : 32 - node_id::generation_bits;
        std::uint32_t generation : node_id::generation_bits;
        std::uint32_t first_gpu;
    };
    static constexpr std::uint32_t no_type = ~0U;

    cluster() = default;

    [[nodiscard]] gpu_state* gpus_of(node_id id) noexcept { return gpus_.data() + places_[id.number()].first_gpu; }
    [[nodiscard]] node_directory& edit_directory();
    placement enter(const placed_resources& held, change_kind kind);
    void count_requestless(const placed_resources& held, int sign) noexcept;
    void rebuild(node_id id) noexcept;
    void judge(node_id id) noexcept;
    void sum_up(node_id id) noexcept;
    void count_in_domains(node_id id, int idle_before, int idle_now, std::int32_t more_compute) noexcept;
    void count_in_type(node_id id, int sign) noexcept;
    void count_mig_places(node_id id, gpu_set gpus, int sign) noexcept;
    void count_node(node_id id, int sign) noexcept;
    void note(change_kind kind, node_id id, const placement* subject = nullptr);
    [[nodiscard]] cluster without_ledger() const;
    void copy_shape(const cluster& source);
    void copy_node(const cluster& source, const node_row& row);
    void copy_totals(const cluster& source);

    // The same in all copies until one of them needs another.
    std::shared_ptr<const model_table> models_;
    std::shared_ptr<const label_table> labels_;
    std::shared_ptr<type_origins> origins_; // none in a snapshot
    std::shared_ptr<node_directory> directory_;
    std::vector<std::shared_ptr<const partition_table>> partitions_; // which the types point to
    std::vector<std::shared_ptr<const link_table>> links_;           // [types] and these
    std::vector<mig_places> mig_;
    std::vector<domain_state> domain_free_;  // [domains]
    std::vector<node_type_state> type_free_; // [types]
    std::vector<node_type> types_;
    std::vector<place_of_node> places_;
    std::vector<node_state> nodes_;
    std::vector<gpu_state> gpus_;
    std::vector<detail::node_notes> notes_;
    std::vector<std::vector<std::uint32_t>> free_rows_; // [GPUs of a node] where GPUs of nodes stood that are gone
    ledger ledger_;
    milli_cpu cpu_{};
    milli_gpu compute_{};
    milli_gpu compute_free_{};
    milli_gpu rounding_overhead_{};
    std::size_t gpu_count_ = 0;
    std::size_t leaving_ = 0;
    gpupack::requestless requestless_{};
    std::size_t unused_types_ = 0;        // types without nodes
    std::uint32_t absent_type_ = no_type; // of numbers whose nodes are gone
    std::uint64_t types_version_ = 0;     // counts what was written to types_
    std::uint64_t version_ = 0;
    std::uint64_t shape_version_ = 0;
    void (*shrink_)(cluster&, node_id) = nullptr; // what live_nodes leaves to do when a node that shrinks is emptier
    not_copied<std::uint32_t> identity_;          // 0 until it owns a placement
    not_copied<cluster_observer> observer_;
};

} // namespace gpupack

#include <gpupack/state/cluster_placements.hpp>
#include <gpupack/state/cluster_sums.hpp>
